import {
  ArgumentError,
  requireCount,
  requireFunction,
  requireKnownOptions,
  requireNumber,
  requireObject,
  requirePositive,
  type Objective,
  type OptionNames,
} from '@nonsmooth/core';
import { requireStart } from '../checks.js';
import type { Lyapunov } from './lyapunov.js';

/** The answer of the search for the largest stable learning rate: an interval that contains it. */
export interface LargestStableStep {
  /** The largest learning rate tried with which V never increased. */
  readonly stable: number;
  /** The smallest tried with which it did. */
  readonly unstable: number;
  /** Steps of gradient descent of each trial. */
  readonly steps: number;
}

/** Options of `largestStableStep`. */
export interface LargestStableStepOptions {
  /** A learning rate known to be stable, e.g. a certified one; the search goes up from there. */
  readonly certified: number;
  /** Steps of each trial. Default 1000. */
  readonly steps?: number;
  /** unstable/stable − 1 at the end, or neighbouring numbers. Default 0.01. */
  readonly accuracy?: number;
}

const largestStableStepOptionNames: OptionNames<LargestStableStepOptions> = {
  certified: true,
  steps: true,
  accuracy: true,
};

/**
 * Observes the largest learning rate with which gradient descent from θ₀ never increases V within so many steps:
 * doubling from the certified one, then bisection. An observation beside the certificate, not a guarantee.
 * @throws ArgumentError if V increases already with the certified rate, or for options that are not positive;
 *   ShapeError or NonFiniteError for θ₀.
 */
export function largestStableStep(
  objective: Objective,
  lyapunov: Lyapunov,
  theta0: ArrayLike<number>,
  options: LargestStableStepOptions,
): LargestStableStep {
  requireStart(objective, theta0);
  requireObject('options', options);
  requireKnownOptions('options', options, largestStableStepOptionNames);
  requireObject('lyapunov', lyapunov);
  requireFunction('lyapunov.value', (lyapunov as { readonly value: unknown }).value);
  requireNumber('lyapunov.lowerBound', (lyapunov as { readonly lowerBound: unknown }).lowerBound);
  const { certified, steps = 1000, accuracy = 0.01 } = options;
  requirePositive({ certified, accuracy });
  requireCount('steps', steps);
  const neverIncreases = (learningRate: number): boolean =>
    descends(objective, lyapunov, theta0, learningRate, steps);
  if (!neverIncreases(certified)) {
    throw new ArgumentError('certified', certified, 'a learning rate with which V never increases');
  }
  let stable = certified;
  let unstable = 2 * certified;
  while (neverIncreases(unstable)) {
    stable = unstable;
    unstable *= 2;
    if (unstable > 1e300) return { stable, unstable: Infinity, steps };
  }
  while (unstable / stable - 1 > accuracy) {
    const middle = (stable + unstable) / 2;
    if (middle === stable || middle === unstable) break;
    if (neverIncreases(middle)) stable = middle;
    else unstable = middle;
  }
  return { stable, unstable, steps };
}

function descends(
  objective: Objective,
  lyapunov: Lyapunov,
  theta0: ArrayLike<number>,
  learningRate: number,
  steps: number,
): boolean {
  const theta = Float64Array.from(theta0);
  const gradient = new Float64Array(theta.length);
  let value = lyapunov.value(theta);
  for (let step = 0; step < steps; step++) {
    objective.gradient(theta, gradient);
    for (let i = 0; i < theta.length; i++) theta[i] = theta[i]! - learningRate * gradient[i]!;
    const next = lyapunov.value(theta);
    // rounding of V near rest is no increase; its terms are as large as V and its infimum
    const size = Math.abs(value) + Math.abs(lyapunov.lowerBound);
    if (!(next <= value + 1e-14 * size)) return false;
    value = next;
  }
  return true;
}
