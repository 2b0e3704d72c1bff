// tanh and what follows from it, by a table: with c the tabulated number nearest to u ≥ 0 and y = u − c,
// tanh u = tanh c + change and 1 − tanh u = (1 − tanh c) − change, change = y(1 − tanh² c)/(y coth y + y tanh c).
// What is left to 1 keeps its digits, and with it derivatives far from 0. Vectors come in pairs: each is one long
// chain of dependent instructions, and two chains at a time keep the machine busy.

import {
  clamp,
  constant,
  expNonpositive,
  HALF,
  MINUS_TWO,
  ONE,
  size,
  SMALLEST,
  withSign,
} from './elementary';
import { TANH_ROWS32, TANH_ROWS64 } from './generated/table-places';
import { all, loadEntry, multiplyAdd, VECTOR } from './simd';
import { TANH_CONSTANTS32, TANH_CONSTANTS64 } from './tanh-table';

// What is made of u, tanh u and 1 − tanh u.
export const TO_TANH = 0;
/** u = |x|/2: the logistic function is (1 + tanh u)/2 for x ≥ 0, (1 − tanh u)/2 for x < 0. */
export const TO_LOGISTIC = 1;
/** x times the logistic function. */
export const TO_SWISH = 2;

const SHIFT: usize = 0;
const LARGEST: usize = 1;
const QUARTER: usize = 2;
const TERMS: usize = 3;

// @ts-ignore: decorator
@inline
function coefficient<T>(index: usize): v128 {
  return loadEntry<T>(TANH_CONSTANTS64, TANH_CONSTANTS32, index);
}

/** `kind` of a pair of vectors: its values to outA and outB, its derivatives to slopeA and slopeB. */
// @ts-ignore: decorator
@inline
export function saturate<T>(
  kind: i32,
  xa: v128,
  xb: v128,
  outA: usize,
  outB: usize,
  slopeA: usize,
  slopeB: usize,
): void {
  const ua = argument<T>(kind, xa);
  const ub = argument<T>(kind, xb);
  const largest = coefficient<T>(LARGEST);
  if (all<T>(v128.and(v128.le<T>(ua, largest), v128.le<T>(ub, largest)))) {
    fromTable<T>(kind, xa, xb, ua, ub, outA, outB, slopeA, slopeB);
  } else {
    beyondTable<T>(kind, xa, outA, slopeA);
    beyondTable<T>(kind, xb, outB, slopeB);
  }
}

// @ts-ignore: decorator
@inline
function argument<T>(kind: i32, x: v128): v128 {
  const u = size<T>(x);
  return kind == TO_TANH ? u : v128.mul<T>(u, constant<T>(HALF));
}

/** The same for a vector of which a lane lies beyond the table, where tanh u is 1 and 1 − tanh u is 2e^(−2u), or is NaN. */
function beyondTable<T>(kind: i32, x: v128, out: usize, slope: usize): void {
  const u = argument<T>(kind, x);
  const inside = v128.le<T>(u, coefficient<T>(LARGEST));
  const near = v128.and(u, inside);
  fromTable<T>(kind, x, x, near, near, out, out, slope, slope);
  const value = v128.load(out);
  const derivative = v128.load(slope);
  const e = expNonpositive<T>(v128.mul<T>(u, constant<T>(MINUS_TWO)));
  const one = v128.bitselect(constant<T>(ONE), u, v128.eq<T>(u, u));
  finish<T>(kind, x, one, v128.add<T>(e, e), out, slope);
  v128.store(out, v128.bitselect(value, v128.load(out), inside));
  v128.store(slope, v128.bitselect(derivative, v128.load(slope), inside));
}

// @ts-ignore: decorator
@inline
function fromTable<T>(
  kind: i32,
  xa: v128,
  xb: v128,
  ua: v128,
  ub: v128,
  outA: usize,
  outB: usize,
  slopeA: usize,
  slopeB: usize,
): void {
  const shift = coefficient<T>(SHIFT);
  const na = v128.add<T>(ua, shift);
  const nb = v128.add<T>(ub, shift);
  if (sizeof<T>() == 8) {
    // through memory to the addresses: the ports that extract lanes are the busy ones
    v128.store(outA, na);
    v128.store(outB, nb);
    const a0 = <usize>load<u32>(outA) << 5;
    const a1 = <usize>load<u32>(outA, 8) << 5;
    const b0 = <usize>load<u32>(outB) << 5;
    const b1 = <usize>load<u32>(outB, 8) << 5;
    // rows (c, tanh c), (1 − tanh² c, 1 − tanh c)
    let p0 = v128.load(a0, TANH_ROWS64);
    let p1 = v128.load(a1, TANH_ROWS64);
    let q0 = v128.load(b0, TANH_ROWS64);
    let q1 = v128.load(b1, TANH_ROWS64);
    const ya = v128.sub<T>(ua, i64x2.shuffle(p0, p1, 0, 2));
    const yb = v128.sub<T>(ub, i64x2.shuffle(q0, q1, 0, 2));
    const ta = i64x2.shuffle(p0, p1, 1, 3);
    const tb = i64x2.shuffle(q0, q1, 1, 3);
    p0 = v128.load(a0, TANH_ROWS64 + VECTOR);
    p1 = v128.load(a1, TANH_ROWS64 + VECTOR);
    q0 = v128.load(b0, TANH_ROWS64 + VECTOR);
    q1 = v128.load(b1, TANH_ROWS64 + VECTOR);
    const ca = change<T>(ya, ta, i64x2.shuffle(p0, p1, 0, 2));
    const cb = change<T>(yb, tb, i64x2.shuffle(q0, q1, 0, 2));
    const ra = v128.sub<T>(i64x2.shuffle(p0, p1, 1, 3), ca);
    const rb = v128.sub<T>(i64x2.shuffle(q0, q1, 1, 3), cb);
    finish<T>(kind, xa, v128.add<T>(ta, ca), ra, outA, slopeA);
    finish<T>(kind, xb, v128.add<T>(tb, cb), rb, outB, slopeB);
  } else {
    fromTable32<T>(kind, xa, ua, na, outA, slopeA);
    fromTable32<T>(kind, xb, ub, nb, outB, slopeB);
  }
}

/** Four lanes: the rows of the lanes, transposed. */
// @ts-ignore: decorator
@inline
function fromTable32<T>(
  kind: i32,
  x: v128,
  u: v128,
  n: v128,
  out: usize,
  slope: usize,
): void {
  const r0 = v128.load(TANH_ROWS32 + <usize>((i32x4.extract_lane(n, 0) & 255) << 4));
  const r1 = v128.load(TANH_ROWS32 + <usize>((i32x4.extract_lane(n, 1) & 255) << 4));
  const r2 = v128.load(TANH_ROWS32 + <usize>((i32x4.extract_lane(n, 2) & 255) << 4));
  const r3 = v128.load(TANH_ROWS32 + <usize>((i32x4.extract_lane(n, 3) & 255) << 4));
  const low0 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
  const low1 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
  const high0 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
  const high1 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
  const t = i64x2.shuffle(low0, low1, 1, 3);
  const y = v128.sub<T>(u, i64x2.shuffle(low0, low1, 0, 2));
  const c = change<T>(y, t, i64x2.shuffle(high0, high1, 0, 2));
  const rest = v128.sub<T>(i64x2.shuffle(high0, high1, 1, 3), c);
  finish<T>(kind, x, v128.add<T>(t, c), rest, out, slope);
}

/** y·g/(y coth y + y·t), where y coth y = 1 + y²·(a polynomial in y²). */
// @ts-ignore: decorator
@inline
function change<T>(y: v128, t: v128, g: v128): v128 {
  const z = v128.mul<T>(y, y);
  let q = coefficient<T>(TERMS + 1);
  if (sizeof<T>() == 8) q = multiplyAdd<T>(z, coefficient<T>(TERMS + 2), q);
  q = multiplyAdd<T>(z, q, coefficient<T>(TERMS));
  const denominator = v128.add<T>(constant<T>(ONE), multiplyAdd<T>(z, q, v128.mul<T>(y, t)));
  return v128.div<T>(v128.mul<T>(y, g), denominator);
}

/** From t = tanh u and rest = 1 − t. */
// @ts-ignore: decorator
@inline
function finish<T>(kind: i32, x: v128, t: v128, rest: v128, out: usize, slope: usize): void {
  const one = constant<T>(ONE);
  const above = v128.add<T>(one, t);
  if (kind == TO_TANH) {
    v128.store(out, withSign<T>(t, x));
    v128.store(slope, multiplyAdd<T>(rest, t, rest));
    return;
  }
  // halves of 1 + t and 1 − t: the larger one for x ≥ 0
  const half = constant<T>(HALF);
  const nonnegative = v128.ge<T>(x, v128.splat<T>(<T>0));
  const chosen = v128.bitselect(above, rest, nonnegative);
  const s = v128.mul<T>(half, chosen);
  if (kind == TO_LOGISTIC) {
    v128.store(out, s);
    v128.store(slope, v128.mul<T>(multiplyAdd<T>(rest, t, rest), coefficient<T>(QUARTER)));
  } else {
    const other = v128.mul<T>(half, v128.xor(chosen, v128.xor(above, rest)));
    v128.store(out, v128.mul<T>(v128.pmax<T>(x, constant<T>(SMALLEST)), s));
    const sum = multiplyAdd<T>(clamp<T>(x, constant<T>(SMALLEST)), other, one);
    v128.store(slope, v128.mul<T>(s, sum));
  }
}
