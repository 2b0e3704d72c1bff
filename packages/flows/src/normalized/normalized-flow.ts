import {
  requireKnownOptions,
  requireObject,
  type Objective,
  type OptionNames,
} from '@nonsmooth/core';
import { isEmpiricalRisk, type Network } from '@nonsmooth/nets';
import { requireStart } from '../checks.js';
import { flowOptionNames, type Flow } from '../flow/flow.js';
import { gradientFlow, type GradientFlowOptions } from '../gradient-flow/gradient-flow.js';
import { hiddenNeurons } from '../hidden-neurons.js';
import type { InclusionFlow } from '../inclusion/inclusion-flow.js';
import { networkFlow } from '../inclusion/relu-flow.js';
import { requireOnManifold, requireRetraction, retract, type Retraction } from './manifold.js';
import { normalizedObjective } from './normalized-objective.js';

/** Options of `normalizedFlow`; the others are those of `gradientFlow`. */
export interface NormalizedFlowOptions extends Omit<GradientFlowOptions, 'project'> {
  /** How steps return to the manifold; both keep the order of the method. Default 'sphere'. */
  readonly retraction?: Retraction;
}

const normalizedFlowOptionNames: OptionNames<NormalizedFlowOptions> = {
  ...flowOptionNames,
  kinks: true,
  choice: true,
  retraction: true,
};

/**
 * The normalized gradient flow Θ' = −P_Θ G(Θ) on the manifold of unit hidden neurons of Eberle, Jentzen, Riekert,
 * Weiss (arXiv 2207.06246), along which dL/dt = −‖P G‖²: the gradient flow of L∘π, π the normalization, by the method
 * that suits it (implicit ones get the projected Hessian), each step followed by the retraction. Kinks are
 * treated as by `gradientFlow`: where they are known the flow is that of Θ' ∈ −∂(L∘π)(Θ), and the result an
 * `InclusionFlow` that crosses them at located times or slides along them on the manifold. Bounded by the theorem for widths 1, 1, 1 and Lipschitz targets; nothing is claimed beyond.
 * @throws ArgumentError for a start off the manifold (`normalize` gives one on it); HypothesisError for an
 *   activation that is not positively homogeneous; ArgumentError for options.
 */
export function normalizedFlow(
  net: Network,
  objective: Objective,
  theta0: ArrayLike<number>,
  options: NormalizedFlowOptions,
): Flow | InclusionFlow {
  requireStart(objective, theta0);
  requireOnManifold(net, theta0);
  requireObject('options', options);
  requireKnownOptions('options', options, normalizedFlowOptionNames);
  const { retraction = 'sphere', ...flowOptions } = options;
  requireRetraction(retraction);
  const neurons = hiddenNeurons(net);
  const onManifold = normalizedObjective(net, objective);
  const project = (_t: number, theta: Float64Array): void => retract(neurons, theta, retraction);
  const { kinks = 'located', ...inclusionOptions } = { ...flowOptions, project };
  if (kinks === 'located' && isEmpiricalRisk(objective)) {
    const flow = networkFlow(objective, theta0, inclusionOptions, onManifold);
    if (flow) return flow;
  }
  return gradientFlow(onManifold, theta0, { ...inclusionOptions, kinks });
}
