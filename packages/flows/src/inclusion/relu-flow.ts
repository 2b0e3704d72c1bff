import { requireKnownOptions, requireObject } from '@nonsmooth/core';
import { frozenProgram, type FrozenFunction, type TracedObjective } from '@nonsmooth/autodiff';
import {
  empiricalRisk,
  requireParameters,
  type EmpiricalRisk,
  type EmpiricalRiskData,
  type Network,
} from '@nonsmooth/nets';
import { HypothesisError } from '../hypothesis-error.js';
import {
  inclusionFlow,
  inclusionFlowOptionNames,
  type InclusionFlow,
  type InclusionFlowOptions,
} from './inclusion-flow.js';
import type { DenseLayout } from './dense/dense-layout.js';
import { denseFunctionOf, giveBack } from './dense/idle-functions.js';
import { isLine } from './dense/line-function.js';
import { isShallow } from './dense/shallow-network.js';
import { mergedFunction } from './merged-kinks.js';
import { TracedFunction } from './traced-function.js';
import { denseEvents, networkEvents, type NetworkKinkEvent } from './network-kinks.js';
import { requireWholeSet } from './require-whole-set.js';

/** The flow of a network's risk across kinks. */
export type ReluFlow = InclusionFlow<NetworkKinkEvent>;

/**
 * The gradient flow of the empirical risk of a network with ReLU-like activations or a loss with kinks, of any depth, as
 * the differential inclusion Θ' ∈ −∂L(Θ) (Clarke): neurons on samples cross their kinks at located times, slide along
 * them while both sides push towards them, and stay where nothing moves them any more. Samples with equal inputs have
 * one kink. The order of the method is kept across kinks.
 * @throws HypothesisError for smooth risks; ShapeError, NonFiniteError for θ₀; ArgumentError for options; what
 *   `empiricalRisk` throws for data.
 */
export function reluFlow(
  net: Network,
  data: EmpiricalRiskData,
  theta0: ArrayLike<number>,
  options: InclusionFlowOptions,
): ReluFlow {
  const risk = empiricalRisk(net, data);
  try {
    requireObject('options', options);
    requireKnownOptions('options', options, inclusionFlowOptionNames);
    requireParameters(net, theta0);
    const flow = networkFlow(risk, theta0, options);
    if (flow) return flow;
  } finally {
    risk.dispose();
  }
  const { name } = net.activation;
  const theorem = 'flows of ReLU networks as differential inclusions';
  throw new HypothesisError('network.activation', name, 'one with a kink, such as relu', theorem);
}

/**
 * The flow of a risk across its kinks; undefined if it has none. `objective` is the risk, or the risk of other parameters
 * that has the same kinks in the same order, those that are affine in θ with the same arguments.
 */
export function networkFlow(
  risk: EmpiricalRisk,
  theta0: ArrayLike<number>,
  options: InclusionFlowOptions,
  objective: Pick<TracedObjective, 'program' | 'value'> = risk,
): ReluFlow | undefined {
  if (risk.smooth) return undefined;
  const isOwn = objective === risk;
  const value = (theta: Float64Array): number => objective.value(theta);
  const dense = isOwn ? denseFunctionOf(risk) : undefined;
  if (dense) {
    const { layout } = dense;
    if (layout.kinks === 0) return undefined;
    requireWholeSet(risk);
    const kernel = risk.dtype === 'f64' && isForKernels(layout) ? risk.frozen() : undefined;
    try {
      dense.use(kernel);
      return inclusionFlow(dense, value, theta0, options, denseEvents(layout));
    } finally {
      dense.use(undefined);
      kernel?.dispose();
      giveBack(risk, dense);
    }
  }
  const frozen = tracedKinks(risk, isOwn ? undefined : objective.program);
  if (frozen.kinks.length === 0) return undefined;
  requireWholeSet(risk);
  const start = Float64Array.from(theta0);
  const merged = mergedFunction(frozen, start);
  const describe = networkEvents(risk, frozen.kinks, merged.origin);
  return inclusionFlow(new TracedFunction(merged), value, start, options, describe);
}

/** Whether the kernels have all of a network's pieces, and it is worth the calls. */
function isForKernels(layout: DenseLayout): boolean {
  const { hinges, loss, groups, dimension } = layout;
  if (isLine(layout)) return false;
  const isPlain = hinges.at.every((at) => at === 0) && !loss.kinks;
  return isPlain && (!isShallow(layout) || groups.count * dimension >= smallestForKernels);
}

/** Parameters times groups of samples from which on a gradient of a shallow network by the kernels costs less. */
const smallestForKernels = 1000;

/** The frozen function of a risk, or of the program of other parameters with the same kinks. */
function tracedKinks(risk: EmpiricalRisk, program: TracedObjective['program']): FrozenFunction {
  const own = frozenProgram(risk.program);
  return program === undefined || program === risk.program
    ? own
    : withAffine(frozenProgram(program), own);
}

/** Kinks known to be affine are watched exactly; programs that put parameters together do not show it. */
function withAffine(frozen: FrozenFunction, { kinks }: FrozenFunction): FrozenFunction {
  return {
    ...frozen,
    kinks: frozen.kinks.map((kink, index) => ({ ...kink, affine: kinks[index]!.affine })),
  };
}
