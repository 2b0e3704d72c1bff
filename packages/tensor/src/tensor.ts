import { floatArray, ShapeError, type Dtype, type FloatArray } from '@nonsmooth/kernels';
import ndarray, { type NdArray } from 'ndarray';

/** An n-dimensional array: contiguous, row-major numbers and their shape. */
export interface Tensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: FloatArray;
  /** A scijs ndarray over the same numbers, for strided views: transpose, step, lo, hi, pick. */
  readonly view: NdArray<FloatArray>;
}

/** A number, or arrays of arrays of … of numbers. */
export type NestedNumbers = number | readonly NestedNumbers[];

export interface TensorOptions {
  /** Default: the shape of the values. Must have as many entries. */
  readonly shape?: readonly number[];
  /** Default: that of the values, 'f64' for plain numbers. */
  readonly dtype?: Dtype;
}

class ContiguousTensor implements Tensor {
  readonly data: FloatArray;
  readonly shape: readonly number[];

  constructor(data: FloatArray, shape: readonly number[]) {
    this.data = data;
    this.shape = Object.freeze([...shape]);
  }

  get dtype(): Dtype {
    return this.data instanceof Float64Array ? 'f64' : 'f32';
  }

  get view(): NdArray<FloatArray> {
    return ndarray(this.data, [...this.shape]);
  }
}

/** Whether `value` is a tensor of this package. */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof ContiguousTensor;
}

/** The number of entries of an array of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1);
}

/** A tensor over `data` itself, without a copy. @throws ShapeError if the numbers do not fill the shape. */
export function wrap(data: FloatArray, shape: readonly number[]): Tensor {
  requireShape(shape);
  if (sizeOf(shape) !== data.length) {
    throw new ShapeError('shape', shape, `shapes of ${data.length} entries`);
  }
  return new ContiguousTensor(data, shape);
}

/**
 * A tensor with its own copy of `values`: nested arrays of numbers, a typed array (a vector), an ndarray view or
 * a tensor.
 * @throws ShapeError for ragged arrays, or an `options.shape` of another number of entries.
 */
export function tensor(
  values: NestedNumbers | FloatArray | NdArray | Tensor,
  options: TensorOptions = {},
): Tensor {
  const source = flatten(values);
  const dtype = options.dtype ?? source.dtype;
  const data = floatArray(dtype, source.data.length);
  data.set(source.data);
  return wrap(data, options.shape ?? source.shape);
}

interface Flat {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly dtype: Dtype;
}

function flatten(values: NestedNumbers | FloatArray | NdArray | Tensor): Flat {
  if (typeof values === 'number') return { data: [values], shape: [], dtype: 'f64' };
  if (isTensor(values)) return values;
  if (values instanceof Float64Array || values instanceof Float32Array) {
    const dtype = values instanceof Float64Array ? 'f64' : 'f32';
    return { data: values, shape: [values.length], dtype };
  }
  if (isNested(values)) {
    const shape = nestedShape(values);
    const data = new Float64Array(sizeOf(shape));
    fillNested(values, shape, 0, 0, data);
    return { data, shape, dtype: 'f64' };
  }
  return flattenView(values);
}

function isNested(values: NestedNumbers | NdArray): values is readonly NestedNumbers[] {
  return Array.isArray(values);
}

function nestedShape(values: NestedNumbers): number[] {
  const shape: number[] = [];
  for (let level = values; typeof level !== 'number'; level = level[0]!) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  return shape;
}

function fillNested(
  values: NestedNumbers,
  shape: readonly number[],
  depth: number,
  at: number,
  data: Float64Array,
): number {
  if (typeof values === 'number') {
    if (depth !== shape.length) throw new ShapeError('values', values, `${shape.length} levels of nesting`);
    data[at] = values;
    return at + 1;
  }
  if (values.length !== shape[depth]) {
    throw new ShapeError(`an array at level ${depth}`, values, `${shape[depth] ?? 0} entries, as its siblings`);
  }
  let next = at;
  for (const inner of values) next = fillNested(inner, shape, depth + 1, next, data);
  return next;
}

/** The entries of a strided view in row-major order. */
function flattenView(view: NdArray): Flat {
  const { shape, stride, offset } = view;
  const source = view.data as ArrayLike<number>;
  const dtype = source instanceof Float32Array ? 'f32' : 'f64';
  const data = new Float64Array(sizeOf(shape));
  const index = new Array<number>(shape.length).fill(0);
  let at = offset;
  for (let i = 0; i < data.length; i++) {
    data[i] = source[at]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += stride[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= stride[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return { data, shape, dtype };
}

function requireShape(shape: readonly number[]): void {
  if (!shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) {
    throw new ShapeError('shape', shape, 'integers ≥ 0');
  }
}
