// Numbers with a bound on their error: the true value lies within `radius` of `value`. A radius of 0 says that
// no rounding happened, so that integer data are recognized as exact.

/** The interval [value − radius, value + radius]. */
export interface Ball {
  readonly value: number;
  readonly radius: number;
}

/** The unit roundoff of double precision. */
export const roundoff: number = 2 ** -53;
/** Error of a product that underflows. */
export const underflow: number = 2 ** -1020;
const safe = Number.MAX_SAFE_INTEGER;

/** Covers the roundings in the bound itself. */
export function upward(bound: number): number {
  return bound === 0 ? 0 : bound * (1 + 2 ** -30);
}

/** An upper bound, 0 if there is none, of the rounding error of the product u·v as computed (Dekker 1971). */
export function productError(u: number, v: number, product: number): number {
  if (product === 0) return u === 0 || v === 0 ? 0 : underflow;
  if (Number.isInteger(u) && Number.isInteger(v) && product <= safe && product >= -safe) return 0;
  const size = Math.abs(product);
  if (!(size > 1e-250 && Math.abs(u) < 1e150 && Math.abs(v) < 1e150)) {
    return size * roundoff + underflow;
  }
  const a = 134217729 * u;
  const b = 134217729 * v;
  const uHigh = a - (a - u);
  const vHigh = b - (b - v);
  const uLow = u - uHigh;
  const vLow = v - vHigh;
  return Math.abs(uLow * vLow - (product - uHigh * vHigh - uLow * vHigh - uHigh * vLow));
}

/** |rounding error| of the sum a + b as computed, exactly (Knuth). */
export function sumError(a: number, b: number, sum: number): number {
  const c = sum - a;
  return Math.abs(a - (sum - c) + (b - c));
}

/** a + b: without a radius if both have none and the sum is not rounded. */
export function addBalls(a: Ball, b: Ball): Ball {
  const value = a.value + b.value;
  return { value, radius: upward(a.radius + b.radius + sumError(a.value, b.value, value)) };
}

/** a·b, likewise. */
export function multiplyBalls(a: Ball, b: Ball): Ball {
  const value = a.value * b.value;
  const error = productError(a.value, b.value, value);
  const spread = Math.abs(a.value) * b.radius + a.radius * (Math.abs(b.value) + b.radius);
  return { value, radius: upward(spread + error) };
}

/** Sign of a, or undefined if the radius hides it. */
export function signOfBall({ value, radius }: Ball): number | undefined {
  return radius === 0 || Math.abs(value) > radius ? Math.sign(value) : undefined;
}
