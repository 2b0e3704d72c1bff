import { ArgumentError, ShapeError } from '@nonsmooth/core';
import { Matrix, type AbstractMatrix } from 'ml-matrix';
import { fromData, requireTensor, type Tensor } from '../tensor.js';

/**
 * A copy as a matrix of ml-matrix (double precision); a vector becomes one column, a number 1 × 1.
 * @throws ShapeError for more than two axes.
 */
export function toMatrix(t: Tensor): Matrix {
  requireTensor('t', t);
  if (t.shape.length > 2) throw new ShapeError('shape', t.shape, 'at most two axes');
  const [rows = 1, columns = 1] = t.shape;
  const matrix = new Matrix(rows, columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) matrix.set(i, j, t.data[i * columns + j]!);
  }
  return matrix;
}

/** The entries of a matrix of ml-matrix, or of one of its views, as a rows × columns tensor. */
export function fromMatrix(matrix: AbstractMatrix): Tensor {
  if (typeof matrix?.get !== 'function') {
    throw new ArgumentError('matrix', matrix, 'a matrix of ml-matrix');
  }
  const { rows, columns } = matrix;
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) data[i * columns + j] = matrix.get(i, j);
  }
  return fromData(data, [rows, columns]);
}
