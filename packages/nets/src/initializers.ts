import {
  ArgumentError,
  floatArray,
  requireCount,
  requireFinite,
  requireFunction,
  requireKey,
  requireKnownOptions,
  requireNumber,
  ShapeError,
  type Key,
} from '@nonsmooth/core';
import { foldIn, normal, uniform } from '@nonsmooth/tensor';
import { requireNetwork, type Network } from './network.js';

/** Draws a weight matrix of shape fanOut × fanIn, row-major. */
export type Initializer = (key: Key, fanOut: number, fanIn: number) => ArrayLike<number>;

/** Uniform on ±√(6/(fanIn + fanOut)): Glorot, Bengio (2010). */
export const xavierUniform: Initializer = (key, fanOut, fanIn) => {
  requireFans(fanOut, fanIn);
  const bound = Math.sqrt(6 / (fanIn + fanOut));
  return uniform(key, [fanOut, fanIn], { low: -bound, high: bound }).data;
};

/** All weights zero. */
export const zeroWeights: Initializer = (key, fanOut, fanIn) => {
  requireKey('key', key);
  requireFans(fanOut, fanIn);
  return floatArray('f64', fanOut * fanIn);
};

function requireFans(fanOut: number, fanIn: number): void {
  requireCount('fanOut', fanOut);
  requireCount('fanIn', fanIn);
}

/** Independent normal weights with mean 0; the deviation is a number or a function of the fans. */
export function normalWeights(
  standardDeviation: number | ((fanOut: number, fanIn: number) => number),
): Initializer {
  if (typeof standardDeviation !== 'function') {
    requireNumber('standardDeviation', standardDeviation);
  }
  return (key, fanOut, fanIn) => {
    requireFans(fanOut, fanIn);
    const deviation =
      typeof standardDeviation === 'function'
        ? standardDeviation(fanOut, fanIn)
        : standardDeviation;
    if (!(deviation >= 0 && deviation < Infinity)) {
      throw new ArgumentError('standardDeviation', deviation, 'a finite number ≥ 0');
    }
    return normal(key, [fanOut, fanIn], { standardDeviation: deviation }).data;
  };
}

/** Normal with variance 2/fanIn: He, Zhang, Ren, Sun (2015). */
export const heNormal: Initializer = normalWeights((_fanOut, fanIn) => Math.sqrt(2 / fanIn));

/**
 * Initial parameters: weights of layer k drawn by `initializer` with the k-th derived key, biases 0 (or drawn
 * by `biases`), scale 1 and shift 0 of a normalized input. A pure function of `key`.
 * @throws ShapeError or NonFiniteError where an initializer draws too many or too few numbers, or not finite ones.
 */
export function initialize(
  net: Network,
  initializer: Initializer,
  key: Key,
  options: { readonly biases?: Initializer } = {},
): Float64Array {
  requireKnownOptions('options', options, ['biases']);
  requireKey('key', key);
  requireNetwork('net', net);
  requireFunction('initializer', initializer);
  for (const [name, given] of Object.entries({ initializer, biases: options.biases })) {
    if (given !== undefined && typeof given !== 'function') {
      throw new ArgumentError(name, given, 'an initializer such as heNormal');
    }
  }
  const theta = new Float64Array(net.dimension);
  net.layout.forEach(({ name, offset, shape }, index) => {
    const [rows, columns = 1] = shape as readonly [number, number?];
    const draw = (from: Initializer): void => {
      const drawn = from(foldIn(key, index), rows, columns);
      if (drawn?.length !== rows * columns) {
        throw new ShapeError(`${name}.length`, drawn?.length, `${rows} × ${columns} numbers`);
      }
      requireFinite(name, drawn);
      theta.set(drawn, offset);
    };
    if (name === 'gamma') theta.fill(1, offset, offset + rows);
    else if (name.startsWith('W')) draw(initializer);
    else if (name !== 'beta' && options.biases) draw(options.biases);
  });
  return theta;
}
