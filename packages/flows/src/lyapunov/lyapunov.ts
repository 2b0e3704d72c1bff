// Cheridito, Jentzen, Riekert, Rossmannek, "A proof of convergence for gradient descent in the training of
// artificial neural networks for constant target functions" (arXiv 2102.09924).
import { requireFinite, requireLength, ShapeError, type FloatArray } from '@nonsmooth/core';
import type { Network } from '@nonsmooth/nets';
import { HypothesisError } from '../hypothesis-error.js';
import { requireHomogeneous } from '../homogeneity.js';

const theorem = 'arXiv 2102.09924';

/** A Lyapunov function V of the gradient flow of L, with generalized gradient G. */
export interface Lyapunov {
  /** V(θ). */
  value(theta: FloatArray): number;
  /** Writes ∇V(θ) into `out`. */
  gradient(theta: FloatArray, out: FloatArray): void;
  /** The infimum of V over all θ. */
  readonly lowerBound: number;
  /** r in ⟨∇V, G⟩ = r·L: along the gradient flow dV/dt = −r·L. */
  readonly rate: number;
}

/**
 * The Lyapunov function V(θ) = Σ_k (‖Wᵏ‖_F² + k‖bᵏ‖²) − 2D⟨ξ, b^D⟩ of networks with D affine layers and
 * constant target ξ, with ⟨∇V, G⟩ = 4D·L for the squared loss and every generalized gradient G; V ≥ −D‖ξ‖².
 * For one hidden layer and one output V + 4ξ² is ‖θ‖² + |c − 2ξ|² with the output bias c.
 * @param target ξ, or the targets of all samples (samples × l_D), which must agree.
 * @throws HypothesisError for an activation that is not positively homogeneous, a normalized input or targets
 *   that differ between samples; ShapeError; NonFiniteError.
 */
export function lyapunov(net: Network, target: ArrayLike<number>): Lyapunov {
  requireHomogeneous(net, theorem);
  if (net.batchNormalization) {
    throw new HypothesisError('network.batchNormalization', true, 'no normalization', theorem);
  }
  const xi = constantTarget(net, target);
  const depth = net.widths.length - 1;
  const factors = layerFactors(net);
  const outputBias = net.layout[net.layout.length - 1]!.offset;
  return {
    lowerBound: -depth * xi.reduce((sum, y) => sum + y * y, 0),
    rate: 4 * depth,
    value(theta) {
      requireLength('theta', theta, net.dimension);
      let value = 0;
      for (let i = 0; i < factors.length; i++) value += factors[i]! * theta[i]! ** 2;
      for (let j = 0; j < xi.length; j++) value -= 2 * depth * xi[j]! * theta[outputBias + j]!;
      return value;
    },
    gradient(theta, out) {
      requireLength('theta', theta, net.dimension);
      requireLength('out', out, net.dimension);
      for (let i = 0; i < factors.length; i++) out[i] = 2 * factors[i]! * theta[i]!;
      for (let j = 0; j < xi.length; j++) {
        out[outputBias + j] = out[outputBias + j]! - 2 * depth * xi[j]!;
      }
    },
  };
}

/** 1 for weights, k for the biases of layer k: V's quadratic part, generator of Wᵏ ↦ λWᵏ, bᵏ ↦ λᵏbᵏ. */
function layerFactors(net: Network): Float64Array {
  const factors = new Float64Array(net.dimension).fill(1);
  for (const { name, offset, shape } of net.layout) {
    if (name.startsWith('b')) factors.fill(Number(name.slice(1)), offset, offset + shape[0]!);
  }
  return factors;
}

function constantTarget(net: Network, target: ArrayLike<number>): Float64Array {
  const outputs = net.widths[net.widths.length - 1]!;
  const length = target?.length;
  if (!(length > 0 && length % outputs === 0)) {
    throw new ShapeError('target.length', length, `a positive multiple of ${outputs}`);
  }
  requireFinite('target', target);
  for (let i = outputs; i < target.length; i++) {
    if (target[i] !== target[i % outputs]) {
      throw new HypothesisError('target', target, 'one target for all samples', theorem);
    }
  }
  return Float64Array.from({ length: outputs }, (_, j) => target[j]!);
}
