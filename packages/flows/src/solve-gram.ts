/**
 * Solves G x = h for a positive semidefinite Gram matrix (k × k, row by row) by Cholesky's method; unknowns whose
 * column depends on earlier ones are 0.
 */
export function solveGram(gram: Float64Array, h: Float64Array, k: number): Float64Array {
  const factor = new Float64Array(k * k);
  const isIndependent = new Array<boolean>(k).fill(true);
  const x = Float64Array.from(h.subarray(0, k));
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      if (!isIndependent[j]) continue;
      let sum = gram[i * k + j]!;
      for (let l = 0; l < j; l++) sum -= factor[i * k + l]! * factor[j * k + l]!;
      if (i > j) factor[i * k + j] = sum / factor[j * k + j]!;
      else if (sum > 1e-12 * gram[i * k + i]!) factor[i * k + i] = Math.sqrt(sum);
      else isIndependent[i] = false;
    }
  }
  for (let i = 0; i < k; i++) {
    if (!isIndependent[i]) {
      x[i] = 0;
      continue;
    }
    for (let l = 0; l < i; l++) if (isIndependent[l]) x[i] = x[i]! - factor[i * k + l]! * x[l]!;
    x[i] = x[i]! / factor[i * k + i]!;
  }
  for (let i = k - 1; i >= 0; i--) {
    if (!isIndependent[i]) continue;
    for (let l = i + 1; l < k; l++) if (isIndependent[l]) x[i] = x[i]! - factor[l * k + i]! * x[l]!;
    x[i] = x[i]! / factor[i * k + i]!;
  }
  return x;
}
