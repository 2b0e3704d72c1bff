// Elementary functions of vectors, by argument reduction and short polynomials: the same bits on every engine.
// Errors are stated in test/elementary.test.ts. NaN gives NaN, ±∞ and subnormal numbers give what they should.

import { F32, F64 } from './coefficients';
import { NORMAL_TAIL_ROWS } from './generated/table-places';
import { loadEntry, multiplyAdd, splat } from './simd';

// Where coefficients.ts keeps things. From EXP_EVEN on the counts differ between f64 and f32.
export const ONE = 0;
export const TWO = 1;
export const FOUR = 2;
export const HALF = 3;
const MINUS_HALF = 4;
export const MINUS_TWO = 5;
const SIXTY_FOUR = 6;
export const SIGN_BIT = 7;
const UP = 8;
const DOWN = 9;
const SQRT2 = 10;
export const DENSITY_FACTOR = 11;
const TINY = 12;
const EXPM1_SMALLEST = 13;
export const TWELFTH = 14;
export const TAIL_END = 15;
const LOG2E = 16;
const SHIFT = 17;
const LN2_HIGH = 18;
const LN2_LOW = 19;
const LOW = 20;
const HIGH = 21;
export const SMALLEST = 22;
const LARGEST = 23;
const EXP_EVEN = 24;

/** The constant at `index` in every lane: loaded, because constants in a loop would be made anew each time. */
// @ts-ignore: decorator
@inline
export function constant<T>(index: usize): v128 {
  return loadEntry<T>(F64, F32, index);
}

/** Σ_j c[j]·xʲ over `count` coefficients (a literal) from `index` on. */
// @ts-ignore: decorator
@inline
function horner<T>(x: v128, index: usize, count: i32): v128 {
  let y = constant<T>(index + count - 1);
  if (count > 11) y = multiplyAdd<T>(y, x, constant<T>(index + 10));
  if (count > 10) y = multiplyAdd<T>(y, x, constant<T>(index + 9));
  if (count > 9) y = multiplyAdd<T>(y, x, constant<T>(index + 8));
  if (count > 8) y = multiplyAdd<T>(y, x, constant<T>(index + 7));
  if (count > 7) y = multiplyAdd<T>(y, x, constant<T>(index + 6));
  if (count > 6) y = multiplyAdd<T>(y, x, constant<T>(index + 5));
  if (count > 5) y = multiplyAdd<T>(y, x, constant<T>(index + 4));
  if (count > 4) y = multiplyAdd<T>(y, x, constant<T>(index + 3));
  if (count > 3) y = multiplyAdd<T>(y, x, constant<T>(index + 2));
  if (count > 2) y = multiplyAdd<T>(y, x, constant<T>(index + 1));
  if (count > 1) y = multiplyAdd<T>(y, x, constant<T>(index));
  return y;
}

/** |x|; v128.abs would make its mask anew each time. */
// @ts-ignore: decorator
@inline
export function size<T>(x: v128): v128 {
  return v128.andnot(x, constant<T>(SIGN_BIT));
}

/** −|x|. */
// @ts-ignore: decorator
@inline
export function minusSize<T>(x: v128): v128 {
  return v128.or(x, constant<T>(SIGN_BIT));
}

/** The size of `x` with the sign of `sign`, for x ≥ 0. */
// @ts-ignore: decorator
@inline
export function withSign<T>(x: v128, sign: v128): v128 {
  return v128.or(x, v128.and(sign, constant<T>(SIGN_BIT)));
}

/** The smaller of x and a constant; NaN stays. */
// @ts-ignore: decorator
@inline
function atMost<T>(x: v128, bound: v128): v128 {
  return v128.pmin<T>(x, bound);
}

/** The larger of x and a constant; NaN stays. */
// @ts-ignore: decorator
@inline
function atLeast<T>(x: v128, bound: v128): v128 {
  return v128.pmax<T>(x, bound);
}

/** Keeps ∞·0 away: beyond `low` and −low, A(x) is 0 or x in every dtype. */
// @ts-ignore: decorator
@inline
export function clamp<T>(x: v128, low: v128): v128 {
  return v128.pmin<T>(v128.pmax<T>(x, low), v128.neg<T>(low));
}

// e^x = 2^k·e^r with k = x/log 2 rounded. `shifted` holds k + bias in its last bits.

// @ts-ignore: decorator
@inline
function shifted<T>(x: v128): v128 {
  return v128.add<T>(v128.mul<T>(x, constant<T>(LOG2E)), constant<T>(SHIFT));
}

/** 2^k from `shifted`, for normal results. */
// @ts-ignore: decorator
@inline
function power<T>(n: v128): v128 {
  if (sizeof<T>() == 8) return i64x2.shl(n, 52);
  else return i32x4.shl(n, 23);
}

/** (e^r − 1 − r)/r². */
// @ts-ignore: decorator
@inline
function expTail<T>(r: v128): v128 {
  const z = v128.mul<T>(r, r);
  if (sizeof<T>() == 8) {
    const p0 = multiplyAdd<T>(r, constant<T>(EXP_EVEN + 5), constant<T>(EXP_EVEN));
    const p1 = multiplyAdd<T>(r, constant<T>(EXP_EVEN + 6), constant<T>(EXP_EVEN + 1));
    const p2 = multiplyAdd<T>(r, constant<T>(EXP_EVEN + 7), constant<T>(EXP_EVEN + 2));
    const p3 = multiplyAdd<T>(r, constant<T>(EXP_EVEN + 8), constant<T>(EXP_EVEN + 3));
    const p4 = multiplyAdd<T>(r, constant<T>(EXP_EVEN + 9), constant<T>(EXP_EVEN + 4));
    const low = multiplyAdd<T>(z, p1, p0);
    const high = multiplyAdd<T>(z, p4, p3);
    const zz = v128.mul<T>(z, z);
    return multiplyAdd<T>(zz, multiplyAdd<T>(z, high, p2), low);
  } else {
    return multiplyAdd<T>(r, horner<T>(z, EXP_EVEN + 3, 2), horner<T>(z, EXP_EVEN, 3));
  }
}

/** e^(x + rest) for a small rest, 0 for none; x ≤ 0 if `nonpositive` (a literal). */
// @ts-ignore: decorator
@inline
function expOfSum<T>(x: v128, rest: v128, hasRest: bool, nonpositive: bool): v128 {
  x = atLeast<T>(x, constant<T>(SMALLEST));
  if (!nonpositive) x = atMost<T>(x, constant<T>(LARGEST));
  let n = shifted<T>(x);
  const k = v128.sub<T>(n, constant<T>(SHIFT));
  const high = v128.sub<T>(x, v128.mul<T>(k, constant<T>(LN2_HIGH)));
  let low = v128.mul<T>(k, constant<T>(LN2_LOW));
  if (hasRest) low = v128.sub<T>(low, rest);
  const r = v128.sub<T>(high, low);
  const q = multiplyAdd<T>(v128.mul<T>(r, r), expTail<T>(r), reductionError<T>(high, r, low));
  const y = compensatedSum<T>(constant<T>(ONE), r, q);

  // Subnormal results, and those that would need 2^1024, take a second factor 2^±64.
  const step = constant<T>(SIXTY_FOUR);
  const isLow = v128.lt<T>(x, constant<T>(LOW));
  n = v128.add<T>(n, v128.and(isLow, step));
  let factor = v128.bitselect(constant<T>(DOWN), constant<T>(ONE), isLow);
  if (!nonpositive) {
    const isHigh = v128.gt<T>(x, constant<T>(HIGH));
    n = v128.sub<T>(n, v128.and(isHigh, step));
    factor = v128.bitselect(constant<T>(UP), factor, isHigh);
  }
  return v128.mul<T>(v128.mul<T>(y, power<T>(n)), factor);
}

/** e^x. */
// @ts-ignore: decorator
@inline
export function exp<T>(x: v128): v128 {
  return expOfSum<T>(x, x, false, false);
}

/** e^x for x ≤ 0. */
// @ts-ignore: decorator
@inline
export function expNonpositive<T>(x: v128): v128 {
  return expOfSum<T>(x, x, false, true);
}

/** e^x − 1. */
// @ts-ignore: decorator
@inline
export function expm1<T>(x: v128): v128 {
  const bounded = atMost<T>(atLeast<T>(x, constant<T>(EXPM1_SMALLEST)), constant<T>(LARGEST));
  const n = shifted<T>(bounded);
  const k = v128.sub<T>(n, constant<T>(SHIFT));
  const high = v128.sub<T>(bounded, v128.mul<T>(k, constant<T>(LN2_HIGH)));
  const low = v128.mul<T>(k, constant<T>(LN2_LOW));
  const r = v128.sub<T>(high, low);
  const q = multiplyAdd<T>(v128.mul<T>(r, r), expTail<T>(r), reductionError<T>(high, r, low));
  // 2·((2^(k−1) − ½) + 2^(k−1)·(r + q)): halved, because 2^k may be 2^1024
  const scale = power<T>(v128.sub<T>(n, constant<T>(ONE)));
  const whole = v128.sub<T>(scale, constant<T>(HALF));
  const half = compensatedSum<T>(whole, v128.mul<T>(scale, r), v128.mul<T>(scale, q));
  const y = v128.add<T>(half, half);
  // so small that e^x − 1 rounds to x; keeps −0 and the last bit of subnormal numbers
  const tiny = v128.lt<T>(size<T>(x), constant<T>(TINY));
  return v128.bitselect(x, y, tiny);
}

/** What rounding took from r = high − low. */
// @ts-ignore: decorator
@inline
function reductionError<T>(high: v128, r: v128, low: v128): v128 {
  return v128.sub<T>(v128.sub<T>(high, r), low);
}

/** a + b + c for a = 0 or |a| ≥ |b|, and c small: the rounding error of a + b is kept. */
// @ts-ignore: decorator
@inline
function compensatedSum<T>(a: v128, b: v128, c: v128): v128 {
  const sum = v128.add<T>(a, b);
  const error = v128.add<T>(v128.sub<T>(a, sum), b);
  return v128.add<T>(sum, v128.add<T>(error, c));
}

/** e^x − 1, and e^x to `outExp`, for x ≤ 0; e^x below the smallest normal number becomes 0. */
// @ts-ignore: decorator
@inline
export function expm1AndExp<T>(x: v128, outExp: usize): v128 {
  const bounded = atLeast<T>(x, constant<T>(LOW));
  const n = shifted<T>(bounded);
  const k = v128.sub<T>(n, constant<T>(SHIFT));
  const high = v128.sub<T>(bounded, v128.mul<T>(k, constant<T>(LN2_HIGH)));
  const low = v128.mul<T>(k, constant<T>(LN2_LOW));
  const r = v128.sub<T>(high, low);
  const q = multiplyAdd<T>(v128.mul<T>(r, r), expTail<T>(r), reductionError<T>(high, r, low));
  const scale = power<T>(n);
  const whole = v128.sub<T>(scale, constant<T>(ONE));
  const b = v128.mul<T>(scale, r);
  const c = v128.mul<T>(scale, q);
  const e = v128.add<T>(scale, v128.add<T>(b, c));
  v128.store(outExp, v128.andnot(e, v128.lt<T>(x, constant<T>(LOW))));
  return compensatedSum<T>(whole, b, c);
}

/** log(1 + y) for 0 ≤ y ≤ 1: y − (h − s(h + R)), h = y²/2, s = y/(2 + y), R = s²(2/3 + 2/5 s² + …). */
// @ts-ignore: decorator
@inline
export function log1pOfUnit<T>(y: v128): v128 {
  const s = v128.div<T>(y, v128.add<T>(constant<T>(TWO), y));
  const z = v128.mul<T>(s, s);
  let tail: v128;
  if (sizeof<T>() == 8) tail = horner<T>(z, 34, 10);
  else tail = horner<T>(z, 29, 4);
  const h = v128.mul<T>(constant<T>(HALF), v128.mul<T>(y, y));
  const sum = v128.mul<T>(s, multiplyAdd<T>(z, tail, h));
  return v128.sub<T>(y, v128.sub<T>(h, sum));
}

// u = 2^k·m with √½ ≤ m < √2, from the bits of u times √2 and a little.

// @ts-ignore: decorator
@inline
function scaledBits<T>(u: v128): v128 {
  if (sizeof<T>() == 8) return i64x2.add(u, i64x2.splat(0x3ff0000000000000 - 0x3fe6a09e00000000));
  else return i32x4.add(u, i32x4.splat(0x3f800000 - 0x3f3504f3));
}

// @ts-ignore: decorator
@inline
function exponentOf<T>(bits: v128): v128 {
  if (sizeof<T>() == 8) {
    const biased = v128.or(i64x2.shr_u(bits, 52), i64x2.splat(0x4330000000000000));
    return f64x2.sub(biased, f64x2.splat(4503599627370496 + 1023));
  } else {
    const biased = v128.or(i32x4.shr_u(bits, 23), i32x4.splat(0x4b000000));
    return f32x4.sub(biased, f32x4.splat(8388608 + 127));
  }
}

// @ts-ignore: decorator
@inline
function fractionOf<T>(bits: v128): v128 {
  if (sizeof<T>() == 8) {
    return i64x2.add(v128.and(bits, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3fe6a09e00000000));
  } else {
    return i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  }
}

/** log(1 + f) = f − (h − s(h + R)), h = f²/2, s = f/(2 + f), plus k·log 2 and a small correction. */
// @ts-ignore: decorator
@inline
function logOfParts<T>(f: v128, k: v128, correction: v128): v128 {
  const s = v128.div<T>(f, v128.add<T>(constant<T>(TWO), f));
  const z = v128.mul<T>(s, s);
  let tail: v128;
  if (sizeof<T>() == 8) tail = horner<T>(z, 44, 7);
  else tail = horner<T>(z, 33, 3);
  const h = v128.mul<T>(constant<T>(HALF), v128.mul<T>(f, f));
  let sum = v128.mul<T>(s, multiplyAdd<T>(z, tail, h));
  sum = v128.add<T>(sum, multiplyAdd<T>(k, constant<T>(LN2_LOW), correction));
  const y = v128.sub<T>(f, v128.sub<T>(h, sum));
  return v128.add<T>(v128.mul<T>(k, constant<T>(LN2_HIGH)), y);
}

/** y with log's values where they are not finite: −∞ at x = pole, NaN below, ∞ and NaN kept. */
// @ts-ignore: decorator
@inline
function withPole<T>(y: v128, x: v128, pole: v128): v128 {
  y = v128.bitselect(splat<T>(-Infinity), y, v128.eq<T>(x, pole));
  y = v128.bitselect(splat<T>(NaN), y, v128.lt<T>(x, pole));
  const kept = v128.or(v128.eq<T>(x, splat<T>(Infinity)), v128.ne<T>(x, x));
  return v128.bitselect(x, y, kept);
}

/** log x; −∞ at 0, NaN below. */
// @ts-ignore: decorator
@inline
export function log<T>(x: v128): v128 {
  const subnormal = v128.lt<T>(x, splat<T>(sizeof<T>() == 8 ? 2.2250738585072014e-308 : 1.1754943508222875e-38));
  const u = v128.bitselect(v128.mul<T>(x, constant<T>(UP)), x, subnormal);
  const bits = scaledBits<T>(u);
  const k = v128.sub<T>(exponentOf<T>(bits), v128.and(subnormal, constant<T>(SIXTY_FOUR)));
  const f = v128.sub<T>(fractionOf<T>(bits), constant<T>(ONE));
  const y = logOfParts<T>(f, k, splat<T>(0));
  return withPole<T>(y, x, splat<T>(0));
}

/** log(1 + x); −∞ at −1, NaN below. */
// @ts-ignore: decorator
@inline
export function log1p<T>(x: v128): v128 {
  const one = constant<T>(ONE);
  // 1 + x = u + error exactly
  const u = v128.add<T>(one, x);
  const part = v128.sub<T>(u, one);
  const error = v128.add<T>(
    v128.sub<T>(one, v128.sub<T>(u, part)),
    v128.sub<T>(x, part),
  );
  const bits = scaledBits<T>(u);
  const k = exponentOf<T>(bits);
  const m = fractionOf<T>(bits);
  const near = v128.eq<T>(k, splat<T>(0));
  const f = v128.bitselect(x, v128.sub<T>(m, one), near);
  const correction = v128.andnot(v128.div<T>(error, u), near);

  const y = withPole<T>(logOfParts<T>(f, k, correction), x, splat<T>(-1));
  return v128.bitselect(x, y, v128.lt<T>(size<T>(x), constant<T>(TINY)));
}

/** Masks of the leading half of a number's bits. */
const HEAD64: usize = memory.data<u64>([0xfffffffff8000000]);
const HEAD32: usize = memory.data<u32>([0xfffff000]);

/** e^(−y²/2) for 0 ≤ y < 40, with the rounding error of y² taken into account. */
// @ts-ignore: decorator
@inline
export function gaussian<T>(y: v128): v128 {
  // y = head + rest with head² exact
  let head: v128;
  if (sizeof<T>() == 8) head = v128.and(y, v128.load64_splat(HEAD64));
  else head = v128.and(y, v128.load32_splat(HEAD32));
  const minusHalf = constant<T>(MINUS_HALF);
  const whole = v128.mul<T>(v128.mul<T>(head, head), minusHalf);
  const rest = v128.mul<T>(
    v128.mul<T>(v128.sub<T>(y, head), v128.add<T>(y, head)),
    minusHalf,
  );
  return expOfSum<T>(whole, rest, true, true);
}

/** Φ(−y)·e^(y²/2) for 0 ≤ y ≤ 39: in f64 from a table, where 1 + y has its row in its leading bits. */
// @ts-ignore: decorator
@inline
export function normalTail<T>(y: v128): v128 {
  if (sizeof<T>() == 8) {
    const v = f64x2.add(v128.pmin<T>(constant<T>(TAIL_END), y), constant<T>(ONE)); // never NaN
    const row0 = tailRow(i32x4.extract_lane(v, 1));
    const row1 = tailRow(i32x4.extract_lane(v, 3));
    const start0 = v128.load(row0);
    const start1 = v128.load(row1);
    const h = f64x2.sub(y, i64x2.shuffle(start0, start1, 0, 2));
    const z = f64x2.mul(h, h);
    const s0 = evenAndOdd(row0, i64x2.shuffle(z, z, 0, 0));
    const s1 = evenAndOdd(row1, i64x2.shuffle(z, z, 1, 1));
    const s = multiplyAdd<T>(i64x2.shuffle(s0, s1, 1, 3), h, i64x2.shuffle(s0, s1, 0, 2));
    return multiplyAdd<T>(s, h, i64x2.shuffle(start0, start1, 1, 3));
  } else {
    const q = multiplyAdd<T>(horner<T>(y, 47, 5), y, constant<T>(ONE));
    return v128.div<T>(horner<T>(y, 42, 5), q);
  }
}

/** Row for the high half of 1 + y: four bits follow the exponent. */
// @ts-ignore: decorator
@inline
function tailRow(bits: i32): usize {
  return NORMAL_TAIL_ROWS + (<usize>(bits >> 16) - 0x3ff0) * 96;
}

/** Σ s₂ⱼzʲ and Σ s₂ⱼ₊₁zʲ of a row, in two lanes. */
// @ts-ignore: decorator
@inline
function evenAndOdd(row: usize, z: v128): v128 {
  let y = multiplyAdd<f64>(v128.load(row, 80), z, v128.load(row, 64));
  y = multiplyAdd<f64>(y, z, v128.load(row, 48));
  y = multiplyAdd<f64>(y, z, v128.load(row, 32));
  return multiplyAdd<f64>(y, z, v128.load(row, 16));
}

/** erf x = 1 − 2Φ(−√2·x) for x > 1, a polynomial below. */
// @ts-ignore: decorator
@inline
export function erf<T>(x: v128): v128 {
  const far = size<T>(x);
  const z = v128.mul<T>(far, far);
  let near: v128;
  if (sizeof<T>() == 8) near = horner<T>(z, 51, 12);
  else near = horner<T>(z, 36, 6);
  near = v128.mul<T>(far, near);
  const y = v128.mul<T>(atMost<T>(far, splat<T>(6)), constant<T>(SQRT2));
  const tail = v128.mul<T>(gaussian<T>(y), normalTail<T>(y));
  const beyond = v128.sub<T>(constant<T>(ONE), v128.add<T>(tail, tail));
  const isFar = v128.gt<T>(far, constant<T>(ONE));
  return withSign<T>(v128.bitselect(beyond, near, isFar), x);
}
