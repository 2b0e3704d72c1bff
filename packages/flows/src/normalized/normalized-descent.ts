import {
  requireCount,
  requireKnownOptions,
  requireObject,
  requirePositive,
  type Objective,
  type OptionNames,
} from '@nonsmooth/core';
import type { Network } from '@nonsmooth/nets';
import { requireStart } from '../checks.js';
import type { Descent, DescentRecord } from '../descent/descend.js';
import { hiddenNeurons } from '../hidden-neurons.js';
import {
  projectTangent,
  requireOnManifold,
  requireRetraction,
  retract,
  type Retraction,
} from './manifold.js';

/** Options of `normalizedDescent`. */
export interface NormalizedDescentOptions {
  readonly learningRate: number;
  readonly steps: number;
  /** Default 'sphere'. */
  readonly retraction?: Retraction;
  /** Record after every `every` steps, and after the last. Default: only after the last. */
  readonly every?: number;
}

const normalizedDescentOptionNames: OptionNames<NormalizedDescentOptions> = {
  learningRate: true,
  steps: true,
  retraction: true,
  every: true,
};

/**
 * Normalized gradient descent: θ ← R(θ − γ·P_θ G(θ)) with the tangent projection P and a retraction R to the
 * manifold of unit hidden neurons (arXiv 2207.06246).
 * @throws ArgumentError for a start off the manifold (use `normalize`), HypothesisError for the network.
 */
export function normalizedDescent(
  net: Network,
  objective: Objective,
  theta0: ArrayLike<number>,
  options: NormalizedDescentOptions,
): Descent {
  requireObject('options', options);
  requireKnownOptions('options', options, normalizedDescentOptionNames);
  const { learningRate, steps, retraction = 'sphere', every = steps } = options;
  requirePositive({ learningRate });
  requireRetraction(retraction);
  requireCount('steps', steps);
  requireCount('every', every);
  requireStart(objective, theta0);
  requireOnManifold(net, theta0);
  const neurons = hiddenNeurons(net);
  const theta = Float64Array.from(theta0);
  const gradient = new Float64Array(theta.length);
  const records: DescentRecord[] = [
    { step: 0, loss: objective.value(theta), theta: theta.slice() },
  ];
  for (let step = 1; step <= steps; step++) {
    const loss = objective.gradient(theta, gradient);
    projectTangent(neurons, theta, gradient);
    for (let i = 0; i < theta.length; i++) theta[i] = theta[i]! - learningRate * gradient[i]!;
    retract(neurons, theta, retraction);
    if (!Number.isFinite(loss) || !theta.every(Number.isFinite)) {
      return { records, theta: records.at(-1)!.theta, status: 'nonFinite' };
    }
    if (step % every === 0 || step === steps) records.push({ step, loss, theta: theta.slice() });
  }
  return { records, theta, status: 'finished' };
}
