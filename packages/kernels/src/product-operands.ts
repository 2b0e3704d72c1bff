import {
  requireFloatArray,
  requireIndex,
  requireLength,
  requireOutput,
  type FloatArray,
} from '@nonsmooth/core';

/**
 * Checks the operands of a product out = a·b of an m × k and a k × n matrix.
 * @throws ArgumentError for sizes that are no counts and operands that are no float arrays, ShapeError for lengths.
 */
export function requireProductOperands(
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
}
