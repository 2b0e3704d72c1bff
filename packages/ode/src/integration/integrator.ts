import { VectorBlock } from '@nonsmooth/core';
import { startingStep } from '../control/starting-step.js';
import type { Cut, EventOccurrence, ZeroEvents } from '../events/event.js';
import { numbersOf, restoreMemory, savedMemory } from '../memory.js';
import { requireStepper, type Stepper } from '../method.js';
import type { ModeChange, SwitchContext } from '../modes/modes.js';
import type { Settings } from '../options.js';
import { power } from '../power.js';
import type { InitialValueProblem, Statistics } from '../problem.js';
import { evaluate, timeWithin } from '../segment.js';
import { system, type Position, type System } from '../system.js';
import { spacing } from '../time.js';
import { requireCheckpoint, restoreProgress, type Checkpoint } from './checkpoint.js';
import type { Integration, Step, StreamOptions } from './integration.js';
import { DenseCheck } from './dense-check.js';
import { planFixedStep, planStep, type Trial } from './plan.js';
import { beginning, copyProgress, finished, type Progress } from './progress.js';
import { countRestart, failIfZeno, noteReset } from './restarts.js';
import { StepSize } from './step-size.js';
import { Stops } from './stops.js';
import type { Watches, Watching } from './watches.js';

/** How often in succession a change of mode may ask for a shorter step. */
const maxRetries = 8;

/** Makes what looks for events and changes of mode. */
export type Watch<Mode, Note> = (
  ...given: ConstructorParameters<typeof Watches<Mode, Note>>
) => Watching<Mode, Note>;

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
  readonly #watches: Watching<Mode, Note>;
  /** Whether there are events or modes, and whether states are projected. */
  readonly #watched: boolean;
  readonly #projects: boolean;
  readonly #dense: boolean;
  readonly #direction: 1 | -1;
  readonly #segment;
  /** The state at a cut, which may be forgotten again. */
  readonly #atCut: Float64Array;
  readonly #stateAt: Step['stateAt'];
  /** Whether the last rejected step had no result at all. */
  #resultless = false;
  /** The mode of the last step. */
  #mode: Mode | undefined;
  readonly #trial: Trial = {
    start: 0,
    end: 0,
    h: 0,
    short: false,
    onGrid: false,
    error: 0,
    accepted: false,
  };
  /** Times at which the right-hand side may jump, and times at which to save. */
  readonly #jumps: Stops;
  readonly #saves: Stops;
  /** Whether there are any of these. */
  readonly #hasStops: boolean;
  readonly #check: DenseCheck;
  /** Whether the interpolant of every step is to be as accurate as the steps. */
  readonly #accurate: boolean;

  constructor(
    problem: InitialValueProblem<Mode, Note>,
    settings: Settings,
    { dense, segments, saveAt, events, project }: StreamOptions,
    watch: Watch<Mode, Note>,
  ) {
    const { t0, t1 } = problem;
    const y = Float64Array.from(problem.y0);
    this.#problem = problem;
    this.#settings = settings;
    this.#project = project;
    this.#direction = t1 > t0 ? 1 : -1;
    this.#progress = beginning(t0);
    this.#position = {
      progress: this.#progress,
      y,
      mode: undefined as Mode,
      step: 0,
      window: { least: Math.min(t0, t1), most: Math.max(t0, t1) },
    };
    this.#system = system(problem, this.#position, settings);
    this.#stepper = settings.method.stepper(this.#system);
    requireStepper(this.#stepper);
    const { degree } = this.#stepper;
    this.#stepSize = new StepSize(settings, this.#progress, this.#stepper);
    this.#watches = watch(events, problem.modes, this.#position, this.#system, degree);
    this.#watched = events !== undefined || problem.modes !== undefined;
    this.#projects = project !== undefined || this.#watches.project;
    this.#accurate = dense === true || this.#watched;
    this.#dense = this.#accurate || segments === true || saveAt !== undefined;
    this.#jumps = new Stops(settings.tstops, this.#direction);
    this.#saves = new Stops(saveAt ?? [], this.#direction);
    this.#hasStops = !this.#jumps.isEmpty || !this.#saves.isEmpty;
    this.#check = new DenseCheck(this.#system);
    const n = y.length;
    const block = new VectorBlock((degree + 2) * n);
    this.#atCut = block.next(n);
    this.#stateAt = (t, out) => this.#stateWithin(t, out);
    this.#segment = {
      start: t0,
      end: t0,
      step: 0,
      degree: 0,
      coefficients: Array.from({ length: degree + 1 }, () => block.next(n)),
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
    const { fixedStep, firstStep } = this.#settings;
    const stepper = this.#stepper;
    this.#watches.begin(t0, y, this.#direction, this.#context(0));
    stepper.begin(t0, y);
    this.#requireFiniteDerivative();
    const interval = Math.abs(this.#jumps.after(t0, t1) - t0);
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
    // not so short that times could not tell
    const least = fixedStep ?? firstStep ?? 16 * spacing(t0);
    this.#progress.h = Math.min(Math.max(chosen, least), this.#longest(t0), interval);
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
    restoreMemory(this.#check.memory, from.dense, 'from.dense');
    this.#stepper.restored?.();
    this.#watches.restore(from.watches, this.#progress.t, y);
  }

  get proposedStep(): number {
    return this.#progress.h;
  }

  restart(t: number, y: Float64Array, firstStep: number): void {
    const progress = this.#progress;
    progress.t = t;
    progress.reason = '';
    progress.previousStep = 0;
    progress.rejectedBefore = false;
    progress.ordinaryStep = 0;
    progress.restful = 0;
    progress.h = Math.min(firstStep, this.#longest(t), Math.abs(this.#problem.t1 - t));
    this.#position.y.set(y);
    this.#endRetries();
    this.#beginAnew(t);
  }

  checkpoint(): Checkpoint {
    return {
      method: this.#settings.method.name,
      progress: structuredClone(this.#progress),
      y: Array.from(this.#position.y),
      statistics: { ...this.#system.counts },
      stepper: savedMemory(this.#stepper.memory),
      dense: savedMemory(this.#check.memory),
      watches: this.#watches.save(),
    };
  }

  next(): Step | undefined {
    const progress = this.#progress;
    const { steadyState } = this.#settings;
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
      if (!this.#accept(trial)) continue;
      const cut = this.#watched
        ? this.#watches.examine(this.#segment, this.#stepper.next)
        : undefined;
      if (!cut) this.#advance(trial);
      else if (!this.#cutAt(cut)) {
        this.#retry(trial, before!);
        continue;
      }
      if (progress.t === this.#problem.t1 && progress.reason === '') progress.reason = finished;
      if (steadyState !== undefined && progress.reason === '' && this.#isAtRest(steadyState)) {
        progress.reason = 'steady state';
      }
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

  /** Tries a step of the size proposed, or what remains up to the next time at which one must end. */
  #attempt(): Trial {
    const progress = this.#progress;
    const position = this.#position;
    const trial = this.#trial;
    const { maxSteps, fixedStep } = this.#settings;
    const { counts } = this.#system;
    if (counts.accepted + counts.rejected >= maxSteps) {
      this.#system.fail('maxSteps', `${maxSteps} steps were not enough`);
    }
    const { t } = progress;
    const target = this.#hasStops ? this.#target(t) : this.#problem.t1;
    if (fixedStep !== undefined) {
      planFixedStep(trial, progress, target, fixedStep, this.#direction);
    } else {
      const { maxStep } = this.#settings;
      trial.h = Math.min(progress.h, typeof maxStep === 'number' ? maxStep : this.#longest(t));
      planStep(trial, progress, target, this.#direction);
    }
    if (!(trial.h > 0)) this.#failOfStepSize();
    progress.history.stepRatio = progress.previousStep > 0 ? trial.h / progress.previousStep : 1;
    position.step = this.#direction * trial.h;
    if (this.#hasStops) this.#openWindow(t, trial.end);
    else {
      position.window.least = this.#direction > 0 ? t : trial.end;
      position.window.most = this.#direction > 0 ? trial.end : t;
    }
    trial.error = this.#stepper.attempt(position.step);
    trial.accepted = fixedStep === undefined ? trial.error < 1 : !Number.isNaN(trial.error);
    return trial;
  }

  /** The next time at which a step has to end. */
  #target(t: number): number {
    const jump = this.#jumps.after(t, this.#problem.t1);
    return this.#isCoarse ? this.#saves.after(t, jump) : jump;
  }

  /** The longest step from t that the options allow. */
  #longest(t: number): number {
    const { maxStep } = this.#settings;
    if (typeof maxStep === 'number') return maxStep;
    let longest = Number.NaN;
    try {
      longest = maxStep(t);
    } catch (cause) {
      this.#system.threw('maxStep', cause);
    }
    if (!(longest > 0)) {
      this.#system.fail('callbackThrew', `maxStep(${t}) = ${longest}; allowed: numbers > 0,`);
    }
    return longest;
  }

  /** Evaluations stay between these times; behind and before a jump that is at one of them. */
  #openWindow(start: number, end: number): void {
    const { window } = this.#position;
    const direction = this.#direction;
    const isLong = Math.abs(end - start) > 8 * spacing(Math.max(Math.abs(start), Math.abs(end)));
    const from = isLong && this.#jumps.has(start) ? start + direction * spacing(start) : start;
    const to = isLong && this.#jumps.has(end) ? end - direction * spacing(end) : end;
    window.least = Math.min(from, to);
    window.most = Math.max(from, to);
  }

  get #isCoarse(): boolean {
    return this.#stepper.coarseInterpolant ?? this.#settings.method.coarseInterpolant ?? false;
  }

  #failOfStepSize(): never {
    failIfZeno(this.#progress.restarts, this.#system);
    const why = !this.#resultless
      ? ''
      : ': the last step tried had no result, or none that is finite,';
    return this.#system.fail('stepUnderflow', `the step size underflowed${why}`);
  }

  #reject(trial: Trial): void {
    const { h, error } = trial;
    if (this.#settings.fixedStep !== undefined) {
      const why =
        h > (this.#stepper.longestStep ?? Infinity) ? ': it is too long for the method' : '';
      this.#system.fail('nonFinite', `a step of the fixed size has no result${why}`);
    }
    this.#system.counts.rejected++;
    this.#resultless = !Number.isFinite(error);
    this.#stepSize.shorten(trial);
  }

  /** Its interpolant, the size of the next step, and its end back on the manifold; false if it is too long after all. */
  #accept(trial: Trial): boolean {
    const { start, end, h } = trial;
    const segment = this.#segment;
    let most = Infinity;
    if (this.#dense) {
      segment.degree = this.#stepper.interpolant(segment.coefficients);
      segment.start = start;
      segment.end = end;
      segment.step = this.#direction * h;
      if (this.#accurate && this.#isCoarse && this.#settings.fixedStep === undefined) {
        most = this.#longestForInterpolant(h);
        if (most < h) return false;
      }
    }
    this.#system.counts.accepted++;
    this.#stepSize.propose(trial);
    this.#progress.h = Math.min(this.#progress.h, most);
    this.#mode = this.#position.mode;
    if (this.#projects) this.#projectState(end, this.#stepper.next, this.#position.mode);
    return true;
  }

  /** How long the step may be for the interpolant to be within the tolerance; rejects it if it is longer. */
  #longestForInterpolant(h: number): number {
    const { method } = this.#settings;
    const size = this.#check.size(this.#segment, this.#stepper);
    const factor = 0.9 * power(Math.max(size, 1e-10), -1 / (method.interpolantOrder + 1));
    if (size < 1) return h * Math.max(1, factor);
    this.#system.counts.rejected++;
    this.#progress.h = h * Math.min(0.9, Math.max(0.1, factor));
    this.#progress.rejectedBefore = true;
    return 0;
  }

  /** Moves to the end of the whole step. */
  #advance({ start, end, h, short, onGrid }: Trial): void {
    const progress = this.#progress;
    const stepper = this.#stepper;
    const { y } = this.#position;
    progress.t = end;
    if (this.#accurate && this.#isCoarse) this.#check.remember(start, y);
    y.set(stepper.next);
    stepper.accept(end, this.#projects);
    if (this.#watched) this.#watches.advance(end, y);
    if (onGrid) progress.grid.steps++;
    if (!short && progress.heldStep === 0) progress.ordinaryStep = h;
    this.#endRetries();
    if (this.#hasStops && this.#jumps.has(end) && end !== this.#problem.t1) this.#beginAnew(end);
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
    this.#requireFinite('y after an event', y);
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
    copyProgress(progress, before);
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
    const { restarts } = progress;
    const { t0, t1 } = this.#problem;
    if (!this.#watches.cutByMode && this.#settings.fixedStep === undefined) {
      noteReset(restarts, t, this.#system);
      // Resets may accumulate: no step longer than the last interval, so that none is passed over.
      if (restarts.lastInterval > 0) progress.h = Math.min(progress.h, restarts.lastInterval);
    }
    countRestart(restarts, t, Math.abs(t1 - t0), this.#system);
    if (t === t1) return;
    this.#beginAnew(t);
  }

  /** Begins again at a point before which nothing says how it goes on. */
  #beginAnew(t: number): void {
    const { history, grid } = this.#progress;
    history.previous = 0;
    history.beforePrevious = 0;
    grid.start = t;
    grid.steps = 0;
    this.#check.forget();
    this.#openWindow(t, this.#problem.t1);
    this.#stepper.begin(t, this.#position.y);
    this.#requireFiniteDerivative();
  }

  #isAtRest(steadyState: number): boolean {
    const progress = this.#progress;
    const { y } = this.#position;
    const change = this.#atCut;
    const { derivative } = this.#stepper;
    for (let i = 0; i < y.length; i++) change[i] = steadyState * derivative[i]!;
    const rests = this.#system.tolerance.size(change, y, y) <= 1;
    progress.restful = rests ? progress.restful + 1 : 0;
    return progress.restful >= 2;
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
      this.#requireFinite('y after project', state);
    }
    this.#watches.projectState(t, state, mode);
  }

  #requireFiniteDerivative(): void {
    this.#requireFinite('rhs', this.#stepper.derivative);
  }

  #requireFinite(what: string, vector: Float64Array): void {
    for (let i = 0; i < vector.length; i++) {
      if (!Number.isFinite(vector[i])) {
        const value = `component ${i} of ${what} is ${vector[i]}, not finite,`;
        this.#system.fail('nonFinite', value);
      }
    }
  }
}
