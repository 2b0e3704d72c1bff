import { ShapeError } from '@nonsmooth/core';
import { emit, toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import { broadcastShapes } from '../shape.js';
import { mul } from './arithmetic.js';
import { sum } from './reductions.js';
import { broadcastTo, reshape, transpose } from './structure.js';

/**
 * Matrix product by NumPy's rule: a vector on the left is a row, on the right a column; leading axes are
 * batches and broadcast. (…, m, k) by (…, k, n) gives (…, m, n).
 */
export function matmul(a: Operand, b: Operand): Value {
  return product(a, b, undefined, 'left');
}

/** As `matmul` for matrices; where the mask of one factor is 0, its entries are absent, whatever they meet. */
export function maskedMatmul(
  a: Operand,
  b: Operand,
  mask: Value | undefined,
  side: 'left' | 'right',
): Value {
  return product(a, b, mask, side);
}

function product(a: Operand, b: Operand, mask: Value | undefined, side: 'left' | 'right'): Value {
  const [u, v] = [toValue(a), toValue(b)];
  if (u.shape.length === 0 || v.shape.length === 0) {
    throw new ShapeError('factors', [u.shape, v.shape], 'vectors and matrices, no scalars');
  }
  const left = u.shape.length === 1 ? reshape(u, [1, ...u.shape]) : u;
  const right = v.shape.length === 1 ? reshape(v, [...v.shape, 1]) : v;
  const [m, k] = left.shape.slice(-2) as [number, number];
  const [rows, n] = right.shape.slice(-2) as [number, number];
  if (k !== rows) {
    throw new ShapeError('b', v.shape, `${k} rows, to be multiplied by [${u.shape.join(', ')}]`);
  }
  const batch = broadcastShapes(left.shape.slice(0, -2), right.shape.slice(0, -2));
  const factors = [broadcastTo(left, [...batch, m, k]), broadcastTo(right, [...batch, k, n])];
  if (mask !== undefined) factors.push(broadcastTo(mask, factors[side === 'left' ? 0 : 1]!.shape));
  const masked = mask === undefined ? 'none' : side;
  const result = emit('matmul', factors, [...batch, m, n], { masked });
  const rowAxis = u.shape.length === 1 ? [] : [m];
  return reshape(result, [...batch, ...rowAxis, ...(v.shape.length === 1 ? [] : [n])]);
}

/** Σ aᵢbᵢ over all entries. */
export function dot(a: Operand, b: Operand): Value {
  return sum(mul(a, b));
}

/** aᵢbⱼ for two vectors. */
export function outer(a: Operand, b: Operand): Value {
  const [u, v] = [toValue(a), toValue(b)];
  return mul(reshape(u, [-1, 1]), reshape(v, [1, -1]));
}

/** The last two axes exchanged. */
export function matrixTranspose(a: Operand): Value {
  const value = toValue(a);
  const rank = value.shape.length;
  const permutation = value.shape.map((_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
  return transpose(value, permutation);
}
