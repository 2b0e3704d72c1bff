import {
  ArgumentError,
  requireKnownOptions,
  requireObject,
  requireOneOf,
  type OptionNames,
  type ParameterSlice,
} from '@nonsmooth/core';
import {
  activationNames,
  activationParameter,
  type Activation,
  type ActivationName,
} from '@nonsmooth/kernels';
import { parameterLayout } from './layout.js';

const checked = new WeakSet<object>();

/** A fully connected network: its architecture, without parameters. */
export interface Network {
  /** l₀, …, l_D. */
  readonly widths: readonly number[];
  /** Follows every affine layer but the last. */
  readonly activation: Activation;
  /** Whether the input is normalized by the batch's mean and variance, then scaled and shifted. */
  readonly batchNormalization: boolean;
  /** d, the length of the flat parameter vector θ. */
  readonly dimension: number;
  /** Which slice of θ is which array. */
  readonly layout: readonly ParameterSlice[];
}

/** Options of `network`. */
export interface NetworkOptions {
  readonly activation: ActivationName | Activation;
  readonly batchNormalization?: boolean;
}

const networkOptionNames: OptionNames<NetworkOptions> = {
  activation: true,
  batchNormalization: true,
};

/**
 * A fully connected network of the given widths, e.g. `network([1, 16, 1], { activation: 'relu' })`.
 * @throws ArgumentError for fewer than two widths, a width that is no positive integer, an unknown activation
 *   or a non-finite activation parameter, and a normalization that is neither true nor false.
 */
export function network(widths: readonly number[], options: NetworkOptions): Network {
  const isWidth = (width: number): boolean => Number.isSafeInteger(width) && width > 0;
  if (!Array.isArray(widths) || widths.length < 2 || !widths.every(isWidth)) {
    throw new ArgumentError('widths', widths, 'two or more positive integers');
  }
  requireObject('options', options);
  requireKnownOptions('options', options, networkOptionNames);
  const activation = toActivation(options.activation);
  const batchNormalization = options.batchNormalization ?? false;
  if (typeof batchNormalization !== 'boolean') {
    throw new ArgumentError('batchNormalization', batchNormalization, 'true, false');
  }
  const layout = parameterLayout(widths, batchNormalization);
  const last = layout[layout.length - 1]!;
  const dimension = last.offset + last.shape.reduce((size, extent) => size * extent, 1);
  if (!Number.isSafeInteger(dimension)) {
    throw new ArgumentError('widths', widths, 'widths with fewer than 2⁵³ parameters in all');
  }
  const made = Object.freeze({
    widths: Object.freeze([...widths]),
    activation,
    batchNormalization,
    dimension,
    layout,
  });
  checked.add(made);
  return made;
}

/** Throws ArgumentError unless `net` is what `network` makes of its widths, activation and normalization. */
export function requireNetwork(argument: string, net: unknown): asserts net is Network {
  requireObject(argument, net);
  if (checked.has(net)) return;
  const given = net as Network;
  const { widths, activation, batchNormalization } = given;
  requireObject(`${argument}.activation`, activation);
  const { dimension, layout } = network(widths, { activation, batchNormalization });
  const isSame = (slice: ParameterSlice, i: number): boolean => {
    const { name, offset, shape } = (given.layout[i] ?? {}) as Partial<ParameterSlice>;
    return (
      name === slice.name &&
      offset === slice.offset &&
      Array.isArray(shape) &&
      shape.length === slice.shape.length &&
      slice.shape.every((extent, axis) => extent === shape[axis])
    );
  };
  if (
    given.dimension !== dimension ||
    !Array.isArray(given.layout) ||
    given.layout.length !== layout.length ||
    !layout.every(isSame)
  ) {
    throw new ArgumentError(argument, net, 'a network as network(widths, options) makes it');
  }
  if (Object.isFrozen(net)) checked.add(net);
}

function toActivation(given: ActivationName | Activation): Activation {
  const activation = typeof given === 'string' ? { name: given } : given;
  requireOneOf('activation', activation?.name, activationNames);
  requireKnownOptions('activation', activation, ['name', 'parameter']);
  activationParameter(activation);
  const { name, parameter } = activation;
  return parameter === undefined ? { name } : { name, parameter };
}
