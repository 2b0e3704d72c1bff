import { floatArray, type Dtype } from '@nonsmooth/kernels';
import { sizeOf, wrap, type NestedNumbers, type Tensor } from './tensor.js';

/** All entries equal to `value`. */
export function full(shape: readonly number[], value: number, dtype: Dtype = 'f64'): Tensor {
  return wrap(floatArray(dtype, sizeOf(shape)).fill(value), shape);
}

export function zeros(shape: readonly number[], dtype: Dtype = 'f64'): Tensor {
  return full(shape, 0, dtype);
}

export function ones(shape: readonly number[], dtype: Dtype = 'f64'): Tensor {
  return full(shape, 1, dtype);
}

/** The n × n identity matrix. */
export function identity(n: number, dtype: Dtype = 'f64'): Tensor {
  const matrix = zeros([n, n], dtype);
  for (let i = 0; i < n; i++) matrix.data[i * n + i] = 1;
  return matrix;
}

/** `count` ≥ 2 evenly spaced numbers from `first` to `last`, both included. */
export function linspace(first: number, last: number, count: number, dtype: Dtype = 'f64'): Tensor {
  const vector = zeros([count], dtype);
  for (let i = 0; i < count; i++) {
    vector.data[i] = i === count - 1 ? last : first + ((last - first) * i) / (count - 1);
  }
  return vector;
}

/** The entries as nested arrays; a number for shape []. */
export function toNested({ data, shape }: Tensor): NestedNumbers {
  const level = (depth: number, at: number): NestedNumbers => {
    if (depth === shape.length) return data[at]!;
    const stride = sizeOf(shape.slice(depth + 1));
    return Array.from({ length: shape[depth]! }, (_, i) => level(depth + 1, at + i * stride));
  };
  return level(0, 0);
}
