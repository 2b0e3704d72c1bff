import { requireFinite, requireLength } from '@nonsmooth/core';
import { requireParameters, type Network } from '@nonsmooth/nets';
import { hiddenNeurons, incomingDot, outgoingSquare, type HiddenNeuron } from './hidden-neurons.js';
import { HypothesisError } from './hypothesis-error.js';
import { requireHomogeneous } from './homogeneity.js';
import { solveGram } from './solve-gram.js';

/** The conserved quantities of a network: their values, their drift, and the projection onto them. */
export interface Invariants {
  /** One per hidden neuron. */
  readonly count: number;
  /** Writes the conserved quantities at θ into `out`, neuron by neuron from the first hidden layer. */
  values(theta: Float64Array, out: Float64Array): void;
  /** max |I(θ) − I(θ₀)|: the integration error that they show for free. */
  drift(theta: Float64Array, initial: Float64Array): number;
  /** Moves θ, in place, to the nearest point (to first order) where the quantities have these values again. */
  project(theta: Float64Array, values: Float64Array): void;
}

/**
 * What every gradient flow of a network with positively homogeneous activation conserves, one quantity per
 * hidden neuron: I = ‖Wᵏ_{i,·}‖² + |bᵏ_i|² − ‖Wᵏ⁺¹_{·,i}‖², for each choice of generalized gradients.
 * @throws HypothesisError for another activation.
 */
export function invariants(net: Network): Invariants {
  const theorem = 'conservation of balancedness';
  requireHomogeneous(net, theorem);
  if (net.batchNormalization && net.widths.length > 2) {
    throw new HypothesisError('network.batchNormalization', true, 'no normalization', theorem);
  }
  const neurons = hiddenNeurons(net);
  const values = (theta: Float64Array, out: Float64Array): void => {
    requireLength('theta', theta, net.dimension);
    requireLength('out', out, neurons.length);
    neurons.forEach((neuron, i) => (out[i] = balance(neuron, theta)));
  };
  return {
    count: neurons.length,
    values,
    drift(theta, initial) {
      requireParameters(net, theta);
      requireParameters(net, initial);
      return neurons.reduce(
        (most, neuron) =>
          Math.max(most, Math.abs(balance(neuron, theta) - balance(neuron, initial))),
        0,
      );
    },
    project(theta, target) {
      requireParameters(net, theta);
      requireLength('values', target, neurons.length);
      requireFinite('values', target);
      // Newton's method on I(θ + Jᵀλ) = target: two corrections take any integration drift to rounding.
      const residual = new Float64Array(neurons.length);
      for (let iteration = 0; iteration < 3; iteration++) {
        values(theta, residual);
        for (let i = 0; i < residual.length; i++) residual[i] = target[i]! - residual[i]!;
        if (residual.every((r) => r === 0)) return;
        correct(neurons, theta, residual);
      }
    },
  };
}

function balance(neuron: HiddenNeuron, theta: Float64Array): number {
  return incomingDot(neuron, theta, theta) - outgoingSquare(neuron, theta);
}

/** θ += Jᵀ(JJᵀ)⁻¹·residual with the Jacobian J of the invariants; where rows depend on others, these do what they can. */
function correct(
  neurons: readonly HiddenNeuron[],
  theta: Float64Array,
  residual: Float64Array,
): void {
  const n = neurons.length;
  const rows = neurons.map((neuron) => {
    const row = new Float64Array(theta.length);
    for (let j = neuron.weights; j < neuron.weights + neuron.fanIn; j++) row[j] = 2 * theta[j]!;
    row[neuron.bias] = 2 * theta[neuron.bias]!;
    for (let j = 0; j < neuron.fanOut; j++) {
      const at = neuron.outgoing + j * neuron.stride;
      row[at] = -2 * theta[at]!;
    }
    return row;
  });
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < theta.length; k++) sum += rows[i]![k]! * rows[j]![k]!;
      gram[i * n + j] = sum;
      gram[j * n + i] = sum;
    }
  }
  const multipliers = solveGram(gram, residual, n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < theta.length; k++) {
      theta[k] = theta[k]! + multipliers[i]! * rows[i]![k]!;
    }
  }
}
