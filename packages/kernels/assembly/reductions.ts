// Sums in a fixed order: lanes of a vector first, in f64 across vectors' lanes at the end.

import { VECTOR, multiplyAdd, sumLanesWide } from './simd';

/** Σ x. */
export function sum<T>(x: usize, count: i32): f64 {
  const end = x + <usize>count * sizeof<T>();
  let s0 = v128.splat<T>(<T>0);
  let s1 = s0;
  for (; x + 2 * VECTOR <= end; x += 2 * VECTOR) {
    s0 = v128.add<T>(s0, v128.load(x));
    s1 = v128.add<T>(s1, v128.load(x, VECTOR));
  }
  let total = sumLanesWide<T>(v128.add<T>(s0, s1));
  for (; x < end; x += sizeof<T>()) total += <f64>load<T>(x);
  return total;
}

/** Σ x·y. */
export function dot<T>(x: usize, y: usize, count: i32): f64 {
  const end = x + <usize>count * sizeof<T>();
  let s0 = v128.splat<T>(<T>0);
  let s1 = s0;
  for (; x + 2 * VECTOR <= end; x += 2 * VECTOR) {
    s0 = multiplyAdd<T>(v128.load(x), v128.load(y), s0);
    s1 = multiplyAdd<T>(v128.load(x, VECTOR), v128.load(y, VECTOR), s1);
    y += 2 * VECTOR;
  }
  let total = sumLanesWide<T>(v128.add<T>(s0, s1));
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

/** out[i,j] = row[j] for every i. */
export function repeatRow<T>(row: usize, out: usize, rows: i32, width: i32): void {
  const size = <usize>width * sizeof<T>();
  for (let i = 0; i < rows; i++) {
    memory.copy(out, row, size);
    out += size;
  }
}
