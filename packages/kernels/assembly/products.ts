// Products with panels. A panel holds `columns` samples of each feature: feature i at panel + i·stride, samples
// contiguous.
// All strides and lengths are in bytes; columns are a multiple of two vectors.

import { PAIR, VECTOR, multiplyAdd } from './simd';

/**
 * out[r] = start[r] + Σ_k w[r,k]·panel[k] for `rows` rows r; w[r,k] at w + r·rowStep + k numbers.
 * `start` points to one number per row, or is 0 for none. Rows of w that would conflict in caches are copied into
 * `packed` (4·terms numbers), four at a time, unless that is 0.
 */
export function product<T>(
  out: usize,
  stride: usize,
  columns: usize,
  rows: i32,
  start: usize,
  w: usize,
  rowStep: usize,
  terms: i32,
  panel: usize,
  panelStride: usize,
  packed: usize = 0,
): void {
  const panelEnd = panel + <usize>terms * panelStride;
  const packs = packed && conflict(rowStep);
  let r = 0;
  for (; r + 4 <= rows; r += 4) {
    if (packs) {
      packRows<T>(packed, w, rowStep, terms);
      packed4<T>(out, stride, columns, start, packed, panel, panelStride, panelEnd);
    } else {
      product4<T>(out, stride, columns, start, w, rowStep, panel, panelStride, panelEnd);
    }
    out += stride << 2;
    w += rowStep << 2;
    if (start) start += 4 * sizeof<T>();
  }
  if (r + 2 <= rows) {
    product2<T>(out, stride, columns, start, w, rowStep, sizeof<T>(), panel, panelStride, panelEnd);
    out += stride << 1;
    w += rowStep << 1;
    if (start) start += 2 * sizeof<T>();
    r += 2;
  }
  if (r < rows) product1<T>(out, columns, start, w, sizeof<T>(), panel, panelStride, panelEnd);
}

/** Whether addresses so far apart fall on each other in the nearest cache: its sets and tags are told by few bits. */
// @ts-ignore: decorator
@inline
function conflict(step: usize): bool {
  return (step & 4095) == 0;
}

/** Four rows of w, term by term side by side. */
function packRows<T>(packed: usize, w: usize, rowStep: usize, terms: i32): void {
  for (let r = 0; r < 4; r++) {
    let to = packed + <usize>r * sizeof<T>();
    const end = w + <usize>terms * sizeof<T>();
    for (let from = w; from < end; from += sizeof<T>()) {
      store<T>(to, load<T>(from));
      to += 4 * sizeof<T>();
    }
    w += rowStep;
  }
}

function product4<T>(
  out: usize,
  stride: usize,
  columns: usize,
  start: usize,
  w: usize,
  rowStep: usize,
  panel: usize,
  panelStride: usize,
  panelEnd: usize,
): void {
  let start0 = v128.splat<T>(<T>0);
  let start1 = start0;
  let start2 = start0;
  let start3 = start0;
  if (start) {
    start0 = v128.load_splat<T>(start);
    start1 = v128.load_splat<T>(start, sizeof<T>());
    start2 = v128.load_splat<T>(start, 2 * sizeof<T>());
    start3 = v128.load_splat<T>(start, 3 * sizeof<T>());
  }
  for (let column: usize = 0; column < columns; column += PAIR) {
    let z00 = start0;
    let z01 = start0;
    let z10 = start1;
    let z11 = start1;
    let z20 = start2;
    let z21 = start2;
    let z30 = start3;
    let z31 = start3;
    let w0 = w;
    let w1 = w + rowStep;
    let w2 = w1 + rowStep;
    let w3 = w2 + rowStep;
    const end = panelEnd + column;
    for (let a = panel + column; a < end; a += panelStride) {
      const a0 = v128.load(a);
      const a1 = v128.load(a, VECTOR);
      let u = v128.load_splat<T>(w0);
      z00 = multiplyAdd<T>(u, a0, z00);
      z01 = multiplyAdd<T>(u, a1, z01);
      u = v128.load_splat<T>(w1);
      z10 = multiplyAdd<T>(u, a0, z10);
      z11 = multiplyAdd<T>(u, a1, z11);
      u = v128.load_splat<T>(w2);
      z20 = multiplyAdd<T>(u, a0, z20);
      z21 = multiplyAdd<T>(u, a1, z21);
      u = v128.load_splat<T>(w3);
      z30 = multiplyAdd<T>(u, a0, z30);
      z31 = multiplyAdd<T>(u, a1, z31);
      w0 += sizeof<T>();
      w1 += sizeof<T>();
      w2 += sizeof<T>();
      w3 += sizeof<T>();
    }
    let o = out + column;
    v128.store(o, z00);
    v128.store(o, z01, VECTOR);
    o += stride;
    v128.store(o, z10);
    v128.store(o, z11, VECTOR);
    o += stride;
    v128.store(o, z20);
    v128.store(o, z21, VECTOR);
    o += stride;
    v128.store(o, z30);
    v128.store(o, z31, VECTOR);
  }
}

/** As product4 with the four weights of each term side by side. */
function packed4<T>(
  out: usize,
  stride: usize,
  columns: usize,
  start: usize,
  w: usize,
  panel: usize,
  panelStride: usize,
  panelEnd: usize,
): void {
  let start0 = v128.splat<T>(<T>0);
  let start1 = start0;
  let start2 = start0;
  let start3 = start0;
  if (start) {
    start0 = v128.load_splat<T>(start);
    start1 = v128.load_splat<T>(start, sizeof<T>());
    start2 = v128.load_splat<T>(start, 2 * sizeof<T>());
    start3 = v128.load_splat<T>(start, 3 * sizeof<T>());
  }
  for (let column: usize = 0; column < columns; column += PAIR) {
    let z00 = start0;
    let z01 = start0;
    let z10 = start1;
    let z11 = start1;
    let z20 = start2;
    let z21 = start2;
    let z30 = start3;
    let z31 = start3;
    let w0 = w;
    const end = panelEnd + column;
    for (let a = panel + column; a < end; a += panelStride) {
      const a0 = v128.load(a);
      const a1 = v128.load(a, VECTOR);
      let u = v128.load_splat<T>(w0);
      z00 = multiplyAdd<T>(u, a0, z00);
      z01 = multiplyAdd<T>(u, a1, z01);
      u = v128.load_splat<T>(w0, 1 * sizeof<T>());
      z10 = multiplyAdd<T>(u, a0, z10);
      z11 = multiplyAdd<T>(u, a1, z11);
      u = v128.load_splat<T>(w0, 2 * sizeof<T>());
      z20 = multiplyAdd<T>(u, a0, z20);
      z21 = multiplyAdd<T>(u, a1, z21);
      u = v128.load_splat<T>(w0, 3 * sizeof<T>());
      z30 = multiplyAdd<T>(u, a0, z30);
      z31 = multiplyAdd<T>(u, a1, z31);
      w0 += 4 * sizeof<T>();
    }
    let o = out + column;
    v128.store(o, z00);
    v128.store(o, z01, VECTOR);
    o += stride;
    v128.store(o, z10);
    v128.store(o, z11, VECTOR);
    o += stride;
    v128.store(o, z20);
    v128.store(o, z21, VECTOR);
    o += stride;
    v128.store(o, z30);
    v128.store(o, z31, VECTOR);
  }
}

function product2<T>(
  out: usize,
  stride: usize,
  columns: usize,
  start: usize,
  w: usize,
  rowStep: usize,
  step: usize,
  panel: usize,
  panelStride: usize,
  panelEnd: usize,
): void {
  let start0 = v128.splat<T>(<T>0);
  let start1 = start0;
  if (start) {
    start0 = v128.load_splat<T>(start);
    start1 = v128.load_splat<T>(start, sizeof<T>());
  }
  let column: usize = 0;
  for (; column + 2 * PAIR <= columns; column += 2 * PAIR) {
    let z00 = start0;
    let z01 = start0;
    let z02 = start0;
    let z03 = start0;
    let z10 = start1;
    let z11 = start1;
    let z12 = start1;
    let z13 = start1;
    let w0 = w;
    const end = panelEnd + column;
    for (let a = panel + column; a < end; a += panelStride) {
      const u0 = v128.load_splat<T>(w0);
      const u1 = v128.load_splat<T>(w0 + rowStep);
      let x = v128.load(a);
      z00 = multiplyAdd<T>(u0, x, z00);
      z10 = multiplyAdd<T>(u1, x, z10);
      x = v128.load(a, VECTOR);
      z01 = multiplyAdd<T>(u0, x, z01);
      z11 = multiplyAdd<T>(u1, x, z11);
      x = v128.load(a, 2 * VECTOR);
      z02 = multiplyAdd<T>(u0, x, z02);
      z12 = multiplyAdd<T>(u1, x, z12);
      x = v128.load(a, 3 * VECTOR);
      z03 = multiplyAdd<T>(u0, x, z03);
      z13 = multiplyAdd<T>(u1, x, z13);
      w0 += step;
    }
    let o = out + column;
    v128.store(o, z00);
    v128.store(o, z01, VECTOR);
    v128.store(o, z02, 2 * VECTOR);
    v128.store(o, z03, 3 * VECTOR);
    o += stride;
    v128.store(o, z10);
    v128.store(o, z11, VECTOR);
    v128.store(o, z12, 2 * VECTOR);
    v128.store(o, z13, 3 * VECTOR);
  }
  if (column < columns) {
    let z00 = start0;
    let z01 = start0;
    let z10 = start1;
    let z11 = start1;
    let w0 = w;
    const end = panelEnd + column;
    for (let a = panel + column; a < end; a += panelStride) {
      const u0 = v128.load_splat<T>(w0);
      const u1 = v128.load_splat<T>(w0 + rowStep);
      let x = v128.load(a);
      z00 = multiplyAdd<T>(u0, x, z00);
      z10 = multiplyAdd<T>(u1, x, z10);
      x = v128.load(a, VECTOR);
      z01 = multiplyAdd<T>(u0, x, z01);
      z11 = multiplyAdd<T>(u1, x, z11);
      w0 += step;
    }
    let o = out + column;
    v128.store(o, z00);
    v128.store(o, z01, VECTOR);
    o += stride;
    v128.store(o, z10);
    v128.store(o, z11, VECTOR);
  }
}

function product1<T>(
  out: usize,
  columns: usize,
  start: usize,
  w: usize,
  step: usize,
  panel: usize,
  panelStride: usize,
  panelEnd: usize,
): void {
  let start0 = v128.splat<T>(<T>0);
  if (start) start0 = v128.load_splat<T>(start);
  let column: usize = 0;
  for (; column + 4 * PAIR <= columns; column += 4 * PAIR) {
    let z0 = start0;
    let z1 = start0;
    let z2 = start0;
    let z3 = start0;
    let z4 = start0;
    let z5 = start0;
    let z6 = start0;
    let z7 = start0;
    let w0 = w;
    const end = panelEnd + column;
    for (let a = panel + column; a < end; a += panelStride) {
      const u = v128.load_splat<T>(w0);
      z0 = multiplyAdd<T>(u, v128.load(a), z0);
      z1 = multiplyAdd<T>(u, v128.load(a, VECTOR), z1);
      z2 = multiplyAdd<T>(u, v128.load(a, 2 * VECTOR), z2);
      z3 = multiplyAdd<T>(u, v128.load(a, 3 * VECTOR), z3);
      z4 = multiplyAdd<T>(u, v128.load(a, 4 * VECTOR), z4);
      z5 = multiplyAdd<T>(u, v128.load(a, 5 * VECTOR), z5);
      z6 = multiplyAdd<T>(u, v128.load(a, 6 * VECTOR), z6);
      z7 = multiplyAdd<T>(u, v128.load(a, 7 * VECTOR), z7);
      w0 += step;
    }
    const o = out + column;
    v128.store(o, z0);
    v128.store(o, z1, VECTOR);
    v128.store(o, z2, 2 * VECTOR);
    v128.store(o, z3, 3 * VECTOR);
    v128.store(o, z4, 4 * VECTOR);
    v128.store(o, z5, 5 * VECTOR);
    v128.store(o, z6, 6 * VECTOR);
    v128.store(o, z7, 7 * VECTOR);
  }
  for (; column < columns; column += PAIR) {
    let z0 = start0;
    let z1 = start0;
    let w0 = w;
    const end = panelEnd + column;
    for (let a = panel + column; a < end; a += panelStride) {
      const u = v128.load_splat<T>(w0);
      z0 = multiplyAdd<T>(u, v128.load(a), z0);
      z1 = multiplyAdd<T>(u, v128.load(a, VECTOR), z1);
      w0 += step;
    }
    v128.store(out + column, z0);
    v128.store(out + column, z1, VECTOR);
  }
}

/**
 * out[i] = Σ_r w[r,i]·panel[r]: the product with Wᵀ, W being `rows` × `inputs`, row-major. Four columns of W at a
 * time are copied into `packed` (4·rows numbers), where they neither conflict in caches nor wait for memory.
 */
export function transposedProduct<T>(
  out: usize,
  stride: usize,
  columns: usize,
  inputs: i32,
  w: usize,
  rows: i32,
  panel: usize,
  packed: usize,
): void {
  const rowStep = <usize>inputs * sizeof<T>();
  const step: usize = 4 * sizeof<T>();
  const panelEnd = panel + <usize>rows * stride;
  const packedEnd = packed + <usize>rows * step;
  let i = 0;
  for (; i + 4 <= inputs; i += 4) {
    let from = w;
    for (let to = packed; to < packedEnd; to += step) {
      v128.store(to, v128.load(from));
      if (sizeof<T>() == 8) v128.store(to, v128.load(from, VECTOR), VECTOR);
      from += rowStep;
    }
    packed4<T>(out, stride, columns, 0, packed, panel, stride, panelEnd);
    out += stride << 2;
    w += step;
  }
  if (i + 2 <= inputs) {
    product2<T>(out, stride, columns, 0, w, sizeof<T>(), rowStep, panel, stride, panelEnd);
    out += stride << 1;
    w += 2 * sizeof<T>();
    i += 2;
  }
  if (i < inputs) product1<T>(out, columns, 0, w, rowStep, panel, stride, panelEnd);
}
