import { LuDecomposition, Matrix } from 'ml-matrix';

/** The factors P·A = L·U of the matrix factorized last. */
export interface Factorization {
  /** Factorizes an n×n matrix, given row by row; false if it is singular. */
  factorize(matrix: Float64Array): boolean;
  /** Solves A·x = b in place, without allocating. */
  solve(b: Float64Array): void;
}

export function luFactorization(n: number): Factorization {
  const source = new Matrix(n, n);
  const factors = new Float64Array(n * n);
  const permuted = new Float64Array(n);
  let pivots: readonly number[] = [];
  return {
    factorize(matrix) {
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) source.set(i, j, matrix[i * n + j]!);
      }
      const lu = new LuDecomposition(source);
      if (lu.isSingular()) return false;
      const lower = lu.lowerTriangularMatrix;
      const upper = lu.upperTriangularMatrix;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) factors[i * n + j] = (j < i ? lower : upper).get(i, j);
      }
      pivots = lu.pivotPermutationVector;
      return true;
    },
    solve(b) {
      for (let i = 0; i < n; i++) {
        let sum = b[pivots[i]!]!;
        for (let j = 0; j < i; j++) sum -= factors[i * n + j]! * permuted[j]!;
        permuted[i] = sum;
      }
      for (let i = n - 1; i >= 0; i--) {
        let sum = permuted[i]!;
        for (let j = i + 1; j < n; j++) sum -= factors[i * n + j]! * b[j]!;
        b[i] = sum / factors[i * n + i]!;
      }
    },
  };
}
