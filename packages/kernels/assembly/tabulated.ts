// Activations by tables of rows (c, two values at c): with c the tabulated number nearest to |x|, what they differ by
// from the values at c is small, so that both they and their derivatives keep their digits. Beyond the table formulas
// take over.

import { size } from './elementary';
import { geluBeyond, geluNear } from './gelu';
import {
  NORMAL_ROWS32,
  NORMAL_ROWS64,
  SOFTPLUS_ROWS32,
  SOFTPLUS_ROWS64,
} from './generated/table-places';
import { NORMAL_CONSTANTS32, NORMAL_CONSTANTS64 } from './normal-distribution-table';
import { all, loadEntry } from './simd';
import { softplusBeyond, softplusNear } from './softplus';
import { SOFTPLUS_CONSTANTS32, SOFTPLUS_CONSTANTS64 } from './softplus-table';

// What is tabulated.
export const TO_GELU = 0;
export const TO_SOFTPLUS = 1;

// The first constants of a table.
const SHIFT: usize = 0;
const LARGEST: usize = 1;

/** A(x) to `out`, A'(x) to `slope`; A''(x) is returned. `kind` is a literal. */
// @ts-ignore: decorator
@inline
export function tabulated<T>(kind: i32, x: v128, out: usize, slope: usize): v128 {
  const inside = v128.le<T>(size<T>(x), first<T>(kind, LARGEST));
  return all<T>(inside)
    ? fromTable<T>(kind, x, out, slope)
    : beyondTable<T>(kind, x, inside, out, slope);
}

// @ts-ignore: decorator
@inline
function fromTable<T>(kind: i32, x: v128, out: usize, slope: usize): v128 {
  const y = size<T>(x);
  const n = v128.add<T>(y, first<T>(kind, SHIFT));
  const rows = rowsOf<T>(kind);
  let c: v128;
  let a: v128;
  let b: v128;
  // through memory to the addresses: the ports that extract lanes are the busy ones
  if (sizeof<T>() == 8) {
    v128.store(out, n);
    const row0 = rows + 24 * <usize>load<u32>(out);
    const row1 = rows + 24 * <usize>load<u32>(out, 8);
    const r0 = v128.load(row0);
    const r1 = v128.load(row1);
    c = i64x2.shuffle(r0, r1, 0, 2);
    a = i64x2.shuffle(r0, r1, 1, 3);
    b = v128.load64_lane(row1 + 16, v128.load64_zero(row0 + 16), 1);
  } else {
    v128.store(out, v128.and(n, i32x4.splat(511)));
    const r0 = v128.load(rows + 12 * <usize>load<u32>(out));
    const r1 = v128.load(rows + 12 * <usize>load<u32>(out, 4));
    const r2 = v128.load(rows + 12 * <usize>load<u32>(out, 8));
    const r3 = v128.load(rows + 12 * <usize>load<u32>(out, 12));
    const low0 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
    const low1 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
    const high0 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
    const high1 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
    c = i64x2.shuffle(low0, low1, 0, 2);
    a = i64x2.shuffle(low0, low1, 1, 3);
    b = i64x2.shuffle(high0, high1, 0, 2);
  }
  const h = v128.sub<T>(y, c);
  return kind == TO_GELU
    ? geluNear<T>(x, c, h, a, b, out, slope)
    : softplusNear<T>(x, h, a, b, out, slope);
}

/** The same for a vector of which a lane lies beyond the table or is NaN. */
function beyondTable<T>(kind: i32, x: v128, inside: v128, out: usize, slope: usize): v128 {
  const near = fromTable<T>(kind, v128.and(x, inside), out, slope);
  const value = v128.load(out);
  const derivative = v128.load(slope);
  const far = kind == TO_GELU ? geluBeyond<T>(x, out, slope) : softplusBeyond<T>(x, out, slope);
  v128.store(out, v128.bitselect(value, v128.load(out), inside));
  v128.store(slope, v128.bitselect(derivative, v128.load(slope), inside));
  return v128.bitselect(near, far, inside);
}

// @ts-ignore: decorator
@inline
function first<T>(kind: i32, index: usize): v128 {
  return kind == TO_GELU
    ? loadEntry<T>(NORMAL_CONSTANTS64, NORMAL_CONSTANTS32, index)
    : loadEntry<T>(SOFTPLUS_CONSTANTS64, SOFTPLUS_CONSTANTS32, index);
}

// @ts-ignore: decorator
@inline
function rowsOf<T>(kind: i32): usize {
  if (sizeof<T>() == 8) return kind == TO_GELU ? NORMAL_ROWS64 : SOFTPLUS_ROWS64;
  else return kind == TO_GELU ? NORMAL_ROWS32 : SOFTPLUS_ROWS32;
}
