import type { Objective } from '@nonsmooth/autodiff';
import {
  IntegrationError,
  integrate,
  type InitialValueProblem,
  type IntegrationOptions,
  type Statistics,
} from '@nonsmooth/ode';
import { requireStart } from '../descend.js';
import { norm } from '../norm.js';
import { defaultMethod } from './default-method.js';
import { dissipation } from './energy.js';
import { recorder } from './recorder.js';
import { reasonToStop, stopRules, type StopRules } from './stop-rules.js';

export interface GradientFlowOptions extends Omit<IntegrationOptions, 'events'> {
  /** The horizon, or rules to stop by: the flow runs from t = 0 on. */
  readonly until: number | StopRules;
  /** Times, in order, at which to save instead of after every step. */
  readonly saveAt?: ArrayLike<number>;
  /** Check the energy identity, for one value of the objective per step. Default true. */
  readonly energy?: boolean;
}

/** How well dL/dt = −‖Θ'‖² holds along the computed flow. */
export interface EnergyIdentity {
  /** ∫‖Θ'‖² dt from the interpolants. */
  readonly dissipated: number;
  /** L(Θ_end) − L(Θ_0) + dissipated: 0 for the exact flow. */
  readonly residual: number;
  /** The largest residual of one step in absolute value, and the time where that step ends. */
  readonly largestStepResidual: number;
  readonly at: number;
}

export interface GradientFlow {
  /** Times: 0 and every accepted step, or `saveAt`. */
  readonly t: Float64Array;
  /** Θ_t at the times `t`. */
  readonly y: readonly Float64Array[];
  /** L(Θ_t) at the times `t`. */
  readonly loss: Float64Array;
  /** ‖∇L(Θ_t)‖ = ‖Θ'_t‖ at the times `t`. */
  readonly speed: Float64Array;
  readonly energy: EnergyIdentity | undefined;
  readonly method: string;
  readonly statistics: Statistics;
  /** finished: at the horizon; stopped: by a rule; failed: the integration broke down, `reason` says where. */
  readonly status: 'finished' | 'stopped' | 'failed';
  readonly reason: string;
  /** The last state, at time `end`, saved or not. */
  readonly theta: Float64Array;
  readonly end: number;
}

/**
 * Integrates the gradient flow Θ'_t = −∇L(Θ_t), Θ_0 = θ₀. Smooth objectives with a Hessian get an implicit method,
 * all others an explicit pair, unless `method` says otherwise. Objectives with kinks are followed along their choice
 * of generalized gradients, and the order of the method is lost at each crossing: for shallow ReLU risks see
 * `reluFlow`. A flow that overflows or cannot go on ends with status `failed` and its last finite state.
 * @throws ShapeError or NonFiniteError for θ₀; ArgumentError for options.
 */
export function gradientFlow(
  objective: Objective,
  theta0: ArrayLike<number>,
  options: GradientFlowOptions,
): GradientFlow {
  requireStart(objective, theta0);
  const { until, saveAt, energy = true, ...integration } = options;
  const rules = stopRules(until);
  const method = options.method ?? defaultMethod(objective, options.rtol ?? 1e-3);
  const records = recorder(objective, Float64Array.from(theta0), rules.time, saveAt);
  const run = integrate(descentField(objective, theta0, rules.time), {
    ...integration,
    method,
    dense: energy || saveAt !== undefined,
  });

  const initialLoss = records.initialLoss ?? objective.value(Float64Array.from(theta0));
  let loss = initialLoss;
  let dissipated = 0;
  let largest = { residual: 0, at: 0 };
  let status: GradientFlow['status'] = 'finished';
  let reason = `t = ${rules.time}`;
  let steps = 0;
  try {
    for (const step of run) {
      steps++;
      const { y, end } = step;
      const savedLoss = records.step(step);
      if (energy) {
        const before = loss;
        loss = savedLoss ?? objective.value(y);
        const lost = dissipation(step.segment!);
        dissipated += lost;
        const residual = Math.abs(loss - before + lost);
        if (residual > largest.residual) largest = { residual, at: end };
      }
      const stop = reasonToStop(rules, {
        steps,
        norm: () => norm(y),
        loss: () => (energy ? loss : objective.value(y)),
        gradientNorm: () => records.speedOf(y),
      });
      if (stop !== undefined) {
        status = 'stopped';
        reason = stop;
        break;
      }
    }
  } catch (error) {
    if (!(error instanceof IntegrationError)) throw error;
    status = 'failed';
    reason = error.message;
  }
  return {
    ...records.result(),
    energy: energy
      ? {
          dissipated,
          residual: loss - initialLoss + dissipated,
          largestStepResidual: largest.residual,
          at: largest.at,
        }
      : undefined,
    method: method.name,
    statistics: run.statistics,
    status,
    reason,
    theta: run.y.slice(),
    end: run.t,
  };
}

/** Θ' = −∇L(Θ) with what is known of its derivatives. */
function descentField(
  objective: Objective,
  theta0: ArrayLike<number>,
  horizon: number,
): InitialValueProblem {
  const negate = (out: Float64Array): void => {
    for (let i = 0; i < out.length; i++) out[i] = -out[i]!;
  };
  return {
    rhs(_t, theta, out) {
      objective.gradient(theta, out);
      negate(out);
    },
    y0: theta0,
    t0: 0,
    t1: horizon,
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
  };
}
