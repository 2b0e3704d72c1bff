import { ShapeError } from '@nonsmooth/core';
import { LuDecomposition, Matrix, SingularValueDecomposition } from 'ml-matrix';
import { fromData, type Tensor, type TensorLike } from '../tensor.js';
import { finiteMatrix, requireMatrix, SingularMatrixError, squareMatrix } from './checks.js';
import { fromMatrix, toMatrix } from './matrix.js';

/**
 * x with A·x = b by LU with partial pivoting; b is a vector or a matrix of columns, x has its shape.
 * @throws SingularMatrixError for an exactly zero pivot; ShapeError, NonFiniteError for wrong arguments.
 */
export function solve(a: TensorLike, b: TensorLike): Tensor {
  const matrix = squareMatrix('a', a);
  return withColumns(matrix, b, (columns) => solveSquare(matrix, columns));
}

/**
 * The x of least norm among those that minimize ‖A·x − b‖, for any shape and rank of A: by the singular value
 * decomposition, singular values below eps·max(m, n) of the largest taken as zero.
 */
export function leastSquares(a: TensorLike, b: TensorLike): Tensor {
  const matrix = finiteMatrix('a', a);
  return withColumns(matrix, b, (columns) => applyPseudoInverse(matrix, columns));
}

/** A⁻¹. @throws SingularMatrixError for an exactly zero pivot. */
export function inverse(a: TensorLike): Tensor {
  const matrix = squareMatrix('a', a);
  return fromMatrix(solveSquare(matrix, Matrix.eye(matrix.rows)));
}

/** The Moore–Penrose inverse, with the cut-off of `leastSquares`. */
export function pseudoInverse(a: TensorLike): Tensor {
  const matrix = finiteMatrix('a', a);
  return fromMatrix(applyPseudoInverse(matrix, Matrix.eye(matrix.rows)));
}

/** The determinant of a square matrix, from its LU decomposition. */
export function determinant(a: TensorLike): number {
  return new LuDecomposition(squareMatrix('a', a)).determinant;
}

function solveSquare(a: Matrix, b: Matrix): Matrix {
  const decomposition = new LuDecomposition(a);
  if (decomposition.isSingular()) {
    throw new SingularMatrixError('a', a.to2DArray(), 'matrices without a zero pivot');
  }
  return decomposition.solve(b);
}

function applyPseudoInverse(a: Matrix, b: Matrix): Matrix {
  const { leftSingularVectors, diagonal, rightSingularVectors } = new SingularValueDecomposition(
    a,
    {
      autoTranspose: true,
    },
  );
  const cutoff = Number.EPSILON * Math.max(a.rows, a.columns) * diagonal[0]!;
  const coefficients = leftSingularVectors.transpose().mmul(b);
  diagonal.forEach((value, i) => coefficients.mulRow(i, value > cutoff ? 1 / value : 0));
  return rightSingularVectors.mmul(coefficients);
}

/** Applies `f` to b as columns and gives the result the kind of shape that b had. */
function withColumns(a: Matrix, b: TensorLike, f: (columns: Matrix) => Matrix): Tensor {
  const right = requireMatrix('b', b, 'vector or matrix');
  if (right.shape[0] !== a.rows) {
    throw new ShapeError('b.shape', right.shape, `${a.rows} rows, as a has`);
  }
  const x = fromMatrix(f(toMatrix(right)));
  return right.shape.length === 1 ? fromData(x.data) : x;
}
