import { ArgumentError, requireFunction, requireObject } from '@nonsmooth/core';
import type { Checkpoint } from '@nonsmooth/ode';
import type { InclusionCheckpoint } from '../inclusion/inclusion-checkpoint.js';

/** All that a flow needs to go on, bit for bit, as plain data that survives JSON. */
export interface FlowCheckpoint {
  readonly integration: Checkpoint | InclusionCheckpoint;
  /** How many of `saveAt` are past. */
  readonly saved: number;
  readonly steps: number;
  /** What the energy identity knows so far. */
  readonly energy: {
    readonly initialLoss: number;
    readonly loss: number;
    readonly dissipated: number;
    readonly largestStepResidual: number;
    readonly at: number;
  };
}

/** A flow under way, after one of its steps. */
export interface FlowProgress {
  readonly t: number;
  /** Θ_t; changes with every step. */
  readonly theta: Float64Array;
  readonly steps: number;
  /** The times that were saved so far, since the checkpoint that the flow goes on from; grows with the steps. */
  readonly saved: {
    readonly t: readonly number[];
    readonly y: readonly Float64Array[];
    readonly loss: readonly number[];
    readonly speed: readonly number[];
    readonly dissipated: readonly number[];
  };
  /** What the flow needs to go on from here as if it had not been interrupted, across kinks too. */
  checkpoint(): FlowCheckpoint;
}

/** How flows are watched and continued. */
export interface FlowContinuation {
  /** Sees the flow after every step; returning `false` stops it. */
  readonly observe?: (progress: FlowProgress) => boolean | void;
  /**
   * Go on from here: objective, start, method and options must be the same, the horizon may be a later one. Times saved
   * before are not saved again. The itinerary of a flow across kinks is whole again, from t = 0 on.
   */
  readonly from?: FlowCheckpoint;
}

/** Checks them as far as the integration does not. @throws ArgumentError */
export function requireContinuation({ observe, from }: FlowContinuation): void {
  if (observe !== undefined) requireFunction('observe', observe);
  if (from === undefined) return;
  requireObject('from', from);
  requireObject('from.integration', from.integration);
  requireObject('from.energy', from.energy);
  for (const name of ['saved', 'steps'] as const) {
    if (Number.isSafeInteger(from[name]) && from[name] >= 0) continue;
    throw new ArgumentError(`from.${name}`, from[name], 'an integer ≥ 0');
  }
}
