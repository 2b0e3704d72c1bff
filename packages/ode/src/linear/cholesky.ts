import type { Factorization } from './lu.js';

/** The factor A = L·Lᵀ of the symmetric positive definite matrix factorized last: half the work of L·U. */
export function choleskyFactorization(n: number): Factorization {
  let factor: Float64Array = new Float64Array(0);
  return {
    /** False if the matrix is not positive definite; it is then overwritten in part. */
    factorize(matrix) {
      factor = matrix;
      for (let i = 0; i < n; i++) {
        const row = i * n;
        for (let j = 0; j <= i; j++) {
          const other = j * n;
          let sum = matrix[row + j]!;
          for (let k = 0; k < j; k++) sum -= matrix[row + k]! * matrix[other + k]!;
          if (j < i) matrix[row + j] = sum / matrix[other + j]!;
          else if (sum > 0 && sum < Infinity) matrix[row + i] = Math.sqrt(sum);
          else return false;
        }
      }
      return true;
    },
    solve(b) {
      const l = factor;
      for (let i = 0; i < n; i++) {
        const row = i * n;
        let sum = b[i]!;
        for (let j = 0; j < i; j++) sum -= l[row + j]! * b[j]!;
        b[i] = sum / l[row + i]!;
      }
      for (let i = n - 1; i >= 0; i--) {
        const row = i * n;
        const x = b[i]! / l[row + i]!;
        b[i] = x;
        for (let j = 0; j < i; j++) b[j] = b[j]! - x * l[row + j]!;
      }
    },
  };
}
