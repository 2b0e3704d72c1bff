import type { FloatArray } from '@nonsmooth/core';

/** The Hessian, d × d, from its products with the unit vectors. */
export function hessianByColumns(
  dimension: number,
  hessianVector: (vector: FloatArray, out: FloatArray) => void,
  out: FloatArray,
): void {
  const unit = new Float64Array(dimension);
  for (let i = 0; i < dimension; i++) {
    unit[i] = 1;
    hessianVector(unit, out.subarray(i * dimension, (i + 1) * dimension));
    unit[i] = 0;
  }
}
