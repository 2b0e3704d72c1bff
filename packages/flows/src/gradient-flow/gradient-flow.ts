import { requireObject, type Objective } from '@nonsmooth/core';
import { requireStart } from '../checks.js';
import { deepReluFlow } from '../deep-relu-flow/deep-relu-flow.js';
import { isDeepReluRisk } from '../deep-relu-flow/frozen-network.js';
import type { Flow, FlowOptions } from '../flow/flow.js';
import { follow, type FlowField } from '../flow/follow.js';
import { isShallowReluRisk } from '../relu-flow/kinks.js';
import { reluFlow } from '../relu-flow/relu-flow.js';
import { defaultMethod } from './default-method.js';

/**
 * Integrates the gradient flow Θ'_t = −∇L(Θ_t), Θ_0 = θ₀. Smooth objectives with a Hessian get an implicit method,
 * those with Hessian–vector products an exponential one, all others an explicit pair, unless `method` says otherwise.
 * Empirical squared risks of ReLU networks go through `reluFlow` or, with several hidden layers, `deepReluFlow`. Other
 * objectives with kinks, and these with a `method`, are followed along their choice of generalized gradients, and the
 * order of the method is lost at each crossing. A flow that overflows or cannot go on ends with status `failed` and its
 * last finite state.
 * @throws ShapeError or NonFiniteError for θ₀; ArgumentError for options.
 */
export function gradientFlow(
  objective: Objective,
  theta0: ArrayLike<number>,
  options: FlowOptions,
): Flow {
  requireStart(objective, theta0);
  requireObject('options', options);
  if (options.method === undefined && isShallowReluRisk(objective)) {
    return reluFlow(objective.network, objective.data, theta0, options);
  }
  if (options.method === undefined && isDeepReluRisk(objective)) {
    return deepReluFlow(objective.network, objective.data, theta0, options);
  }
  const method = options.method ?? defaultMethod(objective, options.rtol ?? 1e-3);
  return follow(descentField(objective), theta0, method, options);
}

/** Θ' = −∇L(Θ) with what is known of its derivatives. */
function descentField(objective: Objective): FlowField<undefined> {
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
