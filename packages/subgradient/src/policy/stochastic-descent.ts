import {
  ArgumentError,
  requireFinite,
  requireFunction,
  requireIndex,
  requireKey,
  requireKnownOptions,
  requireNumber,
  requireNumbers,
  requireObject,
  type Key,
  type OptionNames,
} from '@nonsmooth/core';
import { drawBatch } from '@nonsmooth/tensor';
import type { Subject } from '../subject.js';
import { policyGradient, type SubgradientPolicy } from './subgradient-policy.js';

/** Options of a stochastic descent that takes its gradients by a policy. */
export interface StochasticDescentOptions {
  readonly policy: SubgradientPolicy;
  /** Draws the sample of each step. */
  readonly key: Key;
  readonly steps: number;
  /** γ_n, a constant or a function of the step n = 0, 1, … */
  readonly learningRate: number | ((step: number) => number);
}

const stochasticDescentOptionNames: OptionNames<StochasticDescentOptions> = {
  policy: true,
  key: true,
  steps: true,
  learningRate: true,
};

/** One step: its sample, and the answer of the policy there. */
export interface StochasticDescentStep {
  readonly step: number;
  readonly sample: number;
  /** The loss of the sample before the step. */
  readonly value: number;
  readonly gradient: Float64Array;
  readonly signature: Float64Array;
}

/**
 * Stochastic generalized gradient descent θ_{n+1} = θ_n − γ_n·g_n for the mean of the losses: g_n is the answer of
 * a backward sweep for the loss of one sample, drawn anew in each step. For a dense ReLU network with its own bias
 * per hidden neuron and one sample, every policy gives an element of Clarke's subdifferential of that loss
 * (arXiv 2407.09639), so the iteration is a stochastic subgradient method in the sense of Davis, Drusvyatskiy,
 * Kakade and Lee (2020) whatever the library does at kinks.
 */
export function stochasticDescent(
  losses: readonly Subject[],
  start: ArrayLike<number>,
  options: StochasticDescentOptions,
  observe: (step: StochasticDescentStep, theta: Float64Array) => void = () => undefined,
): Float64Array {
  requireObject('options', options);
  requireKnownOptions('options', options, stochasticDescentOptionNames);
  const { policy, key, steps, learningRate } = options;
  requireKey('key', key);
  requireFunction('observe', observe);
  if (typeof learningRate !== 'function') requireNumber('learningRate', learningRate);
  if (!Array.isArray(losses) || losses.length === 0) {
    throw new ArgumentError('losses', losses, 'a list of one loss or more');
  }
  requireIndex('steps', steps, Infinity);
  requireNumbers('start', start);
  requireFinite('start', start);
  const theta = Float64Array.from(start);
  const sweeps = Array.from(losses, (loss) => policyGradient(loss, theta.length, policy));
  const drawnIndex = new Uint32Array(1);
  for (let step = 0; step < steps; step++) {
    drawBatch(key, step, losses.length, drawnIndex);
    const sample = drawnIndex[0]!;
    const { value, gradient, signature } = sweeps[sample]!(theta, step);
    observe({ step, sample, value, gradient, signature }, theta);
    const rate = typeof learningRate === 'number' ? learningRate : learningRate(step);
    requireNumber('learningRate', rate);
    for (let t = 0; t < theta.length; t++) theta[t]! -= rate * gradient[t]!;
  }
  return theta;
}
