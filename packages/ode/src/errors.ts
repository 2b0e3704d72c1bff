import type { Solution } from './solution.js';

/** Why an integration could not go on. */
export type FailureReason =
  | 'stepUnderflow'
  | 'maxSteps'
  | 'nonFinite'
  | 'rhsThrew'
  | 'callbackThrew'
  | 'wrongShape'
  | 'singularMatrix'
  | 'chattering'
  /** Events at ever shorter intervals, infinitely many of them before some time. */
  | 'zeno'
  | 'coupledCorner';

/** An integration that cannot go on: why and where, with the last accepted state. */
export class IntegrationError extends Error {
  override readonly name = 'IntegrationError';
  readonly reason: FailureReason;
  readonly t: number;
  readonly h: number;
  readonly y: Float64Array;
  /** What was computed before the failure; set by `solve`. */
  partial?: Solution;

  constructor(
    reason: FailureReason,
    detail: string,
    t: number,
    h: number,
    y: Float64Array,
    options?: ErrorOptions,
  ) {
    super(`${detail} at t = ${t} with step ${h}`, options);
    this.reason = reason;
    this.t = t;
    this.h = h;
    this.y = y;
  }
}
