import { ShapeError } from '@nonsmooth/kernels';
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
  const [u, v] = [toValue(a), toValue(b)];
  if (u.shape.length === 0 || v.shape.length === 0) {
    throw new ShapeError('factors', [u.shape, v.shape], 'vectors and matrices, no scalars');
  }
  if (u.shape.length === 1) {
    const product = matmul(reshape(u, [1, u.shape[0]!]), v);
    return reshape(
      product,
      product.shape.filter((_, i, s) => i !== s.length - (v.shape.length === 1 ? 1 : 2)),
    );
  }
  if (v.shape.length === 1) {
    const product = matmul(u, reshape(v, [v.shape[0]!, 1]));
    return reshape(product, product.shape.slice(0, -1));
  }
  const [m, k] = u.shape.slice(-2) as [number, number];
  const [k2, n] = v.shape.slice(-2) as [number, number];
  if (k !== k2) {
    throw new ShapeError('b', v.shape, `${k} rows, to be multiplied by [${u.shape.join(', ')}]`);
  }
  const batch = broadcastShapes(u.shape.slice(0, -2), v.shape.slice(0, -2));
  const left = broadcastTo(u, [...batch, m, k]);
  const right = broadcastTo(v, [...batch, k, n]);
  return emit('matmul', [left, right], [...batch, m, n], {});
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
