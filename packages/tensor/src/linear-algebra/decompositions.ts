import { ShapeError } from '@nonsmooth/core';
import {
  CholeskyDecomposition,
  EigenvalueDecomposition,
  LuDecomposition,
  QrDecomposition,
  SingularValueDecomposition,
} from 'ml-matrix';
import { fromData, type Tensor, type TensorLike } from '../tensor.js';
import { finiteMatrix, NotPositiveDefiniteError, squareMatrix, symmetricMatrix } from './checks.js';
import { fromMatrix } from './matrix.js';

// The decompositions are those of ml-matrix, in double precision. Every function throws ShapeError for a wrong
// shape and NonFiniteError for NaN or infinite entries.

/** P·A = L·U: row i of P·A is row `permutation[i]` of A. */
export interface Lu {
  /** Lower triangular with ones on the diagonal. */
  readonly lower: Tensor;
  readonly upper: Tensor;
  readonly permutation: Uint32Array;
}

/** The LU decomposition with partial pivoting of a square matrix, singular ones included. */
export function lu(a: TensorLike): Lu {
  const decomposition = new LuDecomposition(squareMatrix('a', a));
  return {
    lower: fromMatrix(decomposition.lowerTriangularMatrix),
    upper: fromMatrix(decomposition.upperTriangularMatrix),
    permutation: Uint32Array.from(decomposition.pivotPermutationVector),
  };
}

/** A = Q·R for an m × n matrix, m ≥ n: Q is m × n with orthonormal columns, R upper triangular. */
export function qr(a: TensorLike): { readonly q: Tensor; readonly r: Tensor } {
  const matrix = finiteMatrix('a', a);
  if (matrix.rows < matrix.columns) {
    throw new ShapeError(
      'a.shape',
      [matrix.rows, matrix.columns],
      'as many rows as columns, or more',
    );
  }
  const decomposition = new QrDecomposition(matrix);
  return {
    q: fromMatrix(decomposition.orthogonalMatrix),
    r: fromMatrix(decomposition.upperTriangularMatrix),
  };
}

/**
 * The lower triangular L with A = L·Lᵀ.
 * @throws ArgumentError if A is not symmetric, NotPositiveDefiniteError if it is but not positive definite.
 */
export function cholesky(a: TensorLike): Tensor {
  const decomposition = new CholeskyDecomposition(symmetricMatrix('a', a));
  if (!decomposition.isPositiveDefinite()) {
    throw new NotPositiveDefiniteError('a', a, 'positive definite matrices');
  }
  return fromMatrix(decomposition.lowerTriangularMatrix);
}

/** A = U·diag(s)·Vᵀ for an m × n matrix with k = min(m, n). */
export interface Svd {
  /** m × k. */
  readonly u: Tensor;
  /** s: k numbers ≥ 0, descending. */
  readonly singularValues: Tensor;
  /** n × k. */
  readonly v: Tensor;
}

/** The singular value decomposition of any matrix, reduced. */
export function svd(a: TensorLike): Svd {
  const decomposition = new SingularValueDecomposition(finiteMatrix('a', a), {
    autoTranspose: true,
  });
  return {
    u: fromMatrix(decomposition.leftSingularVectors),
    singularValues: fromData(Float64Array.from(decomposition.diagonal)),
    v: fromMatrix(decomposition.rightSingularVectors),
  };
}

/** A = V·diag(values)·Vᵀ. */
export interface SymmetricEigen {
  /** Ascending. */
  readonly values: Tensor;
  /** Column j belongs to value j; orthonormal. */
  readonly vectors: Tensor;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix; asymmetry at rounding level is averaged away.
 * @throws ArgumentError if A is not symmetric.
 */
export function symmetricEigen(a: TensorLike): SymmetricEigen {
  const decomposition = new EigenvalueDecomposition(symmetricMatrix('a', a), {
    assumeSymmetric: true,
  });
  return {
    values: fromData(Float64Array.from(decomposition.realEigenvalues)),
    vectors: fromMatrix(decomposition.eigenvectorMatrix),
  };
}
