import {
  ArgumentError,
  floatArray,
  requireDtype,
  requireKey,
  requireKnownOptions,
  requireNumber,
  type Dtype,
  type Key,
  type OptionNames,
} from '@nonsmooth/core';
import { unitInterval } from '@nonsmooth/kernels';
import { elementCount, toShape, type ShapeLike } from '../shape.js';
import { fromData, type Tensor } from '../tensor.js';
import { distribution, forEachDraw } from './sequence.js';

/** Where uniform numbers lie, and their element type. */
export interface UniformOptions {
  /** Default 0. */
  readonly low?: number;
  /** Default 1. */
  readonly high?: number;
  /** Default 'f64'. */
  readonly dtype?: Dtype;
}

const uniformOptionNames: OptionNames<UniformOptions> = { low: true, high: true, dtype: true };

/**
 * Independent uniform numbers in [low, high), default [0, 1): low + (high − low)·u with u of 53 random bits (in
 * f32: its first 24), and `low` in the rare case that this rounds to `high`. Entry i depends on key and i only.
 * @throws ArgumentError unless low ≤ high are finite with a finite difference; equal ends give constants.
 */
export function uniform(key: Key, shape: ShapeLike, options: UniformOptions = {}): Tensor {
  requireKey('key', key);
  requireKnownOptions('options', options, uniformOptionNames);
  const extents = toShape('shape', shape);
  const { dtype = 'f64' } = options;
  requireNumber('low', options.low ?? 0);
  requireNumber('high', options.high ?? 1);
  requireDtype('dtype', dtype);
  const [low, high] = [options.low ?? 0, options.high ?? 1].map(
    dtype === 'f32' ? Math.fround : Number,
  ) as [number, number];
  if (!(low <= high && Number.isFinite(high - low))) {
    throw new ArgumentError('[low, high]', [low, high], 'finite numbers with low ≤ high');
  }
  const data = floatArray(dtype, elementCount(extents));
  forEachDraw(key, distribution.uniform, data.length, (i, first, second) => {
    const u = dtype === 'f32' ? (first >>> 8) / 2 ** 24 : unitInterval(first, second);
    data[i] = low + (high - low) * u;
    if (data[i] === high) data[i] = low;
  });
  return fromData(data, extents);
}
