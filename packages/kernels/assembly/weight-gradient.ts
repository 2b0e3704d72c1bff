// Sums over the samples of a panel: dW[r,i] = Σ_p delta[r,p]·panel[i,p].

import { Accumulation } from './generated/structs';
import { VECTOR, multiplyAdd, sumLanes } from './simd';

/** (sum + what was there before, unless first)·numerator/denominator if last. */
// @ts-ignore: decorator
@inline
export function put<T>(out: usize, sum: T, to: Accumulation): void {
  if (!to.first) sum = <T>(load<T>(out) + sum);
  if (to.last) sum = <T>((sum * <T>to.numerator) / <T>to.denominator);
  store<T>(out, sum);
}

/** Two neighbours of one row, as `put`. */
// @ts-ignore: decorator
@inline
function putPair<T>(out: usize, a: v128, b: v128, to: Accumulation): void {
  if (sizeof<T>() == 8) {
    let sum = f64x2.add(i64x2.shuffle(a, b, 0, 2), i64x2.shuffle(a, b, 1, 3));
    if (!to.first) sum = f64x2.add(v128.load(out), sum);
    if (to.last) {
      sum = f64x2.div(f64x2.mul(sum, f64x2.splat(to.numerator)), f64x2.splat(to.denominator));
    }
    v128.store(out, sum);
  } else {
    const half = f32x4.add(i32x4.shuffle(a, b, 0, 1, 4, 5), i32x4.shuffle(a, b, 2, 3, 6, 7));
    let sum = f32x4.add(i32x4.shuffle(half, half, 0, 2, 0, 2), i32x4.shuffle(half, half, 1, 3, 1, 3));
    if (!to.first) sum = f32x4.add(v128.load64_zero(out), sum);
    if (to.last) {
      sum = f32x4.div(
        f32x4.mul(sum, f32x4.splat(<f32>to.numerator)),
        f32x4.splat(<f32>to.denominator),
      );
    }
    v128.store64_lane(out, sum, 0);
  }
}

/** out[r,i] for `rows` × `inputs`, row-major. */
export function weightGradient<T>(
  out: usize,
  rows: i32,
  inputs: i32,
  delta: usize,
  panel: usize,
  stride: usize,
  columns: usize,
  to: Accumulation,
): void {
  const rowStep = <usize>inputs * sizeof<T>();
  let r = 0;
  for (; r + 4 <= rows; r += 4) {
    weightGradient4<T>(out, rowStep, inputs, delta, panel, stride, columns, to);
    out += rowStep << 2;
    delta += stride << 2;
  }
  if (r + 2 <= rows) {
    weightGradient2<T>(out, rowStep, inputs, delta, panel, stride, columns, to);
    out += rowStep << 1;
    delta += stride << 1;
    r += 2;
  }
  if (r < rows) weightGradient1<T>(out, inputs, delta, panel, stride, columns, to);
}

/** out[i,j] = Σ_p a[i,p]·b[j,p] for i ≤ j and some others, row-major rows × rows. */
export function upperProducts<T>(
  out: usize,
  rows: i32,
  a: usize,
  b: usize,
  stride: usize,
  columns: usize,
  to: Accumulation,
): void {
  const size = sizeof<T>();
  const rowStep = <usize>rows * size;
  let r = 0;
  for (; r + 4 <= rows; r += 4) {
    weightGradient4<T>(out, rowStep, rows - r, a, b, stride, columns, to);
    out += (rowStep + size) << 2;
    a += stride << 2;
    b += stride << 2;
  }
  for (; r < rows; r++) {
    weightGradient1<T>(out, rows - r, a, b, stride, columns, to);
    out += rowStep + size;
    a += stride;
    b += stride;
  }
}

function weightGradient4<T>(
  out: usize,
  rowStep: usize,
  inputs: i32,
  delta: usize,
  panel: usize,
  stride: usize,
  columns: usize,
  to: Accumulation,
): void {
  let i = 0;
  for (; i + 2 <= inputs; i += 2) {
    let s00 = v128.splat<T>(<T>0);
    let s01 = s00;
    let s10 = s00;
    let s11 = s00;
    let s20 = s00;
    let s21 = s00;
    let s30 = s00;
    let s31 = s00;
    let d0 = delta;
    let d1 = d0 + stride;
    let d2 = d1 + stride;
    let d3 = d2 + stride;
    const end = panel + columns;
    for (let a = panel; a < end; a += VECTOR) {
      const a0 = v128.load(a);
      const a1 = v128.load(a + stride);
      let d = v128.load(d0);
      s00 = multiplyAdd<T>(d, a0, s00);
      s01 = multiplyAdd<T>(d, a1, s01);
      d = v128.load(d1);
      s10 = multiplyAdd<T>(d, a0, s10);
      s11 = multiplyAdd<T>(d, a1, s11);
      d = v128.load(d2);
      s20 = multiplyAdd<T>(d, a0, s20);
      s21 = multiplyAdd<T>(d, a1, s21);
      d = v128.load(d3);
      s30 = multiplyAdd<T>(d, a0, s30);
      s31 = multiplyAdd<T>(d, a1, s31);
      d0 += VECTOR;
      d1 += VECTOR;
      d2 += VECTOR;
      d3 += VECTOR;
    }
    let o = out;
    putPair<T>(o, s00, s01, to);
    o += rowStep;
    putPair<T>(o, s10, s11, to);
    o += rowStep;
    putPair<T>(o, s20, s21, to);
    o += rowStep;
    putPair<T>(o, s30, s31, to);
    out += 2 * sizeof<T>();
    panel += stride << 1;
  }
  if (i < inputs) {
    let s0 = v128.splat<T>(<T>0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let d = delta;
    const end = panel + columns;
    for (let a = panel; a < end; a += VECTOR) {
      const a0 = v128.load(a);
      s0 = multiplyAdd<T>(v128.load(d), a0, s0);
      s1 = multiplyAdd<T>(v128.load(d + stride), a0, s1);
      s2 = multiplyAdd<T>(v128.load(d + 2 * stride), a0, s2);
      s3 = multiplyAdd<T>(v128.load(d + 3 * stride), a0, s3);
      d += VECTOR;
    }
    put<T>(out, sumLanes<T>(s0), to);
    put<T>(out + rowStep, sumLanes<T>(s1), to);
    put<T>(out + 2 * rowStep, sumLanes<T>(s2), to);
    put<T>(out + 3 * rowStep, sumLanes<T>(s3), to);
  }
}

function weightGradient2<T>(
  out: usize,
  rowStep: usize,
  inputs: i32,
  delta: usize,
  panel: usize,
  stride: usize,
  columns: usize,
  to: Accumulation,
): void {
  let i = 0;
  for (; i + 4 <= inputs; i += 4) {
    let s00 = v128.splat<T>(<T>0);
    let s01 = s00;
    let s02 = s00;
    let s03 = s00;
    let s10 = s00;
    let s11 = s00;
    let s12 = s00;
    let s13 = s00;
    let d = delta;
    const end = panel + columns;
    for (let a = panel; a < end; a += VECTOR) {
      const d0 = v128.load(d);
      const d1 = v128.load(d + stride);
      let x = v128.load(a);
      s00 = multiplyAdd<T>(d0, x, s00);
      s10 = multiplyAdd<T>(d1, x, s10);
      x = v128.load(a + stride);
      s01 = multiplyAdd<T>(d0, x, s01);
      s11 = multiplyAdd<T>(d1, x, s11);
      x = v128.load(a + 2 * stride);
      s02 = multiplyAdd<T>(d0, x, s02);
      s12 = multiplyAdd<T>(d1, x, s12);
      x = v128.load(a + 3 * stride);
      s03 = multiplyAdd<T>(d0, x, s03);
      s13 = multiplyAdd<T>(d1, x, s13);
      d += VECTOR;
    }
    const o = out + rowStep;
    putPair<T>(out, s00, s01, to);
    putPair<T>(out + 2 * sizeof<T>(), s02, s03, to);
    putPair<T>(o, s10, s11, to);
    putPair<T>(o + 2 * sizeof<T>(), s12, s13, to);
    out += 4 * sizeof<T>();
    panel += stride << 2;
  }
  for (; i < inputs; i++) {
    let s0 = v128.splat<T>(<T>0);
    let s1 = s0;
    let d = delta;
    const end = panel + columns;
    for (let a = panel; a < end; a += VECTOR) {
      const x = v128.load(a);
      s0 = multiplyAdd<T>(v128.load(d), x, s0);
      s1 = multiplyAdd<T>(v128.load(d + stride), x, s1);
      d += VECTOR;
    }
    put<T>(out, sumLanes<T>(s0), to);
    put<T>(out + rowStep, sumLanes<T>(s1), to);
    out += sizeof<T>();
    panel += stride;
  }
}

function weightGradient1<T>(
  out: usize,
  inputs: i32,
  delta: usize,
  panel: usize,
  stride: usize,
  columns: usize,
  to: Accumulation,
): void {
  let i = 0;
  for (; i + 4 <= inputs; i += 4) {
    let s0 = v128.splat<T>(<T>0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let d = delta;
    const end = panel + columns;
    for (let a = panel; a < end; a += VECTOR) {
      const d0 = v128.load(d);
      s0 = multiplyAdd<T>(d0, v128.load(a), s0);
      s1 = multiplyAdd<T>(d0, v128.load(a + stride), s1);
      s2 = multiplyAdd<T>(d0, v128.load(a + 2 * stride), s2);
      s3 = multiplyAdd<T>(d0, v128.load(a + 3 * stride), s3);
      d += VECTOR;
    }
    put<T>(out, sumLanes<T>(s0), to);
    put<T>(out + sizeof<T>(), sumLanes<T>(s1), to);
    put<T>(out + 2 * sizeof<T>(), sumLanes<T>(s2), to);
    put<T>(out + 3 * sizeof<T>(), sumLanes<T>(s3), to);
    out += 4 * sizeof<T>();
    panel += stride << 2;
  }
  for (; i < inputs; i++) {
    let s0 = v128.splat<T>(<T>0);
    let d = delta;
    const end = panel + columns;
    for (let a = panel; a < end; a += VECTOR) {
      s0 = multiplyAdd<T>(v128.load(d), v128.load(a), s0);
      d += VECTOR;
    }
    put<T>(out, sumLanes<T>(s0), to);
    out += sizeof<T>();
    panel += stride;
  }
}

/** out[r] = Σ_p delta[r,p]: the gradient of biases. */
export function biasGradient<T>(
  out: usize,
  rows: i32,
  delta: usize,
  stride: usize,
  columns: usize,
  to: Accumulation,
): void {
  for (let r = 0; r < rows; r++) {
    let s0 = v128.splat<T>(<T>0);
    let s1 = s0;
    const end = delta + columns;
    for (let d = delta; d < end; d += 2 * VECTOR) {
      s0 = v128.add<T>(s0, v128.load(d));
      s1 = v128.add<T>(s1, v128.load(d, VECTOR));
    }
    put<T>(out, sumLanes<T>(v128.add<T>(s0, s1)), to);
    out += sizeof<T>();
    delta += stride;
  }
}
