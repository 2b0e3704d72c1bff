import type { FloatArray } from '@nonsmooth/core';
import { sizeOf } from '../shape.js';
import type { Buffer, Step } from './step.js';
import { stridedProduct } from './strided-product.js';

/** A batch of matrices, or of their transposes. */
export interface Factor extends Buffer {
  readonly transposed?: boolean;
}

/** out = a·b with out: m × n and inner length k; a transposed factor holds the transpose of what it stands for. */
export interface ProductShape {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** out = a·b for each matrix of the batch. A strong product takes 0·∞ as 0. */
export function batchedProduct(a: Factor, b: Factor, out: Buffer, strong: boolean): Step {
  const [m, n] = out.shape.slice(-2) as [number, number];
  const k = a.shape.at(a.transposed ? -2 : -1)!;
  const shape = { m, k, n, transposeA: a.transposed ?? false, transposeB: b.transposed ?? false };
  const [ai, al] = shape.transposeA ? [1, m] : [k, 1];
  const [bl, bj] = shape.transposeB ? [1, k] : [n, 1];
  const batch = sizeOf(out.shape.slice(0, -2));
  const parts = Array.from({ length: batch }, (_, i) => ({
    left: a.data.subarray(i * m * k, (i + 1) * m * k),
    right: b.data.subarray(i * k * n, (i + 1) * k * n),
    result: out.data.subarray(i * m * n, (i + 1) * m * n),
  }));
  return () => {
    for (const { left, right, result } of parts) {
      stridedProduct(left, ai, al, right, bl, bj, result, m, k, n);
      if (strong) mendProduct(left, right, result, shape);
    }
  };
}

/** Sums anew, with strong products, each entry of out = a·b that came out as NaN. */
export function mendProduct(
  a: FloatArray,
  b: FloatArray,
  out: FloatArray,
  { m, k, n, transposeA, transposeB }: ProductShape,
): void {
  for (let at = 0; at < out.length; at++) {
    if (!Number.isNaN(out[at])) continue;
    const i = Math.floor(at / n);
    const j = at % n;
    let total = 0;
    for (let l = 0; l < k; l++) {
      const u = transposeA ? a[l * m + i]! : a[i * k + l]!;
      const v = transposeB ? b[j * k + l]! : b[l * n + j]!;
      if (u !== 0 && v !== 0) total += u * v;
    }
    out[at] = total;
  }
}
