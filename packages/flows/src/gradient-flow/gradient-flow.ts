import {
  requireKnownOptions,
  requireObject,
  requireOneOf,
  type Objective,
  type OptionNames,
} from '@nonsmooth/core';
import { requireStart } from '../checks.js';
import type { Flow } from '../flow/flow.js';
import { follow, type FlowField } from '../flow/follow.js';
import { isEmpiricalRisk } from '@nonsmooth/nets';
import { networkFlow } from '../inclusion/relu-flow.js';
import { TracedFunction } from '../inclusion/traced-function.js';
import { frozenObjective } from '../inclusion/frozen-objective.js';
import {
  inclusionFlow,
  inclusionFlowOptionNames,
  type InclusionFlow,
  type InclusionFlowOptions,
} from '../inclusion/inclusion-flow.js';
import { defaultMethod } from './default-method.js';

/** Options of gradient flows. */
export interface GradientFlowOptions extends InclusionFlowOptions {
  /**
   * `located`: objectives known to have kinks are followed as differential inclusions. `ignored`: along their choice of
   * generalized gradients, and the order of the method is lost at each crossing. Default 'located'.
   */
  readonly kinks?: 'located' | 'ignored';
}

const gradientFlowOptionNames: OptionNames<GradientFlowOptions> = {
  ...inclusionFlowOptionNames,
  kinks: true,
};

/**
 * Integrates the gradient flow Θ'_t = −∇L(Θ_t), Θ_0 = θ₀. Smooth objectives with a Hessian get an implicit method,
 * those with Hessian–vector products an exponential one, all others an explicit pair, unless `method` says otherwise.
 * Objectives that know their program and its kinks (`objective(f, n)`, risks of networks) are followed as differential
 * inclusions Θ' ∈ −∂L(Θ): the result is an `InclusionFlow`, with the itinerary of all kinks met. A flow that overflows
 * or cannot go on ends with status `failed` and its last finite state; where it cannot be decided how it goes on it ends
 * with the status `stopped` and the reason.
 * @throws ShapeError or NonFiniteError for θ₀; ArgumentError for options.
 */
export function gradientFlow(
  objective: Objective,
  theta0: ArrayLike<number>,
  options: GradientFlowOptions,
): Flow | InclusionFlow {
  requireStart(objective, theta0);
  requireObject('options', options);
  requireKnownOptions('options', options, gradientFlowOptionNames);
  const { kinks = 'located', choice, ...rest } = options;
  requireOneOf('kinks', kinks, ['located', 'ignored']);
  if (kinks === 'located') {
    const more = choice === undefined ? rest : { ...rest, choice };
    const flow = isEmpiricalRisk(objective)
      ? networkFlow(objective, theta0, more)
      : programFlow(objective, theta0, more);
    if (flow) return flow;
  }
  const method = options.method ?? defaultMethod(objective, options.rtol ?? 1e-3);
  return follow(descentField(objective), theta0, method, rest);
}

/** The flow of an objective across the kinks of its program; undefined if none are known. */
function programFlow(
  objective: Objective,
  theta0: ArrayLike<number>,
  options: InclusionFlowOptions,
): InclusionFlow | undefined {
  const start = Float64Array.from(theta0);
  const frozen = frozenObjective(objective, start);
  if (frozen === undefined) return undefined;
  const value = (theta: Float64Array): number => objective.value(theta);
  return inclusionFlow(new TracedFunction(frozen), value, start, options, (event) => event);
}

/** Θ' = −∇L(Θ) with what is known of its derivatives. */
function descentField(objective: Objective): FlowField {
  const negate = (out: Float64Array): void => {
    for (let i = 0; i < out.length; i++) out[i] = -out[i]!;
  };
  return {
    value: (_t, theta) => objective.value(theta),
    velocity: (_t, theta, out) => objective.gradient(theta, out),
    problem: {
      rhs(_t, theta, out) {
        objective.gradient(theta, out);
        negate(out);
      },
      autonomous: true,
      symmetric: true,
      ...(objective.hessian && {
        jacobian: (_t: number, theta: Float64Array, out: Float64Array) => {
          objective.hessian!(theta, out);
          negate(out);
        },
      }),
      ...(objective.hessianVector && {
        jacobianVector: (_t: number, theta: Float64Array, v: Float64Array, out: Float64Array) => {
          objective.hessianVector!(theta, v, out);
          negate(out);
        },
      }),
    },
  };
}
