/** Element type of arrays: 64-bit floats by default, 32-bit for studies that were run in single precision. */
export type Dtype = 'f64' | 'f32';

export type FloatArray = Float64Array | Float32Array;

/** A zeroed array of `length` elements of the given dtype. */
export function floatArray(dtype: Dtype, length: number): FloatArray {
  return dtype === 'f64' ? new Float64Array(length) : new Float32Array(length);
}
