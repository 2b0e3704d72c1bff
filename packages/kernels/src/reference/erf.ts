import { ArgumentError } from '@nonsmooth/core';

const twoOverSqrtPi = 1.1283791670955126;

/**
 * erf x = 2/√π·∫₀ˣ e^(−t²) dt, to a few units in the last place.
 * Abramowitz, Stegun, Handbook of Mathematical Functions, 7.1.6, for |x| < 2, 1 − erfc x beyond.
 */
export function erf(x: number): number {
  if (typeof x !== 'number') throw new ArgumentError('x', x, 'a number');
  const size = Math.abs(x);
  if (size >= 2) return Math.sign(x) * (1 - erfc(size));
  // 2/√π·e^(−x²)·Σ 2ⁿx^(2n+1)/(2n+1)!!: all terms of one sign
  let term = size;
  let sum = size;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * size * size) / (2 * n + 1);
    sum += term;
  }
  const value = twoOverSqrtPi * Math.exp(-size * size) * sum;
  return x < 0 ? -value : size === 0 || Number.isNaN(x) ? x : value;
}

/**
 * erfc x = 1 − erf x without cancellation: the continued fraction 7.1.14 of Abramowitz, Stegun for x ≥ ½. Its error
 * after N terms tends to e^(−2x√(2N)): below 1e−16 for N = 180/x², and 60 more are enough where x is large.
 */
export function erfc(x: number): number {
  if (typeof x !== 'number') throw new ArgumentError('x', x, 'a number');
  if (!(x >= 0.5)) return 1 - erf(x);
  if (x > 27.3) return 0;
  let tail = x;
  for (let n = 60 + Math.ceil(180 / (x * x)); n >= 1; n--) tail = x + n / 2 / tail;
  return (expOfMinusSquare(x) * (twoOverSqrtPi / 2)) / tail;
}

/** e^(−x²) with the rounding error of x² taken into account: x = head + rest, head² exact. */
export function expOfMinusSquare(x: number): number {
  if (Math.abs(x) > 28) return 0;
  const head = Math.fround(x);
  return Math.exp(-head * head) * Math.exp(-(x - head) * (x + head));
}
