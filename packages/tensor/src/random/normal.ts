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
import { elementCount, toShape, type ShapeLike } from '../shape.js';
import { fromData, type Tensor } from '../tensor.js';
import { normalQuantile } from './normal-quantile.js';
import { distribution, forEachDraw } from './sequence.js';

/** The moments of normal numbers, and their element type. */
export interface NormalOptions {
  /** Default 0. */
  readonly mean?: number;
  /** Default 1. */
  readonly standardDeviation?: number;
  /** Default 'f64'. */
  readonly dtype?: Dtype;
}

const normalOptionNames: OptionNames<NormalOptions> = {
  mean: true,
  standardDeviation: true,
  dtype: true,
};

/**
 * Independent normal numbers, default mean 0 and standard deviation 1: the quantile function at 53 random bits,
 * a sign and p = (m + ½)/2⁵³ with m < 2⁵². Only + − × ÷ and square roots: the same bits on every engine. The
 * largest possible deviation is 8.3 standard deviations. Entry i depends on key and i only.
 * @throws ArgumentError unless mean and standardDeviation ≥ 0 are finite.
 */
export function normal(key: Key, shape: ShapeLike, options: NormalOptions = {}): Tensor {
  requireKey('key', key);
  requireKnownOptions('options', options, normalOptionNames);
  const extents = toShape('shape', shape);
  const { mean = 0, standardDeviation = 1, dtype = 'f64' } = options;
  requireNumber('mean', mean);
  requireNumber('standardDeviation', standardDeviation);
  requireDtype('dtype', dtype);
  if (!(standardDeviation >= 0 && standardDeviation < Infinity)) {
    throw new ArgumentError('standardDeviation', standardDeviation, 'a finite number ≥ 0');
  }
  const data = floatArray(dtype, elementCount(extents));
  forEachDraw(key, distribution.normal, data.length, (i, high, low) => {
    const m = (high & 0x7fffffff) * 2 ** 21 + (low >>> 11);
    const deviation = standardDeviation * normalQuantile((m + 0.5) / 2 ** 53);
    data[i] = high >>> 31 === 0 ? mean + deviation : mean - deviation;
  });
  return fromData(data, extents);
}
