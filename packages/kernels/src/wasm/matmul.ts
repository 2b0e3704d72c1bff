import {
  ArgumentError,
  requireFloatArray,
  requireIndex,
  requireLength,
  requireOutput,
  type Dtype,
  type FloatArray,
} from '@nonsmooth/core';
import type { Build } from './module.js';
import { workspace } from './workspace.js';

/** out = a·b in a memory that lives as long as the call. */
export function matmul(
  build: Build,
  a: FloatArray,
  b: FloatArray,
  out: FloatArray,
  m: number,
  k: number,
  n: number,
): void {
  for (const [name, size] of Object.entries({ m, k, n })) {
    requireIndex(name, size, Infinity);
  }
  requireLength('a', a, m * k);
  requireFloatArray('a', a);
  requireFloatArray('b', b);
  requireLength('b', b, k * n);
  requireOutput('out', out, m * n);
  const dtype = dtypeOf(out);
  for (const [name, array] of Object.entries({ a, b })) {
    if (dtypeOf(array) !== dtype) throw new ArgumentError(name, array, `an array of ${dtype}`);
  }
  if (out.length === 0) return;
  const space = workspace(build, dtype, [m * k, k * n, m * n], k);
  const [left, right, answer] = space.arrays as [FloatArray, FloatArray, FloatArray];
  left.set(a);
  right.set(b);
  space.product(left, right, answer, { m, k, n });
  out.set(answer);
}

function dtypeOf(array: FloatArray): Dtype {
  return array instanceof Float64Array ? 'f64' : 'f32';
}
