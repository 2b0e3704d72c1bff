import type { FloatArray } from '@nonsmooth/core';
import { requireProductOperands } from '../product-operands.js';

/** out = a·b, row-major: out[i,j] = Σ_l a[i,l]·b[l,j], summed in order. */
export function matmul(
  a: FloatArray,
  b: FloatArray,
  out: FloatArray,
  m: number,
  k: number,
  n: number,
): void {
  requireProductOperands(a, b, out, m, k, n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += a[i * k + l]! * b[l * n + j]!;
      out[i * n + j] = sum;
    }
  }
}
