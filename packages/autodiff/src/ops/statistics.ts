import { ArgumentError, requireObject } from '@nonsmooth/core';
import { emit, toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import { normalizeAxes, normalizeAxis, sizeOf, withoutAxes } from '../shape.js';
import { mul, sub } from './arithmetic.js';
import { neg } from './elementary.js';
import { sqrt, square } from './power.js';
import { mean, shaped } from './reductions.js';
import type { Axes, ReduceOptions } from './reductions.js';
import { broadcastTo, concatenate, reshape, slice, transpose } from './structure.js';

/** Product over the axes, by halves: no quotient, so entries of 0 do no harm to derivatives. */
export function prod(a: Operand, axes?: Axes, options?: ReduceOptions): Value {
  const value = toValue(a);
  const over = normalizeAxes(value.shape.length, axes);
  const kept = value.shape.map((_, axis) => axis).filter((axis) => !over.includes(axis));
  const rest = withoutAxes(value.shape, over);
  const count = sizeOf(over.map((axis) => value.shape[axis]!));
  if (count === 0) return shaped(value, over, options, broadcastTo(1, rest));
  let list = reshape(transpose(value, [...over, ...kept]), [count, ...rest]);
  for (let n = count; n > 1; n = list.shape[0]!) {
    const half = Math.floor(n / 2);
    const pairs = mul(slice(list, [0], [half]), slice(list, [half], [2 * half]));
    list = n % 2 === 0 ? pairs : concatenate([pairs, slice(list, [n - 1], [n])]);
  }
  return shaped(value, over, options, reshape(list, rest));
}

/** Running sums along the axis; without an axis along all entries in row-major order. */
export function cumsum(a: Operand, axis?: number): Value {
  const given = toValue(a);
  const value = axis === undefined ? reshape(given, [-1]) : given;
  const at = normalizeAxis(value.shape.length, axis === undefined ? 0 : axis);
  return emit('cumulativeSum', [value], value.shape, { axis: at, reversed: false });
}

/** Σ (aᵢ − mean)²/(n − correction) over the axes. */
export interface VarianceOptions extends ReduceOptions {
  /** Default 0, the variance of the entries; 1 for the unbiased estimate from a sample. */
  readonly correction?: number;
}

/** The variance over the axes. */
export function variance(a: Operand, axes?: Axes, options: VarianceOptions = {}): Value {
  requireObject('options', options);
  const value = toValue(a);
  const over = normalizeAxes(value.shape.length, axes);
  const { correction = 0, ...rest } = options;
  const count = sizeOf(over.map((axis) => value.shape[axis]!));
  if (!(typeof correction === 'number' && correction >= 0 && correction < count)) {
    throw new ArgumentError('options.correction', correction, `from 0 to less than ${count}`);
  }
  const centred = sub(value, mean(value, over, { keepdims: true }));
  const result = mean(square(centred), over, rest);
  return correction === 0 ? result : mul(result, count / (count - correction));
}

/** The standard deviation over the axes: the root of the variance, a norm with its kink where all entries are equal. */
export function std(a: Operand, axes?: Axes, options: VarianceOptions = {}): Value {
  return sqrt(variance(a, axes, options));
}

/** Where along the axis the largest entry is, the first of them; piecewise constant, with derivative 0. */
export function argmax(a: Operand, axis: number, options?: ReduceOptions): Value {
  const value = toValue(a);
  const at = normalizeAxis(value.shape.length, axis);
  if (value.shape[at] === 0) throw new ArgumentError('axis', axis, 'axes with entries');
  const result = emit('argmax', [value], withoutAxes(value.shape, [at]), { axis: at });
  return shaped(value, at, options, result);
}

/** Where along the axis the smallest entry is, the first of them. */
export function argmin(a: Operand, axis: number, options?: ReduceOptions): Value {
  return argmax(neg(a), axis, options);
}
