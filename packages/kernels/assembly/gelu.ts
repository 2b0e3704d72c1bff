// xΦ(x) with the normal distribution function Φ; the slope is Φ + xφ, φ = Φ', the second derivative (2 − x²)φ.
// Near c ≥ 0, with h = y − c, v = h(c + h/2) and p = (1 − e^(−v))/v: φ(y) = φ(c)e^(−v) = φ(c)(1 − vp) and
// Φ(−y) = Φ(−c) − hφ(c)p(1 + K), K = h²/12 − h²v²/720 + h²v⁴/30240 + h⁴/240 − h⁴v²/10080 + h⁶/6720 + ….

import {
  clamp,
  constant,
  DENSITY_FACTOR,
  gaussian,
  HALF,
  normalTail,
  ONE,
  SIGN_BIT,
  size,
  TAIL_END,
  TWELFTH,
  TWO,
} from './elementary';
import { NORMAL_CONSTANTS32, NORMAL_CONSTANTS64 } from './normal-distribution-table';
import { loadEntry, multiplyAdd } from './simd';

/** From Φ(−c) and φ(c) of c near |x| = c + h. */
// @ts-ignore: decorator
@inline
export function geluNear<T>(
  x: v128,
  c: v128,
  h: v128,
  tail: v128,
  density: v128,
  out: usize,
  slope: usize,
): v128 {
  const v = v128.mul<T>(h, multiplyAdd<T>(constant<T>(HALF), h, c));
  const p = fall<T>(v);
  const corrected = multiplyAdd<T>(p, correction<T>(h, v), p);
  const step = v128.mul<T>(v128.mul<T>(h, density), corrected);
  const phi = v128.sub<T>(density, v128.mul<T>(v128.mul<T>(density, v), p));
  // Φ(x) = Φ(−c) − step or Φ(c) + step
  const signed = v128.xor(step, v128.and(x, constant<T>(SIGN_BIT)));
  finish<T>(x, x, v128.add<T>(tailOrRest<T>(tail, x), signed), phi, out, slope);
  return bend<T>(x, phi);
}

/** For |x| beyond the table. */
// @ts-ignore: decorator
@inline
export function geluBeyond<T>(x: v128, out: usize, slope: usize): v128 {
  const bound = constant<T>(TAIL_END);
  const low = v128.neg<T>(bound);
  const y = v128.pmin<T>(size<T>(x), bound);
  const e = gaussian<T>(y);
  const distribution = tailOrRest<T>(v128.mul<T>(e, normalTail<T>(y)), x);
  const phi = v128.mul<T>(e, constant<T>(DENSITY_FACTOR));
  finish<T>(v128.pmax<T>(x, low), clamp<T>(x, low), distribution, phi, out, slope);
  return bend<T>(y, phi);
}

/** `tail` where x < 0, else what it leaves to 1. */
// @ts-ignore: decorator
@inline
function tailOrRest<T>(tail: v128, x: v128): v128 {
  const negative = v128.lt<T>(x, v128.splat<T>(<T>0));
  return v128.bitselect(tail, v128.sub<T>(constant<T>(ONE), tail), negative);
}

/** Value and slope from Φ(x) and φ(x); the x of either may be bounded. */
// @ts-ignore: decorator
@inline
function finish<T>(
  xOfValue: v128,
  xOfSlope: v128,
  distribution: v128,
  density: v128,
  out: usize,
  slope: usize,
): void {
  v128.store(out, v128.mul<T>(xOfValue, distribution));
  v128.store(slope, multiplyAdd<T>(xOfSlope, density, distribution));
}

// @ts-ignore: decorator
@inline
function bend<T>(x: v128, density: v128): v128 {
  return v128.mul<T>(v128.sub<T>(constant<T>(TWO), v128.mul<T>(x, x)), density);
}

// @ts-ignore: decorator
@inline
function coefficient<T>(index: usize): v128 {
  // behind the shift and the largest argument
  return loadEntry<T>(NORMAL_CONSTANTS64, NORMAL_CONSTANTS32, index + 2);
}

/** p. */
// @ts-ignore: decorator
@inline
function fall<T>(v: v128): v128 {
  const w = v128.mul<T>(v, v);
  const p0 = multiplyAdd<T>(coefficient<T>(1), v, coefficient<T>(0));
  const p1 = multiplyAdd<T>(coefficient<T>(3), v, coefficient<T>(2));
  let high = coefficient<T>(4);
  if (sizeof<T>() == 8) {
    const p2 = multiplyAdd<T>(coefficient<T>(5), v, high);
    const p3 = multiplyAdd<T>(coefficient<T>(7), v, coefficient<T>(6));
    high = multiplyAdd<T>(multiplyAdd<T>(coefficient<T>(8), w, p3), w, p2);
  }
  return multiplyAdd<T>(multiplyAdd<T>(high, w, p1), w, p0);
}

/** 1/720, 1/30240, 1/240, 1/10080, 1/6720. */
const CORRECTION: usize = memory.data<f64>([
  0.001388888888888889, 3.306878306878307e-5, 0.004166666666666667, 9.92063492063492e-5,
  1.488095238095238e-4,
]);

/** K. */
// @ts-ignore: decorator
@inline
function correction<T>(h: v128, v: v128): v128 {
  const z = v128.mul<T>(h, h);
  if (sizeof<T>() == 4) return v128.mul<T>(z, constant<T>(TWELFTH));
  const w = v128.mul<T>(v, v);
  const inner = v128.sub<T>(term(0), v128.mul<T>(w, term(1)));
  const low = v128.sub<T>(constant<T>(TWELFTH), v128.mul<T>(w, inner));
  const high = multiplyAdd<T>(z, term(4), v128.sub<T>(term(2), v128.mul<T>(w, term(3))));
  return v128.mul<T>(z, multiplyAdd<T>(z, high, low));
}

// @ts-ignore: decorator
@inline
function term(index: usize): v128 {
  return v128.load64_splat(CORRECTION + (index << 3));
}
