import type { FloatArray } from '@nonsmooth/core';

/** Whether all entries are equal, with 0 and −0 told apart and NaN equal to nothing. */
export function sameBits(a: FloatArray, b: FloatArray): boolean {
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!;
    if (x !== b[i]! || (x === 0 && !Object.is(x, b[i]!))) return false;
  }
  return true;
}
