import { ArgumentError, type Dtype, type FloatArray } from '@nonsmooth/core';
import type { DenseProblem } from './dense-network.js';

/**
 * The empirical risk of a dense network with the pieces of its activation given: A(z) = slope·z with a slope for each
 * hidden neuron on each sample, whatever z is. All memory is allocated on creation.
 */
export interface FrozenRisk {
  readonly dimension: number;
  readonly samples: number;
  readonly dtype: Dtype;
  /** By hidden layer: the slope of neuron i on sample s at i·`slopeStride` + s, to be written; at first 0. */
  readonly slopes: readonly FloatArray[];
  readonly slopeStride: number;
  /** Writes the gradient at θ into `out` and returns the risk. */
  gradient(theta: FloatArray, out: FloatArray): number;
  /** Releases the memory; every later call throws. */
  dispose(): void;
}

/** @throws ArgumentError for batch normalization, which slopes do not make piecewise polynomial. */
export function requirePlainInputs({ batchNormalization }: DenseProblem): void {
  if (batchNormalization) {
    throw new ArgumentError('batchNormalization', true, 'false where slopes are given');
  }
}
