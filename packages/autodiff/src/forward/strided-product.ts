import type { FloatArray } from '@nonsmooth/core';

/**
 * out[i, j] = Σ_l a[i·ai + l·al]·b[l·bl + j·bj], summed in the order of l; out is row-major. Four by four entries of
 * the result are kept in registers.
 */
export function stridedProduct(
  a: FloatArray,
  ai: number,
  al: number,
  b: FloatArray,
  bl: number,
  bj: number,
  out: FloatArray,
  m: number,
  k: number,
  n: number,
): void {
  const m4 = m - (m % 4);
  const n4 = n - (n % 4);
  for (let i = 0; i < m4; i += 4) {
    for (let j = 0; j < n4; j += 4) tile(a, ai, al, b, bl, bj, out, i, j, k, n);
    for (let j = n4; j < n; j++) column(a, ai, al, b, bl, j * bj, out, i, j, k, n);
  }
  for (let i = m4; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let total = 0;
      for (let l = 0; l < k; l++) total += a[i * ai + l * al]! * b[l * bl + j * bj]!;
      out[i * n + j] = total;
    }
  }
}

/** Rows i..i+3, columns j..j+3. */
function tile(
  a: FloatArray,
  ai: number,
  al: number,
  b: FloatArray,
  bl: number,
  bj: number,
  out: FloatArray,
  i: number,
  j: number,
  k: number,
  n: number,
): void {
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  let c20 = 0;
  let c21 = 0;
  let c22 = 0;
  let c23 = 0;
  let c30 = 0;
  let c31 = 0;
  let c32 = 0;
  let c33 = 0;
  let p = i * ai;
  let q = j * bj;
  for (let l = 0; l < k; l++) {
    const a0 = a[p]!;
    const a1 = a[p + ai]!;
    const a2 = a[p + 2 * ai]!;
    const a3 = a[p + 3 * ai]!;
    const b0 = b[q]!;
    const b1 = b[q + bj]!;
    const b2 = b[q + 2 * bj]!;
    const b3 = b[q + 3 * bj]!;
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
    p += al;
    q += bl;
  }
  const r0 = i * n + j;
  const r1 = r0 + n;
  const r2 = r1 + n;
  const r3 = r2 + n;
  out[r0] = c00;
  out[r0 + 1] = c01;
  out[r0 + 2] = c02;
  out[r0 + 3] = c03;
  out[r1] = c10;
  out[r1 + 1] = c11;
  out[r1 + 2] = c12;
  out[r1 + 3] = c13;
  out[r2] = c20;
  out[r2 + 1] = c21;
  out[r2 + 2] = c22;
  out[r2 + 3] = c23;
  out[r3] = c30;
  out[r3 + 1] = c31;
  out[r3 + 2] = c32;
  out[r3 + 3] = c33;
}

/** Rows i..i+3 of one column. */
function column(
  a: FloatArray,
  ai: number,
  al: number,
  b: FloatArray,
  bl: number,
  q: number,
  out: FloatArray,
  i: number,
  j: number,
  k: number,
  n: number,
): void {
  let c0 = 0;
  let c1 = 0;
  let c2 = 0;
  let c3 = 0;
  let p = i * ai;
  for (let l = 0; l < k; l++) {
    const entry = b[q]!;
    c0 += a[p]! * entry;
    c1 += a[p + ai]! * entry;
    c2 += a[p + 2 * ai]! * entry;
    c3 += a[p + 3 * ai]! * entry;
    p += al;
    q += bl;
  }
  const r = i * n + j;
  out[r] = c0;
  out[r + n] = c1;
  out[r + 2 * n] = c2;
  out[r + 3 * n] = c3;
}
