import {
  ArgumentError,
  floatArray,
  requireDtype,
  requireFloatArray,
  requireKnownOptions,
  ShapeError,
  type Dtype,
  type FloatArray,
  type OptionNames,
} from '@nonsmooth/core';
import type ndarray from 'ndarray';
import { flattenNested, nestedShape, type NestedNumbers } from './nested.js';
import { elementCount, requireShape, toShape, type ShapeLike } from './shape.js';
import { rowMajorView, type NdArray } from './strided-view.js';

export type { NdArray };

/** An n-dimensional array of floats, contiguous and row-major; the empty shape is a single number. */
export interface Tensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: FloatArray;
  /** A scijs ndarray over the same memory: index, slice, transpose and step without copying. */
  readonly view: NdArray;
}

/** Options of `tensor`. */
export interface TensorOptions {
  /** The shape to give to the entries, which are taken in row-major order. */
  readonly shape?: ShapeLike;
  /** Default: the dtype of the given array, f64 for numbers. */
  readonly dtype?: Dtype;
}

const tensorOptionNames: OptionNames<TensorOptions> = { shape: true, dtype: true };

class DenseTensor implements Tensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: FloatArray;
  #view: NdArray | undefined;

  constructor(data: FloatArray, shape: readonly number[]) {
    this.dtype = data instanceof Float32Array ? 'f32' : 'f64';
    this.shape = Object.freeze([...shape]);
    this.data = data;
  }

  get view(): NdArray {
    return (this.#view ??= rowMajorView(this.data, this.shape));
  }
}

/**
 * A tensor over `data` itself, without copying. Default shape: one axis.
 * @throws ShapeError if the shape does not have as many entries as `data`.
 */
export function fromData(data: FloatArray, shape: ShapeLike = data?.length): Tensor {
  requireFloatArray('data', data);
  const extents = toShape('shape', shape);
  if (elementCount(extents) !== data.length) {
    throw new ShapeError('shape', shape, `a shape of ${data.length} entries`);
  }
  return new DenseTensor(data, extents);
}

/** What `tensor` takes. */
export type TensorLike = NestedNumbers | FloatArray | ndarray.NdArray | Tensor;

/**
 * A new tensor with a copy of the given entries: a number, nested arrays, a typed array, an ndarray view (any
 * strides) or a tensor. NaN and infinities are kept.
 * @throws ShapeError for ragged arrays and for a shape that does not have as many entries.
 * @throws ArgumentError for an entry that is no number.
 */
export function tensor(values: TensorLike, options: TensorOptions = {}): Tensor {
  requireKnownOptions('options', options, tensorOptionNames);
  const { dtype } = options;
  if (dtype !== undefined) requireDtype('dtype', dtype);
  if (isFloatArray(values)) return fromData(copy(values, dtype), options.shape);
  if (isTensor(values)) return fromData(copy(values.data, dtype), options.shape ?? values.shape);
  if (isView(values)) return fromData(gather(values, dtype), options.shape ?? values.shape);
  if (typeof values !== 'number' && !Array.isArray(values)) {
    throw new ArgumentError(
      'values',
      values,
      'numbers, nested arrays, a float array, ndarray or tensor',
    );
  }
  const shape = nestedShape(values);
  const data = floatArray(dtype ?? 'f64', elementCount(shape));
  flattenNested(values, shape, data);
  return fromData(data, options.shape ?? shape);
}

/** Throws ArgumentError unless `value` is a tensor. */
export function requireTensor(argument: string, value: unknown): asserts value is Tensor {
  if (!isTensor(value)) throw new ArgumentError(argument, value, 'a tensor');
}

/** Whether `value` is a tensor. */
export function isTensor(value: unknown): value is Tensor {
  if (typeof value !== 'object' || value === null) return false;
  const { dtype, shape, data } = value as Partial<Tensor>;
  return (
    (dtype === 'f64' || dtype === 'f32') &&
    Array.isArray(shape) &&
    isFloatArray(data) &&
    elementCount(shape) === data.length
  );
}

function isFloatArray(value: unknown): value is FloatArray {
  return value instanceof Float64Array || value instanceof Float32Array;
}

function isView(value: unknown): value is ndarray.NdArray {
  return typeof value === 'object' && value !== null && 'stride' in value && 'offset' in value;
}

/** Whether the memory of the array was transferred elsewhere: it has no length any more, and no view can be made. */
function isDetached({ length, buffer }: FloatArray): boolean {
  if (length > 0) return false;
  try {
    return new Uint8Array(buffer).length < 0;
  } catch {
    return true;
  }
}

function copy(data: FloatArray, dtype: Dtype | undefined): FloatArray {
  if (isDetached(data)) {
    throw new ArgumentError('values', 'an array whose memory was transferred', 'arrays in use');
  }
  if (dtype === undefined) return data.slice();
  return dtype === 'f64' ? Float64Array.from(data) : Float32Array.from(data);
}

/** Throws ArgumentError unless every entry that the strides name is there, a number. */
function requireView(view: ndarray.NdArray): void {
  const { shape, stride, offset, data } = view;
  requireShape('values.shape', shape);
  const isStride = (n: unknown): boolean => Number.isSafeInteger(n);
  if (!Array.isArray(stride) || stride.length !== shape.length || !stride.every(isStride)) {
    throw new ArgumentError('values.stride', stride, 'an integer for each axis');
  }
  if (typeof data !== 'object' || data === null || !Number.isSafeInteger(data.length)) {
    throw new ArgumentError('values.data', data, 'an array');
  }
  if (!Number.isSafeInteger(offset)) {
    throw new ArgumentError('values.offset', offset, 'an integer');
  }
  if (elementCount(shape) === 0) return;
  const spans = shape.map((extent, axis) => (extent - 1) * stride[axis]!);
  const first = spans.reduce((at, span) => at + Math.min(span, 0), offset);
  const last = spans.reduce((at, span) => at + Math.max(span, 0), offset);
  if (!(first >= 0 && last < data.length)) {
    throw new ArgumentError('values.offset', offset, `entries 0 to ${data.length - 1} of the data`);
  }
}

/** The entries of a strided view in row-major order. */
function gather(view: ndarray.NdArray, dtype?: Dtype): FloatArray {
  requireView(view);
  const { shape, stride, offset } = view;
  const size = elementCount(shape);
  const out = floatArray(dtype ?? (view.dtype === 'float32' ? 'f32' : 'f64'), size);
  const generic = 'get' in view.data && typeof view.data.get === 'function' ? view.data : undefined;
  const entries = view.data as ArrayLike<number>;
  const index = shape.map(() => 0);
  let from = offset;
  for (let i = 0; i < size; i++) {
    out[i] = generic ? generic.get(from) : entries[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += stride[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= stride[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
