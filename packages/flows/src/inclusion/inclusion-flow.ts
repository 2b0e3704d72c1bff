import type { Statistics, Step } from '@nonsmooth/ode';
import { ArgumentError, requireOneOf, type OptionNames } from '@nonsmooth/core';
import { requireContinuation } from '../flow/checkpoint.js';
import { kinkedMethod } from './kinked-method.js';
import { flowOptionNames, type Flow, type FlowOptions } from '../flow/flow.js';
import { record, stuckAtStart, toleranceOf, type FlowRun } from '../flow/follow.js';
import { clockFor } from '../flow/clock.js';
import { stopRules } from '../flow/stop-rules.js';
import type { Choice } from './decision.js';
import { InclusionRun } from './inclusion-run.js';
import type { KinkedFunction } from './kinked-function.js';
import { requireInclusionCheckpoint, type InclusionCheckpoint } from './inclusion-checkpoint.js';
import { Itinerary } from './itinerary.js';
import type { KinkEvent } from './kink-event.js';
import { stationarity, type Stationarity } from './stationarity.js';

/** Options of flows of functions with kinks. */
export interface InclusionFlowOptions extends FlowOptions {
  /**
   * Which solution to follow where there are several. `minimalNorm`: rest wherever 0 is in Clarke's set, else the way
   * that descent with relu'(0) = 0 tends to. `steepestDescent`: the way on that falls fastest, also from points where 0
   * is in Clarke's set. Default 'minimalNorm'.
   */
  readonly choice?: Choice;
}

/** Every option of a flow across kinks. */
export const inclusionFlowOptionNames: OptionNames<InclusionFlowOptions> = {
  ...flowOptionNames,
  choice: true,
};

/** A flow of a function with kinks as a differential inclusion. */
export interface InclusionFlow<Event extends KinkEvent = KinkEvent> extends Flow {
  /** Everything that happened at kinks, in order. */
  readonly itinerary: readonly Event[];
  /**
   * The solution is unique up to here, or throughout as far as the kinks met tell: at this time several ways on were
   * possible.
   */
  readonly uniqueUntil: number | undefined;
  /** From this time on the flow rests, as far as the tolerance can tell; undefined if it moves to the end. */
  readonly atRestSince: number | undefined;
  /** The shortest element of Clarke's set that was found at the end, and what is known of it. */
  readonly stationarity: Stationarity | undefined;
}

const choices: readonly Choice[] = ['minimalNorm', 'steepestDescent'];

/**
 * The flow Θ' ∈ −∂f(Θ) (Clarke) of a function with kinks, given as the family of its frozen functions. The pattern of
 * sides is frozen within each step, kinks are located on the dense output, and where they are met the pattern is
 * decided anew: crossed, or held while the multipliers of the kinks stay within their bounds (Filippov 1988).
 */
export function inclusionFlow<Event extends KinkEvent>(
  kinked: KinkedFunction,
  value: (theta: Float64Array) => number,
  theta0: ArrayLike<number>,
  given: InclusionFlowOptions,
  describe: (event: KinkEvent) => Event,
): InclusionFlow<Event> {
  const { until, saveAt, energy = true, observe: _observe, from, ...options } = given;
  const { choice = 'minimalNorm' } = options;
  requireOneOf('choice', choice, choices);
  requireContinuation(given);
  if (options.linearSolver !== undefined) {
    throw new ArgumentError(
      'linearSolver',
      options.linearSolver,
      'left out for flows across kinks',
    );
  }
  const rules = stopRules(until, saveAt);
  const start = Float64Array.from(theta0);
  const method = options.method ?? kinkedMethod(start.length);
  const problem = { rhs: () => {}, y0: start, t0: 0, t1: rules.time };
  const clock = clockFor(problem, rules);
  const events = new Itinerary(kinked, clock.time);
  const saved = from && requireInclusionCheckpoint(from.integration, kinked, clock.problem.t1);
  if (saved) events.restore(saved);
  const run = new InclusionRun(
    kinked,
    start,
    [clock.problem.t0, clock.problem.t1],
    method,
    options,
    clock.rate,
    events,
    saved,
  );
  if (run.broken !== undefined) {
    const velocity = (_t: number, theta: Float64Array, out: Float64Array): number => {
      out.fill(NaN);
      return value(theta);
    };
    return {
      ...stuckAtStart({ velocity }, start, method.name, toleranceOf(options), run.broken),
      itinerary: [],
      uniqueUntil: undefined,
      atRestSince: undefined,
      stationarity: undefined,
    };
  }
  const field = {
    value: (_t: number, theta: Float64Array) => value(theta),
    velocity: (t: number, theta: Float64Array, out: Float64Array) =>
      run.velocityAt(theta, t === clock.time(run.t), out),
  };
  const recording = { start, rules, clock, saveAt, energy, method, options, continuation: given };
  const flow = record(new RecordedRun(run, events), field, recording);
  const atRestSince =
    run.restingSince === undefined ? undefined : Math.min(clock.time(run.restingSince), flow.end);
  return {
    ...flow,
    reason:
      atRestSince !== undefined && flow.status === 'finished'
        ? `${flow.reason}, at rest since t = ${atRestSince}`
        : flow.reason,
    itinerary: events.events.map(describe),
    uniqueUntil: events.uniqueUntil,
    atRestSince,
    stationarity: stationarity(run),
  };
}

/** A run with its itinerary. */
class RecordedRun implements FlowRun {
  private readonly run: InclusionRun;
  private readonly events: Itinerary;

  constructor(run: InclusionRun, events: Itinerary) {
    this.run = run;
    this.events = events;
  }

  get t(): number {
    return this.run.t;
  }

  get y(): Float64Array {
    return this.run.y;
  }

  get statistics(): Statistics {
    return this.run.statistics;
  }

  get reason(): string {
    return this.run.reason;
  }

  next(): Step | undefined {
    return this.run.next();
  }

  checkpoint(): InclusionCheckpoint {
    return this.run.checkpoint(this.events.saved());
  }
}
