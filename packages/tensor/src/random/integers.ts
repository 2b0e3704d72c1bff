import { ArgumentError, requireKey, type Key } from '@nonsmooth/core';
import { elementCount, toShape, type ShapeLike } from '../shape.js';
import { boundedInteger, distribution } from './sequence.js';

/**
 * Independent integers in [low, high), flat, as many as the shape (or count) has entries. Without bias: words
 * beyond the last full multiple of high − low are rejected. Entry i depends on key and i only.
 * @throws ArgumentError unless −2³¹ ≤ low < high ≤ 2³¹ are integers.
 */
export function integers(key: Key, shape: ShapeLike, low: number, high: number): Int32Array {
  requireKey('key', key);
  const extents = toShape('shape', shape);
  const ordered = Number.isInteger(low) && Number.isInteger(high) && low < high;
  if (!ordered || low < -(2 ** 31) || high > 2 ** 31) {
    throw new ArgumentError('[low, high)', [low, high], 'integers −2³¹ ≤ low < high ≤ 2³¹');
  }
  return Int32Array.from(
    { length: elementCount(extents) },
    (_, i) => low + boundedInteger(key, distribution.integers, i, high - low),
  );
}
