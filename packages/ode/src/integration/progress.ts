import type { ErrorHistory } from '../control/controller.js';

/** Where an integration is, besides its state y and what its method and its watches remember: plain data. */
export interface Progress {
  t: number;
  /** |h| proposed for the next step. */
  h: number;
  /** |h| of the last accepted step; 0 before there is one. */
  previousStep: number;
  /** Whether the last step tried was rejected. */
  rejectedBefore: boolean;
  /** Sizes of the last errors, for the controller. */
  readonly history: ErrorHistory;
  readonly restarts: Restarts;
  /** |h| of the last whole step that nothing had shortened; 0 before there is one. */
  ordinaryStep: number;
  /** Steps tried again shorter because a change of mode asked for it, and |h| to go back to after them. */
  retries: number;
  heldStep: number;
  /** Fixed steps are counted from the last restart: their sum would collect rounding errors. */
  readonly grid: { start: number; steps: number };
  /** Steps in succession after which the solution was at rest. */
  restful: number;
  /** Why the integration has ended; empty while it goes on. */
  reason: string;
}

/** Restarts at events and changes of mode, counted to recognize those that accumulate. */
export interface Restarts {
  /** The first of those counted. */
  from: number;
  count: number;
  /** Time of the last cut by an event; NaN before there is one. */
  lastReset: number;
  /** Time between the last two such cuts, and how many in succession were closer than the two before them. */
  lastInterval: number;
  shrinking: number;
}

/** The progress of an integration that begins at t. */
export const beginning = (t: number): Progress => ({
  t,
  h: 0,
  previousStep: 0,
  rejectedBefore: false,
  history: { error: 0, previous: 0, beforePrevious: 0, stepRatio: 1 },
  restarts: { from: t, count: 0, lastReset: Number.NaN, lastInterval: Number.NaN, shrinking: 0 },
  ordinaryStep: 0,
  retries: 0,
  heldStep: 0,
  grid: { start: t, steps: 0 },
  restful: 0,
  reason: '',
});

/** The reason of integrations that have come to t1. */
export const finished = 'reached t1';

/** Makes `to` equal to `from`. */
export function copyProgress(to: Progress, from: Readonly<Progress>): void {
  const { history, restarts, grid } = to;
  Object.assign(history, from.history);
  Object.assign(restarts, from.restarts);
  Object.assign(grid, from.grid);
  Object.assign(to, { ...from, history, restarts, grid });
}
