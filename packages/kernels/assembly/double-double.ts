// Numbers of twice the digits: an unevaluated sum of two f64, the second at most half a unit in the last place of the
// first (Dekker, 1971). The first part is what functions return, the second is left in `low`.

/** The second part of the last result. */
export let low: f64 = 0;

/** Keeps a + b exactly, for |a| ≥ |b| or a = 0. */
// @ts-ignore: decorator
@inline
function normalized(a: f64, b: f64): f64 {
  const sum = a + b;
  low = b - (sum - a);
  return sum;
}

// @ts-ignore: decorator
@inline
function firstHalf(x: f64): f64 {
  const scaled = x * 134217729.0; // 2^27 + 1
  return scaled - (scaled - x);
}

/** (a + a′) + (b + b′), for sums that do not cancel. */
export function sum(a: f64, aLow: f64, b: f64, bLow: f64): f64 {
  const s = a + b;
  const t = s - a;
  return normalized(s, a - (s - t) + (b - t) + (aLow + bLow));
}

/** (a + a′)·(b + b′) */
export function product(a: f64, aLow: f64, b: f64, bLow: f64): f64 {
  const p = a * b;
  const a1 = firstHalf(a);
  const b1 = firstHalf(b);
  const a2 = a - a1;
  const b2 = b - b1;
  const error = a2 * b2 - (p - a1 * b1 - a2 * b1 - a1 * b2);
  return normalized(p, error + (a * bLow + aLow * b));
}

/** (a + a′)/(b + b′) */
export function quotient(a: f64, aLow: f64, b: f64, bLow: f64): f64 {
  const q = a / b;
  const p = product(q, 0, b, bLow);
  return normalized(q, (a - p - low + aLow) / b);
}
