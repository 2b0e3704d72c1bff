import { requireFinite, ShapeError } from '@nonsmooth/core';
import {
  add,
  div,
  matmul,
  mean,
  mul,
  reshape,
  slice,
  sqrt,
  square,
  sub,
  transpose,
  type Value,
} from '@nonsmooth/autodiff';
import { tensor, type Tensor } from '@nonsmooth/tensor';
import { activate } from './activations.js';
import { requireNetwork, type Network } from './network.js';
import { toRows, type Rows } from './samples.js';

/** What is added to variances under the root. */
export const batchNormalizationEpsilon = 1e-5;

/** N_θ at inputs of shape samples × l₀, as samples × l_D, in operations that autodiff can trace. */
export function applyNetwork(net: Network, theta: Value, inputs: Value): Value {
  requireNetwork('net', net);
  const parameter = (name: string): Value => {
    const { offset, shape } = net.layout.find((one) => one.name === name)!;
    const size = shape.reduce((product, extent) => product * extent, 1);
    return reshape(slice(theta, [offset], [offset + size]), shape);
  };
  const depth = net.widths.length - 1;
  let activations = inputs;
  if (net.batchNormalization) {
    const centred = sub(inputs, mean(inputs, [0]));
    const deviation = sqrt(add(mean(square(centred), [0]), batchNormalizationEpsilon));
    activations = add(mul(div(centred, deviation), parameter('gamma')), parameter('beta'));
  }
  for (let k = 1; k <= depth; k++) {
    // zᵏ = Wᵏ a + bᵏ for every sample: rows of samples times the transposed weights
    const z = add(matmul(activations, transpose(parameter(`W${k}`))), parameter(`b${k}`));
    activations = k < depth ? activate(net.activation, z) : z;
  }
  return activations;
}

/**
 * The realization N_θ at `inputs` (samples × l₀), as a samples × l_D tensor.
 * @throws ShapeError if θ has not the length `net.dimension` or the inputs not l₀ columns; NonFiniteError.
 */
export function realize(net: Network, theta: ArrayLike<number>, inputs: Rows): Tensor {
  requireParameters(net, theta);
  const rows = toRows('inputs', inputs, net.widths[0]!);
  return applyNetwork(net, tensor(Float64Array.from(theta)), rows) as Tensor;
}

/** Throws unless θ is a finite vector of the network's dimension. */
export function requireParameters(net: Network, theta: ArrayLike<number>): void {
  requireNetwork('net', net);
  if (theta?.length !== net.dimension) {
    throw new ShapeError(
      'theta.length',
      theta?.length,
      `${net.dimension}, the network's dimension`,
    );
  }
  requireFinite('theta', theta);
}
