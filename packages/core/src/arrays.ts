import { ArgumentError } from './errors.js';
import { requireOneOf } from './options.js';

/** Element type of arrays: 64-bit floats by default, 32-bit for studies that were run in single precision. */
export type Dtype = 'f64' | 'f32';

/** The names of the element types. */
export const dtypes: readonly Dtype[] = ['f64', 'f32'];

/** An array with one of the element types. */
export type FloatArray = Float64Array | Float32Array;

/** Throws ArgumentError unless `value` names an element type. */
export function requireDtype(argument: string, value: unknown): asserts value is Dtype {
  requireOneOf(argument, value, dtypes);
}

/** A zeroed array of `length` elements of the given dtype. @throws ArgumentError for an unknown dtype. */
export function floatArray(dtype: Dtype, length: number): FloatArray {
  requireDtype('dtype', dtype);
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new ArgumentError('length', length, 'an integer ≥ 0');
  }
  try {
    return dtype === 'f64' ? new Float64Array(length) : new Float32Array(length);
  } catch {
    throw new ArgumentError('length', length, 'a length for which there is memory');
  }
}

/** The rows of a row-major array, `width` numbers each, with these indices; in order, repetitions included. */
export function takeRows<Rows extends FloatArray>(
  rows: Rows,
  width: number,
  indices: ArrayLike<number>,
): Rows {
  const taken = floatArray(
    rows instanceof Float64Array ? 'f64' : 'f32',
    indices.length * width,
  ) as Rows;
  for (let j = 0; j < indices.length; j++) {
    const at = indices[j]! * width;
    taken.set(rows.subarray(at, at + width), j * width);
  }
  return taken;
}
