import { type OptionNames } from '@nonsmooth/core';
import { integrationOptionNames, type IntegrationOptions, type Statistics } from '@nonsmooth/ode';
import type { FlowContinuation } from './checkpoint.js';
import type { StopRules } from './stop-rules.js';

/** Options of `flow`; the others are those of the integration. */
export interface FlowOptions extends Omit<IntegrationOptions, 'events'>, FlowContinuation {
  /** The horizon, in t or by `logTime` in log t, or rules to stop by: the flow runs from t = 0 on. */
  readonly until: number | StopRules;
  /** Times, in order, at which to save instead of after every step. */
  readonly saveAt?: ArrayLike<number>;
  /** Check the energy identity, for one value of the risk per step. Default true. */
  readonly energy?: boolean;
}

const { events: _events, ...integration } = integrationOptionNames;

/** The names of the options of a flow. */
export const flowOptionNames: OptionNames<FlowOptions> = {
  ...integration,
  until: true,
  saveAt: true,
  energy: true,
  observe: true,
  from: true,
};

/** How well dL/dt = −‖Θ'‖² holds along the computed flow. */
export interface EnergyIdentity {
  /** ∫‖Θ'‖² dt from the interpolants. */
  readonly dissipated: number;
  /** L(Θ_end) − L(Θ_0) + dissipated: 0 for the exact flow. */
  readonly residual: number;
  /** The largest residual of one step in absolute value, and the time where that step ends. */
  readonly largestStepResidual: number;
  readonly at: number;
  /** The ends of all steps, those since the checkpoint that it goes on from, and the residual from 0 to there. */
  readonly steps: { readonly t: Float64Array; readonly residual: Float64Array };
}

/** A computed flow Θ_t from t = 0 on. */
export interface Flow {
  /** Times: 0 and every accepted step, or `saveAt`. */
  readonly t: Float64Array;
  /** Θ_t at the times `t`; several of them share a buffer. */
  readonly y: readonly Float64Array[];
  /** L(Θ_t) at the times `t`. */
  readonly loss: Float64Array;
  /** ‖Θ'_t‖ at the times `t`, from the right. */
  readonly speed: Float64Array;
  /** ∫₀ᵗ ‖Θ'‖² at the times `t`, from the interpolants: L(Θ_0) − L(Θ_t) for the exact flow. NaN without `energy`. */
  readonly dissipated: Float64Array;
  readonly energy: EnergyIdentity | undefined;
  readonly method: string;
  /** The tolerances of the steps; the largest `atol` if there were several. */
  readonly tolerance: { readonly rtol: number; readonly atol: number };
  readonly statistics: Statistics;
  /** finished: at the horizon; stopped: by a rule; failed: the integration broke down, `reason` says where. */
  readonly status: 'finished' | 'stopped' | 'failed';
  readonly reason: string;
  /** The last state, at time `end`, saved or not. */
  readonly theta: Float64Array;
  readonly end: number;
}
