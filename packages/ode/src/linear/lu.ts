/** The factors P·A = L·U of the matrix factorized last, by rows with partial pivoting. */
export interface Factorization {
  /** Factorizes an n×n matrix, given row by row, in place; false if it is singular. Keeps the array. */
  factorize(matrix: Float64Array): boolean;
  /** Solves A·x = b in place, without allocating. */
  solve(b: Float64Array): void;
}

/**
 * Implicit steppers factorize small matrices again and again: for n = 49 this takes a fifth of the time of ml-matrix,
 * whose matrices of rows have to be filled and whose factors have to be read entry by entry.
 */
export function luFactorization(n: number): Factorization {
  let factors: Float64Array = new Float64Array(0);
  const pivots = new Int32Array(n);
  return {
    factorize(matrix) {
      factors = matrix;
      for (let k = 0; k < n; k++) {
        let pivot = k;
        let largest = -1;
        for (let i = k; i < n; i++) {
          const size = Math.abs(matrix[i * n + k]!);
          if (size > largest) {
            largest = size;
            pivot = i;
          }
        }
        if (!(largest > 0 && largest < Infinity)) return false;
        pivots[k] = pivot;
        const from = k * n;
        if (pivot !== k) {
          for (let j = 0; j < n; j++) {
            const kept = matrix[from + j]!;
            matrix[from + j] = matrix[pivot * n + j]!;
            matrix[pivot * n + j] = kept;
          }
        }
        const inverse = 1 / matrix[from + k]!;
        for (let i = k + 1; i < n; i++) {
          const row = i * n;
          const factor = matrix[row + k]! * inverse;
          matrix[row + k] = factor;
          if (factor === 0) continue;
          for (let j = k + 1; j < n; j++)
            matrix[row + j] = matrix[row + j]! - factor * matrix[from + j]!;
        }
      }
      return true;
    },
    solve(b) {
      const a = factors;
      for (let k = 0; k < n; k++) {
        const pivot = pivots[k]!;
        const kept = b[k]!;
        b[k] = b[pivot]!;
        b[pivot] = kept;
      }
      for (let i = 1; i < n; i++) {
        let sum = b[i]!;
        for (let j = 0; j < i; j++) sum -= a[i * n + j]! * b[j]!;
        b[i] = sum;
      }
      for (let i = n - 1; i >= 0; i--) {
        let sum = b[i]!;
        for (let j = i + 1; j < n; j++) sum -= a[i * n + j]! * b[j]!;
        b[i] = sum / a[i * (n + 1)]!;
      }
    },
  };
}
