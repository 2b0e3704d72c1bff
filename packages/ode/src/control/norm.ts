import { ArgumentError, requireNumbers } from '@nonsmooth/core';

/** The size of an error whose components are already divided by their tolerances. */
export type ErrorNorm = (scaled: Float64Array) => number;

/** √(mean of squares): the norm of most codes. Dilutes one large component among n by √n. */
export const rootMeanSquare: ErrorNorm = (scaled) => {
  let sum = 0;
  for (let i = 0; i < scaled.length; i++) sum += scaled[i]! * scaled[i]!;
  return Math.sqrt(sum / Math.max(1, scaled.length));
};

/** The largest component. */
export const maximumNorm: ErrorNorm = (scaled) => {
  let largest = 0;
  for (let i = 0; i < scaled.length; i++) {
    const size = Math.abs(scaled[i]!);
    // NaN must not be passed over
    if (!(size <= largest)) largest = size;
  }
  return largest;
};

/**
 * The largest root mean square over consecutive blocks of the given lengths.
 * @throws ArgumentError if a length is no integer ≥ 0; the norm, if their sum is not the dimension.
 */
export function blockNorm(lengths: readonly number[]): ErrorNorm {
  requireNumbers('lengths', lengths);
  lengths.forEach((length, i) => {
    if (!(Number.isInteger(length) && length >= 0)) {
      throw new ArgumentError(`lengths[${i}]`, length, 'integers ≥ 0');
    }
  });
  const total = lengths.reduce((sum, length) => sum + length, 0);
  return (scaled) => {
    if (total !== scaled.length) {
      throw new ArgumentError('sum of lengths', total, `the dimension, ${scaled.length}`);
    }
    let largest = 0;
    let start = 0;
    for (const length of lengths) {
      let sum = 0;
      for (let i = start; i < start + length; i++) sum += scaled[i]! * scaled[i]!;
      const size = Math.sqrt(sum / Math.max(1, length));
      if (!(size <= largest)) largest = size;
      start += length;
    }
    return largest;
  };
}

/** Measures errors in units of atol + rtol·|y|. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number | Float64Array;
  /** Norm of x_i / (atol_i + rtol·max(|y_i|, |ŷ_i|)). */
  size(x: Float64Array, y: Float64Array, other: Float64Array): number;
}

/** The measure of tolerances and a norm, for states of dimension n. */
export function tolerance(
  rtol: number,
  atol: number | Float64Array,
  norm: ErrorNorm,
  n: number,
): Tolerance {
  const scaled = new Float64Array(n);
  return {
    rtol,
    atol,
    size(x, y, other) {
      if (typeof atol === 'number' && norm === rootMeanSquare) {
        return scaledMean(x, y, other, rtol, atol, n);
      }
      for (let i = 0; i < n; i++) {
        const absolute = typeof atol === 'number' ? atol : atol[i]!;
        scaled[i] = x[i]! / (absolute + rtol * Math.max(Math.abs(y[i]!), Math.abs(other[i]!)));
        // 0 / 0: no error where none is allowed
        if (x[i] === 0) scaled[i] = 0;
      }
      return norm(scaled);
    },
  };
}

/** The root mean square of x_i / (atol + rtol·max(|y_i|, |ŷ_i|)), in one pass. */
function scaledMean(
  x: Float64Array,
  y: Float64Array,
  other: Float64Array,
  rtol: number,
  atol: number,
  n: number,
): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const error = x[i]!;
    // 0 / 0: no error where none is allowed
    if (error === 0) continue;
    const scaled = error / (atol + rtol * Math.max(Math.abs(y[i]!), Math.abs(other[i]!)));
    sum += scaled * scaled;
  }
  return Math.sqrt(sum / Math.max(1, n));
}
