import {
  ArgumentError,
  floatArray,
  requireNumber,
  requireNumbers,
  type Dtype,
} from '@nonsmooth/core';
import { elementCount, toShape, type ShapeLike } from './shape.js';
import { fromData, type Tensor } from './tensor.js';

/** A tensor of zeros; a number is the shape of a vector. */
export function zeros(shape: ShapeLike, dtype: Dtype = 'f64'): Tensor {
  const extents = toShape('shape', shape);
  return fromData(floatArray(dtype, elementCount(extents)), extents);
}

/** A tensor of ones; a number is the shape of a vector. */
export function ones(shape: ShapeLike, dtype: Dtype = 'f64'): Tensor {
  return full(shape, 1, dtype);
}

/** A tensor with every entry equal to `value`; a number is the shape of a vector. */
export function full(shape: ShapeLike, value: number, dtype: Dtype = 'f64'): Tensor {
  if (typeof value !== 'number') throw new ArgumentError('value', value, 'a number');
  const result = zeros(shape, dtype);
  result.data.fill(value);
  return result;
}

/** The n × n identity matrix. */
export function identity(n: number, dtype: Dtype = 'f64'): Tensor {
  const result = zeros([n, n], dtype);
  for (let i = 0; i < n; i++) result.data[i * n + i] = 1;
  return result;
}

/** The square matrix with these entries on its diagonal and zeros elsewhere. */
export function diagonal(entries: ArrayLike<number>, dtype: Dtype = 'f64'): Tensor {
  requireNumbers('entries', entries);
  const n = entries.length;
  const result = zeros([n, n], dtype);
  for (let i = 0; i < n; i++) result.data[i * n + i] = entries[i]!;
  return result;
}

/** n equally spaced numbers from `start` to `stop`, both included exactly; n = 1 gives `start`. */
export function linspace(start: number, stop: number, n: number, dtype: Dtype = 'f64'): Tensor {
  requireNumber('start', start);
  requireNumber('stop', stop);
  if (typeof n !== 'number') throw new ArgumentError('n', n, 'an integer ≥ 0');
  const result = zeros([n], dtype);
  for (let i = 0; i < n; i++)
    result.data[i] = i === 0 ? start : start + (i / (n - 1)) * (stop - start);
  if (n > 1) result.data[n - 1] = stop;
  return result;
}

/**
 * start, start + step, … as long as they are before `stop`: ⌈(stop − start)/step⌉ numbers, none if negative. One
 * number alone is `stop`, and the start 0.
 */
export function arange(start: number, stop?: number, step = 1, dtype: Dtype = 'f64'): Tensor {
  if (stop === undefined) return arange(0, start, step, dtype);
  requireNumber('start', start);
  requireNumber('stop', stop);
  requireNumber('step', step);
  const count = Math.ceil((stop - start) / step);
  if (!Number.isFinite(count)) {
    throw new ArgumentError('step', step, 'a nonzero step between finite numbers');
  }
  const result = zeros([Math.max(0, count)], dtype);
  for (let i = 0; i < count; i++) result.data[i] = start + i * step;
  return result;
}
