import type { ErrorHistory } from './control/controller.js';
import { startingStep } from './control/starting-step.js';
import { ArgumentError } from './errors.js';
import { watchEvents, type Cut, type EventOccurrence, type EventState } from './events/events.js';
import type { Stepper } from './method.js';
import type { ModeChange } from './modes/modes.js';
import { guardedModes } from './modes/guarded.js';
import { watchModes, type WatchState } from './modes/watch-modes.js';
import { settings, type IntegrationOptions } from './options.js';
import type { InitialValueProblem, Statistics } from './problem.js';
import { evaluate, type Segment } from './segment.js';
import { system, type Position } from './system.js';

const finished = 'reached t1';

/** So many restarts within 1e−7 of the interval are taken for chattering. */
const maxRestarts = 300;

/** One accepted step. Its arrays are reused by the next one: copy what is to be kept. */
export interface Step {
  readonly start: number;
  readonly end: number;
  /** State at the end. */
  readonly y: Float64Array;
  /** The interpolant, if asked for by `dense` or needed. */
  readonly segment: Segment | undefined;
}

/** All that an integration needs to go on, bit for bit, as plain data. */
export interface Checkpoint {
  readonly method: string;
  readonly t: number;
  readonly h: number;
  readonly y: readonly number[];
  readonly history: Readonly<ErrorHistory>;
  readonly previousStep: number;
  readonly rejectedBefore: boolean;
  readonly statistics: Statistics;
  readonly stepper: Readonly<Record<string, number | readonly number[]>>;
  /** The mode must be plain data for the checkpoint to be. */
  readonly mode?: unknown;
  readonly modes?: WatchState;
  readonly events?: EventState;
  readonly lastReset?: number;
  readonly anchor: { readonly t: number; readonly restarts: number };
  /** Why the integration has ended; empty while it goes on. */
  readonly reason: string;
}

/** An integration under way, step by step. */
export interface Integration extends Iterable<Step> {
  readonly t: number;
  /** The current state; changes with every step. */
  readonly y: Float64Array;
  readonly statistics: Statistics;
  /** Whether it has come to t1 or was ended by an event or mode. */
  readonly finished: boolean;
  /** Why it has ended; empty while it goes on. */
  readonly reason: string;
  readonly events: readonly EventOccurrence[];
  /** Events whose functions were zero at the start, and those that never were anything else. */
  readonly zeroEvents: { readonly atStart: readonly number[]; readonly always: readonly number[] };
  readonly modeChanges: readonly ModeChange[];
  /** Takes one step; undefined at the end. @throws IntegrationError */
  next(): Step | undefined;
  checkpoint(): Checkpoint;
}

export interface StreamOptions extends IntegrationOptions {
  /** Compute the interpolant of every step. Default false. */
  readonly dense?: boolean;
  /** Go on from here instead of (t0, y0). Problem, method and options must be the same, t1 may be a later one. */
  readonly from?: Checkpoint;
}

/**
 * Begins an integration of y' = rhs(t, y), y(t0) = y0, towards t1, to be taken step by step.
 * @throws ArgumentError for wrong arguments, IntegrationError where a step fails.
 */
export function integrate<Mode = undefined>(
  problem: InitialValueProblem<Mode>,
  options: StreamOptions = {},
): Integration {
  const { from } = options;
  const { t0, t1 } = problem;
  const { method, controller, tolerance, maxStep, maxSteps, fixedStep, ...rest } = settings(
    problem,
    options,
  );
  const y = Float64Array.from(problem.y0);
  const n = y.length;
  const position: Position<Mode> = { t: t0, h: 0, y, mode: undefined as Mode };
  const equations = system(problem, position, tolerance, rest.matrixFree);
  const { counts } = equations;
  const direction = Math.sign(t1 - t0);
  const stepper = method.stepper(equations);
  const coefficients = Array.from({ length: stepper.degree + 1 }, () => new Float64Array(n));
  const segment = { start: t0, end: t0, step: 0, degree: 0, coefficients };
  const history: ErrorHistory = { error: 0, previous: 0, beforePrevious: 0, stepRatio: 1 };
  const exponentOf = (): number => stepper.errorExponent;
  const eventWatch = options.events && watchEvents(options.events, equations);
  const modes = problem.modes && guardedModes(problem.modes, equations);
  const modeWatch = modes && watchModes(modes, n, stepper.degree);
  const dense = options.dense === true || eventWatch !== undefined || modeWatch !== undefined;
  let reason = '';
  let anchor = { t: t0, restarts: 0 };
  let lastReset: number | undefined;
  let previousStep = 0;
  let rejectedBefore = false;
  let resultless = false;

  if (from) {
    restore(from, method.name, n);
  } else {
    if (modeWatch) position.mode = modeWatch.begin(t0, y, t1 > t0 ? 1 : -1);
    eventWatch?.begin(t0, y);
    stepper.begin(t0, y);
    requireFinite(stepper);
    const interval = Math.abs(t1 - t0);
    position.h = Math.min(
      fixedStep ??
        rest.firstStep ??
        stepper.firstStep?.(direction, interval) ??
        startingStep(equations, t0, y, stepper.derivative, direction, interval, exponentOf()),
      maxStep,
      interval,
    );
  }

  function requireFinite({ derivative }: Stepper): void {
    for (let i = 0; i < n; i++) {
      if (!Number.isFinite(derivative[i])) {
        equations.fail('nonFinite', `component ${i} of rhs is ${derivative[i]}, not finite,`);
      }
    }
  }

  const projects = options.project !== undefined || modes?.project !== undefined;
  function project(t: number, state: Float64Array): void {
    if (!options.project) return;
    try {
      options.project(t, state);
    } catch (cause) {
      equations.threw('project', cause);
    }
    for (let i = 0; i < n; i++) {
      if (!Number.isFinite(state[i])) {
        equations.fail('nonFinite', `component ${i} after project is ${state[i]}, not finite,`);
      }
    }
  }

  function restore(checkpoint: Checkpoint, name: string, dimension: number): void {
    if (checkpoint.method !== name) throw new ArgumentError('from.method', checkpoint.method, name);
    if (checkpoint.y.length !== dimension) {
      throw new ArgumentError('from.y.length', checkpoint.y.length, String(dimension));
    }
    if (!(direction * (checkpoint.t - t0) >= 0 && direction * (t1 - checkpoint.t) >= 0)) {
      throw new ArgumentError('from.t', checkpoint.t, `times from t0 = ${t0} to t1 = ${t1}`);
    }
    position.t = checkpoint.t;
    position.h = checkpoint.h;
    y.set(checkpoint.y);
    Object.assign(history, checkpoint.history);
    Object.assign(counts, checkpoint.statistics);
    ({ previousStep, rejectedBefore, lastReset } = checkpoint);
    anchor = { ...checkpoint.anchor };
    const { memory } = stepper;
    for (const [key, value] of Object.entries(checkpoint.stepper)) {
      const current = memory[key];
      if (typeof value === 'number') memory[key] = value;
      else if (current instanceof Float64Array) current.set(value);
    }
    stepper.restored?.();
    if (modeWatch && checkpoint.modes) {
      position.mode = checkpoint.mode as Mode;
      modeWatch.restore(checkpoint.modes, position.t, y, position.mode);
    }
    if (checkpoint.events) eventWatch?.restore(checkpoint.events, position.t, y);
    // whoever goes on to a later t1 has not finished
    reason = checkpoint.t === t1 || checkpoint.reason !== finished ? checkpoint.reason : '';
  }

  /** Ends the step that was just computed at a cut, and begins again from there. */
  function restartAt({ theta, action, reason: why }: Cut, switched: boolean): void {
    const t = theta === 1 ? segment.end : segment.start + theta * segment.step;
    if (theta === 1) y.set(stepper.next);
    else evaluate(segment, theta, y);
    segment.end = t;
    position.t = t;
    project(t, y);
    modes?.project?.(t, y, position.mode);
    if (eventWatch) eventWatch.advance(t, y);
    if (action === 'stop') reason = why;
    if (modeWatch && action !== 'stop') {
      const mode = modeWatch.change(t, y, position.mode, switched);
      if (mode === 'stop') reason = why;
      else position.mode = mode;
    }
    if (reason !== '') return;
    counts.restarts++;
    if (!switched && fixedStep === undefined) {
      // resets may come at ever shorter intervals: no step longer than the last one, lest some be passed over
      if (lastReset !== undefined) position.h = Math.min(position.h, Math.abs(t - lastReset));
      lastReset = t;
    }
    if (Math.abs(t - anchor.t) > 1e-7 * Math.abs(t1 - t0)) anchor = { t, restarts: 0 };
    else if (++anchor.restarts > maxRestarts) {
      equations.fail(
        'chattering',
        `${maxRestarts} events or changes of mode from t = ${anchor.t} on: they accumulate or the modes chatter,`,
      );
    }
    history.previous = 0;
    history.beforePrevious = 0;
    if (t === t1) return;
    stepper.begin(t, y);
    requireFinite(stepper);
  }

  const limited = (h: number): number => Math.min(h, maxStep, stepper.longestStep ?? Infinity);

  /** The factor from the step just tried to the next. */
  function factorAfter(accepted: boolean, error: number): number {
    const own = stepper.ownFactor?.(accepted, error);
    if (own !== undefined) return own;
    const { safety, smallestFactor, largestFactor } = controller;
    // A step that is not finite anywhere says nothing but that it was too long.
    if (!Number.isFinite(error)) return smallestFactor;
    history.error = error;
    let factor = safety * controller.propose(history, exponentOf());
    if (!accepted) factor = Math.min(factor, safety);
    else if (rejectedBefore) factor = Math.min(factor, 1);
    return Math.min(largestFactor, Math.max(smallestFactor, factor));
  }

  function next(): Step | undefined {
    if (reason !== '') return undefined;
    requireFinite(stepper);
    for (;;) {
      if (counts.accepted + counts.rejected >= maxSteps) {
        equations.fail('maxSteps', `${maxSteps} steps were not enough`);
      }
      const { t } = position;
      const smallest = 16 * Number.EPSILON * Math.max(Math.abs(t), Number.MIN_VALUE);
      // at t = 0 down to the smallest number there is
      if (!(position.h >= smallest && position.h > 0)) {
        const why = resultless
          ? ': the last step tried had no result, or none that is finite,'
          : '';
        equations.fail('stepUnderflow', `the step size underflowed${why}`);
      }
      const remaining = Math.abs(t1 - t);
      // stretched a little rather than followed by a step of rounding errors
      const last = position.h * (1 + 1e-10) >= remaining;
      const h = last ? remaining : position.h;
      const step = direction * h;
      history.stepRatio = previousStep > 0 ? h / previousStep : 1;
      const error = stepper.attempt(step);
      const accepted = fixedStep === undefined ? error < 1 : !Number.isNaN(error);
      resultless = !Number.isFinite(error);
      if (!accepted) {
        if (fixedStep !== undefined) {
          const why =
            h > (stepper.longestStep ?? Infinity) ? ': it is too long for the method' : '';
          equations.fail('nonFinite', `a step of the fixed size has no result${why}`);
        }
        counts.rejected++;
        position.h = limited(h * factorAfter(false, error));
        rejectedBefore = true;
        continue;
      }
      counts.accepted++;
      const end = last ? t1 : t + step;
      if (dense) {
        segment.degree = stepper.interpolant(coefficients);
        segment.start = t;
        segment.end = end;
        segment.step = step;
      }
      // asked for with fixed steps too: methods of variable order choose it on the way
      const proposed = h * factorAfter(true, error);
      if (fixedStep === undefined) {
        // A step cut short by the end says little about the size that the solution allows.
        position.h = limited(last ? Math.max(proposed, position.h) : proposed);
      }
      rejectedBefore = false;
      history.beforePrevious = history.previous;
      history.previous = error;
      previousStep = h;
      project(end, stepper.next);
      modes?.project?.(end, stepper.next, position.mode);
      const modeCut = modeWatch?.examine(segment, position.mode);
      const cut = eventWatch?.examine(segment, modeCut?.theta ?? 1) ?? modeCut;
      if (cut) {
        restartAt(cut, cut === modeCut);
      } else {
        position.t = end;
        y.set(stepper.next);
        stepper.accept(end, projects);
        eventWatch?.advance(end, y);
        modeWatch?.advance(end, y, position.mode);
      }
      if (position.t === t1 && reason === '') reason = finished;
      // a change of mode at the very start of the step: nothing has happened yet
      if (position.t === t && reason === '') continue;
      return { start: t, end: position.t, y, segment: dense ? segment : undefined };
    }
  }

  return {
    get t() {
      return position.t;
    },
    y,
    statistics: counts,
    get finished() {
      return reason !== '';
    },
    get reason() {
      return reason;
    },
    events: eventWatch?.occurrences ?? [],
    get zeroEvents() {
      return { atStart: eventWatch?.zeroAtStart ?? [], always: eventWatch?.alwaysZero ?? [] };
    },
    modeChanges: modeWatch?.changes ?? [],
    next,
    checkpoint() {
      const memory: Record<string, number | readonly number[]> = {};
      for (const [key, value] of Object.entries(stepper.memory)) {
        memory[key] = typeof value === 'number' ? value : Array.from(value);
      }
      return {
        method: method.name,
        t: position.t,
        h: position.h,
        y: Array.from(y),
        history: { ...history },
        previousStep,
        rejectedBefore,
        statistics: { ...counts },
        stepper: memory,
        ...(modeWatch && { mode: position.mode, modes: modeWatch.save() }),
        ...(eventWatch && { events: eventWatch.save() }),
        ...(lastReset !== undefined && { lastReset }),
        anchor: { ...anchor },
        reason,
      };
    },
    *[Symbol.iterator]() {
      for (let step = next(); step; step = next()) yield step;
    },
  };
}

/** The state at a time within a step, into `out`. */
export function stateAt(segment: Segment, t: number, out: Float64Array): Float64Array {
  evaluate(segment, (t - segment.start) / segment.step, out);
  return out;
}
