// Sums in a fixed order: lanes of a vector first, in f64 across vectors' lanes at the end. f32 is summed in short
// blocks whose sums are added in f64, so that sums of any length keep their digits.

import { PAIR, VECTOR, multiplyAdd, sumLanesWide } from './simd';

/** Bytes of f32 that are summed in f32: 16 additions per lane. */
const BLOCK32: usize = 512;

/** Rows of f32 that are summed in f32. */
const BLOCK_ROWS = 16;

/** Bytes that are summed in T. */
// @ts-ignore: decorator
@inline
function blockOf<T>(bytes: usize): usize {
  return sizeof<T>() == 8 ? bytes : min(bytes, BLOCK32);
}

/** Σ x. */
export function sum<T>(x: usize, count: i32): f64 {
  const end = x + <usize>count * sizeof<T>();
  let total: f64 = 0;
  while (x + PAIR <= end) {
    const stop = x + blockOf<T>((end - x) & ~(PAIR - 1));
    let s0 = v128.splat<T>(<T>0);
    let s1 = s0;
    for (; x < stop; x += PAIR) {
      s0 = v128.add<T>(s0, v128.load(x));
      s1 = v128.add<T>(s1, v128.load(x, VECTOR));
    }
    total += sumLanesWide<T>(v128.add<T>(s0, s1));
  }
  for (; x < end; x += sizeof<T>()) total += <f64>load<T>(x);
  return total;
}

/** Σ x·y. */
export function dot<T>(x: usize, y: usize, count: i32): f64 {
  const end = x + <usize>count * sizeof<T>();
  let total: f64 = 0;
  while (x + PAIR <= end) {
    const stop = x + blockOf<T>((end - x) & ~(PAIR - 1));
    let s0 = v128.splat<T>(<T>0);
    let s1 = s0;
    for (; x < stop; x += PAIR) {
      s0 = multiplyAdd<T>(v128.load(x), v128.load(y), s0);
      s1 = multiplyAdd<T>(v128.load(x, VECTOR), v128.load(y, VECTOR), s1);
      y += PAIR;
    }
    total += sumLanesWide<T>(v128.add<T>(s0, s1));
  }
  for (; x < end; x += sizeof<T>()) {
    total += <f64>load<T>(x) * <f64>load<T>(y);
    y += sizeof<T>();
  }
  return total;
}

/** The largest entry; NaN if there is one, −∞ if there is none. */
export function largest<T>(x: usize, count: i32): f64 {
  const end = x + <usize>count * sizeof<T>();
  let most: f64 = -Infinity;
  for (; x < end; x += sizeof<T>()) most = max<f64>(most, <f64>load<T>(x));
  return most;
}

/** out[i] = Σ_j x[i,j], x: rows × width. */
export function sumRows<T>(x: usize, out: usize, rows: i32, width: i32): void {
  for (let i = 0; i < rows; i++) {
    store<T>(out, <T>sum<T>(x, width));
    x += <usize>width * sizeof<T>();
    out += sizeof<T>();
  }
}

/** out[j] = Σ_i x[i,j], x: rows × width. */
export function sumColumns<T>(x: usize, out: usize, rows: i32, width: i32): void {
  const size = <usize>width * sizeof<T>();
  if (sizeof<T>() == 4 && rows > BLOCK_ROWS) {
    let c: usize = 0;
    for (; c + VECTOR <= size; c += VECTOR) sumFourColumns(x + c, out + c, rows, size);
    for (; c < size; c += sizeof<T>()) sumColumn(x + c, out + c, rows, size);
    return;
  }
  memory.fill(out, 0, size);
  for (let i = 0; i < rows; i++) {
    let c: usize = 0;
    for (; c + VECTOR <= size; c += VECTOR) {
      v128.store(out + c, v128.add<T>(v128.load(out + c), v128.load(x + c)));
    }
    for (; c < size; c += sizeof<T>()) {
      store<T>(out + c, <T>(load<T>(out + c) + load<T>(x + c)));
    }
    x += size;
  }
}

/** The sums of four neighbouring columns of f32. */
function sumFourColumns(x: usize, out: usize, rows: i32, step: usize): void {
  let low = f64x2.splat(0);
  let high = low;
  for (let i = 0; i < rows; ) {
    const stop = min(rows, i + BLOCK_ROWS);
    let s = f32x4.splat(0);
    for (; i < stop; i++) {
      s = f32x4.add(s, v128.load(x));
      x += step;
    }
    low = f64x2.add(low, f64x2.promote_low_f32x4(s));
    high = f64x2.add(high, f64x2.promote_low_f32x4(i32x4.shuffle(s, s, 2, 3, 0, 1)));
  }
  const first = f32x4.demote_f64x2_zero(low);
  v128.store(out, i64x2.shuffle(first, f32x4.demote_f64x2_zero(high), 0, 2));
}

/** The sum of a column of f32. */
function sumColumn(x: usize, out: usize, rows: i32, step: usize): void {
  let total: f64 = 0;
  for (let i = 0; i < rows; i++) {
    total += <f64>load<f32>(x);
    x += step;
  }
  store<f32>(out, <f32>total);
}

/** out[i,j] = row[j] for every i. */
export function repeatRow<T>(row: usize, out: usize, rows: i32, width: i32): void {
  const size = <usize>width * sizeof<T>();
  for (let i = 0; i < rows; i++) {
    memory.copy(out, row, size);
    out += size;
  }
}
