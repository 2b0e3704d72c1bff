import { inLogTime, type InitialValueProblem } from '@nonsmooth/ode';
import type { StopRules } from './stop-rules.js';

/** How the integrator's time s relates to the flow's time t. */
export interface Clock {
  /** The problem in s. */
  readonly problem: InitialValueProblem;
  /** t(s) and its inverse. */
  readonly time: (s: number) => number;
  readonly inverse: (t: number) => number;
  /** dt/ds. */
  readonly rate: (s: number) => number;
}

/**
 * The problem in t or, if the horizon is given in log t, in s = ln(1 + t): the same solution by steps that are even
 * in log t.
 */
export function clockFor(problem: InitialValueProblem, { logTime }: StopRules): Clock {
  if (logTime === undefined) {
    return { problem, time: (s) => s, inverse: (t) => t, rate: () => 1 };
  }
  const logarithmic = inLogTime(problem);
  const { time } = logarithmic;
  const last = logarithmic.problem.t1;
  return {
    problem: logarithmic.problem,
    time: (s) => (s === last ? problem.t1 : time(s)),
    inverse: logarithmic.logTime,
    rate: (s) => 1 + time(s),
  };
}
