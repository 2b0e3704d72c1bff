import { ArgumentError, floatArray, type Dtype } from '@nonsmooth/core';
import { elementCount, requireShape } from './shape.js';
import { fromData, type Tensor } from './tensor.js';

/** A tensor of zeros. */
export function zeros(shape: readonly number[], dtype: Dtype = 'f64'): Tensor {
  requireShape('shape', shape);
  return fromData(floatArray(dtype, elementCount(shape)), shape);
}

/** A tensor of ones. */
export function ones(shape: readonly number[], dtype: Dtype = 'f64'): Tensor {
  return full(shape, 1, dtype);
}

/** A tensor with every entry equal to `value`. */
export function full(shape: readonly number[], value: number, dtype: Dtype = 'f64'): Tensor {
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
  const n = entries.length;
  const result = zeros([n, n], dtype);
  for (let i = 0; i < n; i++) result.data[i * n + i] = entries[i]!;
  return result;
}

/** n equally spaced numbers from `start` to `stop`, both included exactly; n = 1 gives `start`. */
export function linspace(start: number, stop: number, n: number, dtype: Dtype = 'f64'): Tensor {
  for (const [name, value] of [['start', start] as const, ['stop', stop] as const]) {
    if (!Number.isFinite(value)) throw new ArgumentError(name, value, 'a finite number');
  }
  const result = zeros([n], dtype);
  for (let i = 0; i < n; i++)
    result.data[i] = i === 0 ? start : start + (i / (n - 1)) * (stop - start);
  if (n > 1) result.data[n - 1] = stop;
  return result;
}

/** start, start + step, … as long as they are before `stop`: ⌈(stop − start)/step⌉ numbers, none if negative. */
export function arange(start: number, stop: number, step = 1, dtype: Dtype = 'f64'): Tensor {
  const count = Math.ceil((stop - start) / step);
  if (!Number.isFinite(count)) {
    throw new ArgumentError('step', step, 'a nonzero step between finite numbers');
  }
  const result = zeros([Math.max(0, count)], dtype);
  for (let i = 0; i < count; i++) result.data[i] = start + i * step;
  return result;
}
