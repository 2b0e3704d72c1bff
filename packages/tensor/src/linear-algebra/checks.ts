import { ArgumentError, requireFinite, ShapeError } from '@nonsmooth/core';
import type { Matrix } from 'ml-matrix';
import { tensor, type Tensor, type TensorLike } from '../tensor.js';
import { toMatrix } from './matrix.js';

/** A matrix without inverse where one is needed: an exactly zero pivot. */
export class SingularMatrixError extends ArgumentError {
  override readonly name = 'SingularMatrixError';
}

/** A symmetric matrix that is not positive definite where it must be. */
export class NotPositiveDefiniteError extends ArgumentError {
  override readonly name = 'NotPositiveDefiniteError';
}

/** The argument as a tensor of finite numbers with one or two axes. */
export function requireMatrix(argument: string, values: TensorLike, axes: string): Tensor {
  const t = tensor(values);
  const [least, most] = axes === 'matrix' ? [2, 2] : [1, 2];
  if (t.shape.length < least || t.shape.length > most || t.data.length === 0) {
    throw new ShapeError(`${argument}.shape`, t.shape, `a nonempty ${axes}`);
  }
  requireFinite(argument, t.data);
  return t;
}

/** A nonempty matrix of finite numbers. */
export function finiteMatrix(argument: string, values: TensorLike): Matrix {
  return toMatrix(requireMatrix(argument, values, 'matrix'));
}

/** A square matrix of finite numbers. */
export function squareMatrix(argument: string, values: TensorLike): Matrix {
  const matrix = finiteMatrix(argument, values);
  if (matrix.rows !== matrix.columns) {
    throw new ShapeError(`${argument}.shape`, [matrix.rows, matrix.columns], 'a square matrix');
  }
  return matrix;
}

/** (A + Aᵀ)/2 of a matrix that is symmetric up to rounding: |a_ij − a_ji| ≤ 1e−12 max |a|. */
export function symmetricMatrix(argument: string, values: TensorLike): Matrix {
  const matrix = squareMatrix(argument, values);
  const tolerance = 1e-12 * Math.max(Math.abs(matrix.min()), Math.abs(matrix.max()));
  for (let i = 0; i < matrix.rows; i++) {
    for (let j = 0; j < i; j++) {
      const [below, above] = [matrix.get(i, j), matrix.get(j, i)];
      if (Math.abs(below - above) > tolerance) {
        throw new ArgumentError(`${argument}[${i}][${j}]`, below, `${above}, as at [${j}][${i}]`);
      }
      const mean = below / 2 + above / 2;
      matrix.set(i, j, mean);
      matrix.set(j, i, mean);
    }
  }
  return matrix;
}
