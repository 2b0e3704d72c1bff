import { startingStep } from '../control/starting-step.js';
import type { Cut, EventOccurrence, ZeroEvents } from '../events/event.js';
import { numbersOf, restoreMemory, savedMemory } from '../memory.js';
import type { Stepper } from '../method.js';
import type { ModeChange, SwitchContext } from '../modes/modes.js';
import type { Settings } from '../options.js';
import type { InitialValueProblem, Statistics } from '../problem.js';
import { evaluate, timeWithin } from '../segment.js';
import { system, type Position, type System } from '../system.js';
import { requireCheckpoint, restoreProgress, type Checkpoint } from './checkpoint.js';
import type { Integration, Step, StreamOptions } from './integration.js';
import { beginning, finished, type Progress } from './progress.js';
import { countRestart } from './restarts.js';
import { StepSize } from './step-size.js';
import { Watches } from './watches.js';

/** A step being tried. */
interface Trial {
  start: number;
  end: number;
  /** |end − start|. */
  h: number;
  /** Whether it is the last one, and so perhaps shorter than proposed. */
  last: boolean;
  /** Size of its error, 1 at the tolerance. */
  error: number;
  accepted: boolean;
}

/** How often in succession a change of mode may ask for a shorter step. */
const maxRetries = 8;

/**
 * Takes the steps of an integration: tries one, repeats it shorter until it is accepted, proposes the next size, cuts
 * the step where an event or a change of mode ends it, and moves on.
 */
export class Integrator<Mode, Note> implements Integration<Mode, Note> {
  readonly #problem: InitialValueProblem<Mode, Note>;
  readonly #settings: Settings;
  readonly #project: StreamOptions['project'];
  readonly #progress: Progress;
  readonly #position: Position<Mode>;
  readonly #system: System;
  readonly #stepper: Stepper;
  readonly #stepSize: StepSize;
  readonly #watches: Watches<Mode, Note>;
  readonly #dense: boolean;
  readonly #direction: 1 | -1;
  readonly #segment;
  /** The state at a cut, which may be forgotten again. */
  readonly #atCut: Float64Array;
  readonly #stateAt: Step['stateAt'];
  /** The mode of the last step. */
  #mode: Mode | undefined;
  readonly #trial: Trial = { start: 0, end: 0, h: 0, last: false, error: 0, accepted: false };

  constructor(
    problem: InitialValueProblem<Mode, Note>,
    settings: Settings,
    { dense, events, project }: StreamOptions,
  ) {
    const { t0, t1 } = problem;
    const y = Float64Array.from(problem.y0);
    this.#problem = problem;
    this.#settings = settings;
    this.#project = project;
    this.#direction = t1 > t0 ? 1 : -1;
    this.#progress = beginning(t0);
    this.#position = { progress: this.#progress, y, mode: undefined as Mode };
    this.#system = system(problem, this.#position, settings);
    this.#stepper = settings.method.stepper(this.#system);
    const { degree } = this.#stepper;
    this.#stepSize = new StepSize(settings, this.#progress, this.#stepper);
    this.#watches = new Watches(events, problem.modes, this.#position, this.#system, degree);
    this.#dense = dense === true || this.#watches.needSegments;
    this.#atCut = new Float64Array(y.length);
    this.#stateAt = (t, out) => this.#stateWithin(t, out);
    this.#segment = {
      start: t0,
      end: t0,
      step: 0,
      degree: 0,
      coefficients: Array.from({ length: degree + 1 }, () => new Float64Array(y.length)),
    };
  }

  get t(): number {
    return this.#progress.t;
  }
  get y(): Float64Array {
    return this.#position.y;
  }
  get statistics(): Statistics {
    return this.#system.counts;
  }
  get finished(): boolean {
    return this.#progress.reason !== '';
  }
  get reason(): string {
    return this.#progress.reason;
  }
  get events(): readonly EventOccurrence[] {
    return this.#watches.occurrences;
  }
  get zeroEvents(): ZeroEvents {
    return this.#watches.zeroEvents;
  }
  get modeChanges(): readonly ModeChange<Mode, Note>[] {
    return this.#watches.changes;
  }

  /** Starts at (t0, y0). @throws IntegrationError */
  begin(): void {
    const { t0, t1 } = this.#problem;
    const { y } = this.#position;
    const { fixedStep, firstStep, maxStep } = this.#settings;
    const stepper = this.#stepper;
    this.#watches.begin(t0, y, this.#direction, this.#context(0));
    stepper.begin(t0, y);
    this.#requireFiniteDerivative();
    const interval = Math.abs(t1 - t0);
    const chosen =
      fixedStep ??
      firstStep ??
      stepper.firstStep?.(this.#direction, interval) ??
      startingStep(
        this.#system,
        t0,
        y,
        stepper.derivative,
        this.#direction,
        interval,
        stepper.errorExponent,
      );
    this.#progress.h = Math.min(chosen, maxStep, interval);
  }

  /** Goes on from a checkpoint. @throws ArgumentError for one that is not of an integration like this. */
  restore(from: Checkpoint): void {
    const { t0, t1 } = this.#problem;
    const { counts } = this.#system;
    const { y } = this.#position;
    requireCheckpoint(from, {
      method: this.#settings.method.name,
      dimension: y.length,
      t0,
      t1,
      statistics: counts,
    });
    restoreProgress(this.#progress, from.progress, t1);
    y.set(numbersOf('from.y', from.y, y.length));
    Object.assign(counts, from.statistics);
    restoreMemory(this.#stepper.memory, from.stepper, 'from.stepper');
    this.#stepper.restored?.();
    this.#watches.restore(from.watches, this.#progress.t, y);
  }

  checkpoint(): Checkpoint {
    return {
      method: this.#settings.method.name,
      progress: structuredClone(this.#progress),
      y: Array.from(this.#position.y),
      statistics: { ...this.#system.counts },
      stepper: savedMemory(this.#stepper.memory),
      watches: this.#watches.save(),
    };
  }

  next(): Step | undefined {
    const progress = this.#progress;
    if (progress.reason !== '') return undefined;
    this.#requireFiniteDerivative();
    for (;;) {
      const trial = this.#attempt();
      if (!trial.accepted) {
        this.#reject(trial);
        continue;
      }
      // only a change of mode may ask to go back
      const before = this.#problem.modes && { ...progress, history: { ...progress.history } };
      this.#accept(trial);
      const cut = this.#watches.examine(this.#segment);
      if (!cut) this.#advance(trial);
      else if (!this.#cutAt(cut)) {
        this.#retry(trial, before!);
        continue;
      }
      if (progress.t === this.#problem.t1 && progress.reason === '') progress.reason = finished;
      // a change of mode at the very start of the step: nothing has happened yet
      if (progress.t === trial.start && progress.reason === '') continue;
      return {
        start: trial.start,
        end: progress.t,
        y: this.#position.y,
        segment: this.#dense ? this.#segment : undefined,
        mode: this.#mode,
        stateAt: this.#stateAt,
      };
    }
  }

  *[Symbol.iterator](): Iterator<Step> {
    for (let step = this.next(); step; step = this.next()) yield step;
  }

  /** Tries a step of the size proposed, or what remains of the interval. */
  #attempt(): Trial {
    const progress = this.#progress;
    const trial = this.#trial;
    const { maxSteps, fixedStep } = this.#settings;
    const { counts } = this.#system;
    if (counts.accepted + counts.rejected >= maxSteps) {
      this.#system.fail('maxSteps', `${maxSteps} steps were not enough`);
    }
    const { t } = progress;
    this.#requireStepSize(t);
    const { t1 } = this.#problem;
    const remaining = Math.abs(t1 - t);
    // stretched a little rather than followed by a step of rounding errors
    trial.last = progress.h * (1 + 1e-10) >= remaining;
    trial.h = trial.last ? remaining : progress.h;
    const step = this.#direction * trial.h;
    trial.start = t;
    trial.end = trial.last ? t1 : t + step;
    progress.history.stepRatio = progress.previousStep > 0 ? trial.h / progress.previousStep : 1;
    trial.error = this.#stepper.attempt(step);
    trial.accepted = fixedStep === undefined ? trial.error < 1 : !Number.isNaN(trial.error);
    return trial;
  }

  #requireStepSize(t: number): void {
    const smallest = 16 * Number.EPSILON * Math.max(Math.abs(t), Number.MIN_VALUE);
    // at t = 0 down to the smallest number there is
    if (this.#progress.h >= smallest && this.#progress.h > 0) return;
    const why = Number.isFinite(this.#trial.error)
      ? ''
      : ': the last step tried had no result, or none that is finite,';
    this.#system.fail('stepUnderflow', `the step size underflowed${why}`);
  }

  #reject({ h, error }: Trial): void {
    if (this.#settings.fixedStep !== undefined) {
      const why =
        h > (this.#stepper.longestStep ?? Infinity) ? ': it is too long for the method' : '';
      this.#system.fail('nonFinite', `a step of the fixed size has no result${why}`);
    }
    this.#system.counts.rejected++;
    this.#stepSize.shorten(h, error);
  }

  /** Its interpolant, the size of the next step, and its end back on the manifold. */
  #accept({ start, end, h, last, error }: Trial): void {
    const segment = this.#segment;
    this.#system.counts.accepted++;
    if (this.#dense) {
      segment.degree = this.#stepper.interpolant(segment.coefficients);
      segment.start = start;
      segment.end = end;
      segment.step = this.#direction * h;
    }
    this.#stepSize.propose(h, error, last);
    this.#mode = this.#position.mode;
    this.#projectState(end, this.#stepper.next, this.#position.mode);
  }

  /** Moves to the end of the whole step. */
  #advance({ end, h, last }: Trial): void {
    const progress = this.#progress;
    const stepper = this.#stepper;
    const { y } = this.#position;
    progress.t = end;
    y.set(stepper.next);
    stepper.accept(end, this.#project !== undefined || this.#watches.project);
    this.#watches.advance(end, y);
    if (!last && progress.heldStep === 0) progress.ordinaryStep = h;
    this.#endRetries();
  }

  /** Ends the step at a cut, and begins again from there unless the integration ends; false to try again shorter. */
  #cutAt(cut: Cut): boolean {
    const progress = this.#progress;
    const segment = this.#segment;
    const { y } = this.#position;
    const { theta } = cut;
    const t = timeWithin(segment, theta);
    const state = this.#atCut;
    if (theta === 1) state.set(this.#stepper.next);
    else evaluate(segment, theta, state);
    this.#projectState(t, state, this.#position.mode);
    const reason = this.#watches.change(t, state, cut, this.#context(theta));
    if (reason === undefined) return false;
    y.set(state);
    segment.end = t;
    progress.t = t;
    progress.reason = reason;
    this.#endRetries();
    if (reason === '') this.#restartAt(t);
    return true;
  }

  /** Forgets an accepted step, `before` which things were so, and tries a tenth of it. */
  #retry({ h }: Trial, before: Progress): void {
    const progress = this.#progress;
    const { counts } = this.#system;
    if (!this.#watches.cutByMode || before.retries >= maxRetries) {
      this.#system.fail(
        'callbackThrew',
        `modes.onSwitch answered 'retry'; allowed: for switches within a step, ${maxRetries} times in succession,`,
      );
    }
    counts.accepted--;
    counts.rejected++;
    const held = before.heldStep === 0 ? progress.h : before.heldStep;
    Object.assign(progress.history, before.history);
    Object.assign(progress, { ...before, history: progress.history });
    progress.h = h / 10;
    progress.heldStep = held;
    progress.retries++;
  }

  #endRetries(): void {
    const progress = this.#progress;
    if (progress.retries === 0) return;
    progress.h = this.#stepSize.limited(Math.max(progress.h, progress.heldStep));
    progress.retries = 0;
    progress.heldStep = 0;
  }

  #context(theta: number): SwitchContext {
    const { t0, t1 } = this.#problem;
    const { ordinaryStep, retries } = this.#progress;
    const { rtol, atol } = this.#settings.tolerance;
    return { ordinaryStep, interval: Math.abs(t1 - t0), rtol, atol, theta, retries };
  }

  #restartAt(t: number): void {
    const progress = this.#progress;
    const { restarts, history } = progress;
    const { t0, t1 } = this.#problem;
    if (!this.#watches.cutByMode && this.#settings.fixedStep === undefined) {
      // Resets may accumulate: no step longer than the last one, so that none is passed over.
      if (!Number.isNaN(restarts.lastReset)) {
        progress.h = Math.min(progress.h, Math.abs(t - restarts.lastReset));
      }
      restarts.lastReset = t;
    }
    countRestart(restarts, t, Math.abs(t1 - t0), this.#system);
    history.previous = 0;
    history.beforePrevious = 0;
    if (t === t1) return;
    this.#stepper.begin(t, this.#position.y);
    this.#requireFiniteDerivative();
  }

  #stateWithin(t: number, out: Float64Array): Float64Array {
    const { start, step } = this.#segment;
    evaluate(this.#segment, (t - start) / step, out);
    this.#projectState(t, out, this.#mode as Mode);
    return out;
  }

  /** Puts a state back on the manifold of the options and on the surfaces of a mode. */
  #projectState(t: number, state: Float64Array, mode: Mode): void {
    if (this.#project) {
      try {
        this.#project(t, state);
      } catch (cause) {
        this.#system.threw('project', cause);
      }
      for (let i = 0; i < state.length; i++) {
        if (!Number.isFinite(state[i])) {
          const value = `component ${i} after project is ${state[i]}, not finite,`;
          this.#system.fail('nonFinite', value);
        }
      }
    }
    this.#watches.projectState(t, state, mode);
  }

  #requireFiniteDerivative(): void {
    const { derivative } = this.#stepper;
    for (let i = 0; i < derivative.length; i++) {
      if (!Number.isFinite(derivative[i])) {
        const value = `component ${i} of rhs is ${derivative[i]}, not finite,`;
        this.#system.fail('nonFinite', value);
      }
    }
  }
}
