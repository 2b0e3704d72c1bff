import type { FloatArray } from '@nonsmooth/kernels';
import { sizeOf } from '../shape.js';
import type { Buffer, MatrixProduct, Step } from './step.js';

/** out = a·b for each matrix of the batch. */
export function batchedProduct(a: Buffer, b: Buffer, out: Buffer, product: MatrixProduct): Step {
  const [m, k] = a.shape.slice(-2) as [number, number];
  const n = b.shape.at(-1)!;
  const batch = sizeOf(a.shape.slice(0, -2));
  const parts = Array.from({ length: batch }, (_, i) => ({
    a: a.data.subarray(i * m * k, (i + 1) * m * k),
    b: b.data.subarray(i * k * n, (i + 1) * k * n),
    out: out.data.subarray(i * m * n, (i + 1) * m * n),
  }));
  return () => {
    for (const part of parts) product(part.a, part.b, part.out, m, k, n);
  };
}

/** out = a·b, a: m × k, b: k × n, row by row. */
export function plainProduct(
  a: FloatArray,
  b: FloatArray,
  out: FloatArray,
  m: number,
  k: number,
  n: number,
): void {
  out.fill(0);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) {
      const factor = a[i * k + l]!;
      for (let j = 0; j < n; j++) out[i * n + j]! += factor * b[l * n + j]!;
    }
  }
}
