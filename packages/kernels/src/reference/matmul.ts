import {
  requireFloatArray,
  requireIndex,
  requireLength,
  requireOutput,
  type FloatArray,
} from '@nonsmooth/core';

/** out = a·b, row-major: out[i,j] = Σ_l a[i,l]·b[l,j], summed in order. */
export function matmul(
  a: FloatArray,
  b: FloatArray,
  out: FloatArray,
  m: number,
  k: number,
  n: number,
): void {
  for (const [name, size] of Object.entries({ m, k, n })) {
    requireIndex(name, size, Infinity);
  }
  requireLength('a', a, m * k);
  requireFloatArray('a', a);
  requireFloatArray('b', b);
  requireLength('b', b, k * n);
  requireOutput('out', out, m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += a[i * k + l]! * b[l * n + j]!;
      out[i * n + j] = sum;
    }
  }
}
