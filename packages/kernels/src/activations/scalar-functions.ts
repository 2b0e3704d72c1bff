import { erf, erfc, expOfMinusSquare } from '../reference/erf.js';

/** A function of one variable with its first two derivatives. */
export interface ScalarFunction {
  value(x: number): number;
  derivative(x: number): number;
  secondDerivative(x: number): number;
}

/** 1/(1 + e⁻ˣ), without overflow. */
export function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** log(1 + eˣ), without overflow or cancellation. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** log cosh x, relatively exact: log √(1 + sinh² x) near 0, and |x| + log(1 + e^(−2|x|)) − log 2 elsewhere. */
export function logCosh(x: number): number {
  const size = Math.abs(x);
  return size < 0.75
    ? Math.log1p(Math.sinh(x) ** 2) / 2
    : size - Math.LN2 + Math.log1p(Math.exp(-2 * size));
}

/** tanh' x = 1/cosh² x = 4s(2x)s(−2x) with the logistic function s. */
export function tanhSlope(x: number): number {
  return 4 * logistic(2 * x) * logistic(-2 * x);
}

/** Φ(x), the normal distribution function, relatively exact in the left tail. */
export function normalDistribution(x: number): number {
  return x < 0 ? erfc(-x * Math.SQRT1_2) / 2 : (1 + erf(x * Math.SQRT1_2)) / 2;
}

/** φ(x) = Φ'(x) = e^(−x²/2)/√(2π). */
export function normalDensity(x: number): number {
  return 0.3989422804014327 * expOfMinusSquare(x * Math.SQRT1_2);
}

/** below for x < 0, above for x > 0, atZero at 0; NaN for NaN. */
export function bySign(x: number, below: number, atZero: number, above: number): number {
  return x > 0 ? above : x < 0 ? below : x === 0 ? atZero : Number.NaN;
}

/** ω(x) = tanh(softplus x) = q/(q + 2), q = eˣ(eˣ + 2), and 1 − ω = 2/(q + 2). */
export function mishFactor(x: number): { omega: number; rest: number } {
  if (x > 20) {
    // q + 2 in units of e²ˣ
    const m = Math.exp(-x);
    return { omega: (1 + 2 * m) / (1 + 2 * m + 2 * m * m), rest: 2 * m * m };
  }
  const q = Math.exp(x) * (Math.exp(x) + 2);
  return { omega: q / (q + 2), rest: 2 / (q + 2) };
}

/** x·factor, 0 where the factor is: an exponentially small one wins over an infinite x. */
export function vanishing(x: number, factor: number): number {
  return factor === 0 ? 0 : x * factor;
}
