import type { Factorization } from './lu.js';

/**
 * The factor A = L·Lᵀ of the symmetric positive definite matrix factorized last: half the work of L·U. By columns, four
 * rows at a time, so that their sums do not wait for each other.
 */
export function choleskyFactorization(n: number): Factorization {
  let factor: Float64Array = new Float64Array(0);
  return {
    /** False if the matrix is not positive definite; it is then overwritten in part. */
    factorize(matrix) {
      factor = matrix;
      for (let j = 0; j < n; j++) {
        const own = j * n;
        let square = matrix[own + j]!;
        for (let k = 0; k < j; k++) square -= matrix[own + k]! * matrix[own + k]!;
        if (!(square > 0 && square < Infinity)) return false;
        const root = Math.sqrt(square);
        matrix[own + j] = root;
        let i = j + 1;
        for (; i + 3 < n; i += 4) {
          const a = i * n;
          const b = a + n;
          const c = b + n;
          const d = c + n;
          let p = matrix[a + j]!;
          let q = matrix[b + j]!;
          let r = matrix[c + j]!;
          let s = matrix[d + j]!;
          for (let k = 0; k < j; k++) {
            const x = matrix[own + k]!;
            p -= matrix[a + k]! * x;
            q -= matrix[b + k]! * x;
            r -= matrix[c + k]! * x;
            s -= matrix[d + k]! * x;
          }
          matrix[a + j] = p / root;
          matrix[b + j] = q / root;
          matrix[c + j] = r / root;
          matrix[d + j] = s / root;
        }
        for (; i < n; i++) {
          const row = i * n;
          let sum = matrix[row + j]!;
          for (let k = 0; k < j; k++) sum -= matrix[row + k]! * matrix[own + k]!;
          matrix[row + j] = sum / root;
        }
      }
      return true;
    },
    solve(b) {
      const l = factor;
      for (let j = 0; j < n; j++) {
        const x = b[j]! / l[j * n + j]!;
        b[j] = x;
        for (let i = j + 1, at = i * n + j; i < n; i++, at += n) b[i] = b[i]! - l[at]! * x;
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
