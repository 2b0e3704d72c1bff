// The submanifold M = {θ : ‖(Wᵏ_{i,·}, bᵏ_i)‖ = 1 for all hidden neurons} of Eberle, Jentzen, Riekert, Weiss,
// "Normalized gradient flow optimization in the training of ReLU artificial neural networks" (arXiv 2207.06246).
// u is the vector of incoming weights and bias of one hidden neuron.
import { ArgumentError, requireLength } from '@nonsmooth/core';
import { requireParameters, type Network } from '@nonsmooth/nets';
import {
  divideIncoming,
  hiddenNeurons,
  incomingDot,
  incomingNorm,
  requireNeurons,
  scaleOutgoing,
  type HiddenNeuron,
} from '../hidden-neurons.js';
import { requireHomogeneous } from '../homogeneity.js';

const theorem = 'arXiv 2207.06246';

/** max over hidden neurons of |‖u‖ − 1|: 0 exactly on the manifold. */
export function distanceToManifold(net: Network, theta: Float64Array): number {
  requireParameters(net, theta);
  return hiddenNeurons(net).reduce(
    (most, neuron) => Math.max(most, Math.abs(incomingNorm(neuron, theta) - 1)),
    0,
  );
}

/** Rounding of a normalization, with room for the drift of a step: starts must be this close to M. */
const startTolerance = 1e-8;

/**
 * Throws ArgumentError unless θ lies on the manifold to 1e−8.
 * @throws HypothesisError for an activation that is not positively homogeneous.
 */
export function requireOnManifold(net: Network, theta: ArrayLike<number>): void {
  requireHomogeneous(net, theorem);
  const distance = distanceToManifold(net, Float64Array.from(theta));
  if (distance > startTolerance) {
    throw new ArgumentError(
      'theta0',
      theta,
      `hidden neurons of norm 1 (they are off by up to ${distance}); normalize(net, theta0) gives them`,
    );
  }
}

/**
 * Ψ(θ): every hidden neuron's incoming vector divided by its norm r, its outgoing column multiplied by r, layer
 * by layer from the input, which leaves the realization unchanged. A neuron with r = 0 gets the unit vector
 * of its bias and a zero outgoing column. Ψ is the identity on the manifold and discontinuous at r = 0.
 * @throws ShapeError, NonFiniteError; ArgumentError where the outgoing columns would overflow.
 * @throws HypothesisError for an activation that is not positively homogeneous.
 */
export function normalize(net: Network, theta: ArrayLike<number>): Float64Array {
  requireHomogeneous(net, theorem);
  requireParameters(net, theta);
  const normalized = Float64Array.from(theta);
  for (const neuron of hiddenNeurons(net)) normalizeNeuron(neuron, normalized);
  if (!normalized.every(Number.isFinite)) {
    throw new ArgumentError('theta', theta, 'parameters whose normalization does not overflow');
  }
  return normalized;
}

/** One neuron's part of Ψ, in place. */
export function normalizeNeuron(neuron: HiddenNeuron, theta: Float64Array): void {
  scaleOutgoing(neuron, theta, makeUnit(neuron, theta));
}

/** u ← u/‖u‖, the unit vector of the bias for u = 0; returns ‖u‖ as it was. */
function makeUnit(neuron: HiddenNeuron, theta: Float64Array): number {
  const r = incomingNorm(neuron, theta);
  if (r === 0) theta[neuron.bias] = 1;
  else divideIncoming(neuron, theta, r);
  if (r === 0 || r > 1e-290) return r;
  // subnormal norms have few digits: a second time
  const rest = incomingNorm(neuron, theta);
  divideIncoming(neuron, theta, rest);
  return r * rest;
}

/**
 * P_θ g in place: g ↦ g − ⟨g, u⟩u per hidden neuron, the identity elsewhere; the orthogonal projection on the
 * tangent space at θ ∈ M. Off the manifold ‖u‖² divides, so that P stays a projection there.
 */
export function projectTangent(
  neurons: readonly HiddenNeuron[],
  theta: Float64Array,
  g: Float64Array,
): void {
  requireNeurons(neurons, theta);
  requireLength('g', g, theta.length);
  for (const neuron of neurons) {
    const norm2 = incomingDot(neuron, theta, theta);
    if (norm2 === 0) continue;
    const along = incomingDot(neuron, g, theta) / norm2;
    const { weights, fanIn, bias } = neuron;
    for (let j = weights; j < weights + fanIn; j++) g[j] = g[j]! - along * theta[j]!;
    g[bias] = g[bias]! - along * theta[bias]!;
  }
}

/**
 * How a step off the manifold returns to it. `sphere`: u ← u/‖u‖, second order, changes the realization by the
 * square of the step. `realization`: Ψ, keeps the realization, first order.
 */
export type Retraction = 'sphere' | 'realization';

const retractions: readonly Retraction[] = ['sphere', 'realization'];

/** Throws ArgumentError unless `retraction` is one. */
export function requireRetraction(retraction: Retraction): void {
  if (!retractions.includes(retraction)) {
    throw new ArgumentError('retraction', retraction, retractions.join(', '));
  }
}

/** Retracts θ to the manifold in place. */
export function retract(
  neurons: readonly HiddenNeuron[],
  theta: Float64Array,
  retraction: Retraction,
): void {
  requireRetraction(retraction);
  requireNeurons(neurons, theta);
  for (const neuron of neurons) {
    if (retraction === 'realization') normalizeNeuron(neuron, theta);
    else makeUnit(neuron, theta);
  }
}
