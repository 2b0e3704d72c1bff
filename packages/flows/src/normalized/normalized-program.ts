import {
  add,
  asFunction,
  concatenate,
  mul,
  pow,
  programOfGradient,
  ravel,
  reshape,
  slice,
  square,
  sum,
  trace,
  type Program,
  type Tracer,
  type Value,
} from '@nonsmooth/autodiff';
import type { Objective } from '@nonsmooth/core';
import { isEmpiricalRisk, type Network } from '@nonsmooth/nets';

/**
 * L∘π as a program, if the objective knows its own; π normalizes hidden neurons. A risk depends on θ through the
 * realization alone, and N_{π(θ)} = N_{σ(θ)} for the σ that leaves each u as it is and divides its outgoing column by
 * ‖u‖, because the activation is positively homogeneous: L∘σ is traced for risks, so that kinks of the first hidden
 * layer are affine in θ. Not differentiable where u = 0.
 */
export function normalizedProgram(net: Network, objective: Objective): Program | undefined {
  const isRisk = isEmpiricalRisk(objective);
  const program = isRisk ? objective.program : programOfGradient(objective);
  if (program === undefined) return undefined;
  const normalize = isRisk ? outgoingDivided : incomingDivided;
  const apply = asFunction(program);
  return trace((theta) => apply(normalize(net, theta) as Tracer), [[net.dimension]]);
}

/** π(θ): incoming weights and biases of hidden neurons over their norms. */
function incomingDivided(net: Network, theta: Value): Value {
  return mapSlices(net, theta, (part, name, layer) => {
    if (layer === undefined || layer === net.widths.length - 1) return part;
    const factors = inverseNorms(net, theta, layer);
    return mul(part, name.startsWith('W') ? reshape(factors, [net.widths[layer]!, 1]) : factors);
  });
}

/** σ(θ): outgoing columns of hidden neurons over the norms of their incoming weights and biases. */
function outgoingDivided(net: Network, theta: Value): Value {
  return mapSlices(net, theta, (part, name, layer) => {
    const isOutgoing = layer !== undefined && layer > 1 && name.startsWith('W');
    return isOutgoing ? mul(part, inverseNorms(net, theta, layer - 1)) : part;
  });
}

/** θ with each of its arrays replaced; `layer` is that of W and b, from 1. */
function mapSlices(
  net: Network,
  theta: Value,
  change: (part: Value, name: string, layer: number | undefined) => Value,
): Value {
  const parts = net.layout.map(({ name }) => {
    const layer = /^[Wb](\d+)$/.exec(name)?.[1];
    return ravel(change(arrayOf(net, theta, name), name, layer ? Number(layer) : undefined));
  });
  return concatenate(parts);
}

/** 1/‖u‖ for every neuron of a layer; a power, because roots of squares would be norms, with kinks that no flow meets. */
function inverseNorms(net: Network, theta: Value, layer: number): Value {
  const weights = square(arrayOf(net, theta, `W${layer}`));
  return pow(add(sum(weights, [1]), square(arrayOf(net, theta, `b${layer}`))), -0.5);
}

function arrayOf(net: Network, theta: Value, name: string): Value {
  const { offset, shape } = net.layout.find((one) => one.name === name)!;
  const size = shape.reduce((product, extent) => product * extent, 1);
  return reshape(slice(theta, [offset], [offset + size]), shape);
}
