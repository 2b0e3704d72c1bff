import type { ActiveKink } from './active-kink.js';
import { norm2 } from '@nonsmooth/core';
import {
  evaluateSegment,
  integrate,
  IntegrationError,
  type Checkpoint,
  type Integration,
  type IntegrationOptions,
  type Method,
  type Segment,
  type Statistics,
  type Step,
} from '@nonsmooth/ode';
import { Decider } from './decider.js';
import { crossed } from './crossing.js';
import type { Choice, Decision, FreshEntry } from './decision.js';
import { activeKinks } from './active-kinks.js';
import { ExitWatch } from './exits.js';
import { CornerFunction } from './corner-function.js';
import type { KinkedFunction } from './kinked-function.js';
import { leaveZeros, snapped, turnNorms } from './norms.js';
import { baseOf, type HeldRow, type Pattern } from './pattern.js';
import { RestRule } from './rest.js';
import { StateNoise } from './state-noise.js';
import { SlidingField } from './sliding-field.js';
import { SlidingJacobian } from './sliding-jacobian.js';
import { takeSides } from './starting-sides.js';
import type { InclusionCheckpoint, SavedItinerary } from './inclusion-checkpoint.js';
import { KinkWatch, type Crossing } from './watch.js';

/** How the time s of the integrator runs: dt/ds at s. */
export type Rate = (s: number) => number;

/** Options of the flow at kinks; the others are those of the integration. */
export interface InclusionOptions extends Omit<IntegrationOptions, 'method' | 'events'> {
  readonly choice: Choice;
}

/** Told of everything that happens at kinks, with the time s of the integrator. */
export interface KinkListener {
  /** A kink that nothing moved has begun to bend down: the flow could leave it to its other side from here on. */
  couldLeave(s: number, index: number): void;
  /** A kink has been crossed to this side. */
  crossed(s: number, index: number, side: number): void;
  /** All is told in the numbers of the corner. */
  decided(
    s: number,
    corner: CornerFunction,
    before: Pattern,
    decision: Decision,
    active: readonly ActiveKink[],
  ): void;
}

/** A change of the pattern that can be taken back. */
interface PatternChange {
  undo(): void;
  redo(): void;
}

/** Events that follow each other so closely, in steps, are taken for chattering if there are too many. */
const closest = 1e-4;
const mostClose = 200;

/**
 * An integration of Θ' ∈ −∂f(Θ) under way, step by step: between kinks of the frozen function of a pattern by any method,
 * each step cut at the first kink on it, where the next pattern is decided.
 */
export class InclusionRun implements Iterable<Step> {
  t: number;
  readonly y: Float64Array;
  /** Why it has ended; empty while it goes on. */
  reason = '';
  /** Why it could not begin. */
  readonly broken: string | undefined;
  /** Whether it ended because the flow has come to rest, at this time. */
  restingSince: number | undefined;
  private readonly end: number;
  private readonly field: SlidingField;
  private readonly jacobian: SlidingJacobian;
  /** The last change of the pattern, if it ended the last step: the pattern was another one during the step. */
  private last: PatternChange | undefined;
  private readonly watch: KinkWatch;
  private readonly exits: ExitWatch;
  private readonly noise: StateNoise;
  private readonly rest: RestRule;
  private readonly method: Method;
  private readonly options: InclusionOptions;
  private readonly rate: Rate;
  private readonly listener: KinkListener;
  private readonly counts = {
    jacobians: 0,
    jacobianVectors: 0,
    factorizations: 0,
    spectralRadii: 0,
    accepted: 0,
    rejected: 0,
    restarts: 0,
  };
  private piece: Integration | undefined;
  private isLeft = false;
  /** Whether the integration projects states. */
  private projects = false;
  private readonly velocity: Float64Array;
  private readonly stepStart: Float64Array;
  /** The kinks of which it is known that the flow could leave them. */
  private readonly leaving = new Set<number>();
  /** A step that would change the start by a tenth. */
  private expected = 0;
  /** How often steps were shortened since the last ordinary one. */
  private shortened = 0;
  /** The last whole step, before any that was cut or retried. */
  private ordinary = 0;
  private nextStep: number | undefined;
  private retries = 0;
  private close = 0;
  private speedAtEnd = { speed: 0, forces: 0 };

  constructor(
    kinked: KinkedFunction,
    x0: Float64Array,
    interval: readonly [number, number],
    method: Method,
    options: InclusionOptions,
    rate: Rate,
    listener: KinkListener,
    from?: InclusionCheckpoint,
  ) {
    this.field = new SlidingField(kinked);
    this.jacobian = new SlidingJacobian(this.field, x0.length);
    this.watch = new KinkWatch(kinked);
    this.exits = new ExitWatch(this.field);
    this.noise = new StateNoise(this.field);
    [this.t, this.end] = interval;
    this.y = x0.slice();
    this.method = method;
    this.options = options;
    this.rate = rate;
    this.listener = listener;
    this.rest = new RestRule(options, this.end);
    this.velocity = new Float64Array(kinked.dimension);
    this.stepStart = x0.slice();
    if (from) {
      this.restore(from);
      return;
    }
    takeSides(kinked, this.field.pattern, x0);
    this.field.velocity(x0, this.velocity);
    const wrong = this.velocity.findIndex((rate) => !Number.isFinite(rate));
    if (wrong >= 0) {
      this.broken = `component ${wrong} of rhs is ${this.velocity[wrong]}, not finite, at t = ${this.t}`;
      return;
    }
    this.measure();
    const speed = norm2(this.velocity);
    // as if a step changed the state by a tenth
    const step =
      speed > 0 ? Math.min(this.end - this.t, (0.1 * norm2(x0)) / speed) : this.end - this.t;
    this.expected = step;
    const active = activeKinks(this.field, this.watch, x0, undefined).map((one) => ({
      ...one,
      from: 'start' as const,
    }));
    this.decideAt(active, 1e-3 * step * this.rate(this.t));
  }

  get statistics(): Statistics {
    const { piece, counts } = this;
    const now = piece?.statistics;
    const sum = { rhs: this.field.sweeps, ...counts };
    if (now) {
      for (const name of Object.keys(counts) as (keyof typeof counts)[]) {
        sum[name] = counts[name] + now[name];
      }
    }
    return sum;
  }

  /** What the integration needs to go on from here, bit for bit; `itinerary` is what the listener knows. */
  checkpoint(itinerary: SavedItinerary): InclusionCheckpoint {
    const { pattern, rest, noise, field } = this;
    return {
      statistics: this.statistics,
      t: this.t,
      y: Array.from(this.y),
      sides: Array.from(pattern.sides),
      tied: Array.from(pattern.tied),
      held: Array.from(pattern.held),
      known: field.known ? Array.from(field.known) : null,
      fresh: this.watch.saved(),
      leaving: [...this.leaving],
      judged: {
        expected: this.expected,
        shortened: this.shortened,
        ordinary: this.ordinary,
        nextStep: this.nextStep ?? -1,
        retries: this.retries,
        close: this.close,
        ...this.speedAtEnd,
        noise: noise.size,
        measured: noise.measured,
        ...rest.state,
        restingSince: this.restingSince ?? -1,
      },
      reason: this.reason,
      piece: this.piece?.checkpoint() ?? null,
      isLeft: this.isLeft,
      projects: this.projects,
      counted: { rhs: this.field.sweeps, ...this.counts },
      ...itinerary,
    };
  }

  private restore(from: InclusionCheckpoint): void {
    const { field, pattern, rest, noise, counts } = this;
    const { judged } = from;
    this.t = from.t;
    this.y.set(from.y);
    pattern.sides.set(from.sides);
    pattern.tied.set(from.tied);
    pattern.held.set(from.held);
    field.kinked.changed(pattern.sides, -1);
    field.enter();
    this.watch.restore(from.fresh);
    for (const kink of from.leaving) this.leaving.add(kink);
    this.expected = judged.expected;
    this.shortened = judged.shortened;
    this.ordinary = judged.ordinary;
    this.nextStep = judged.nextStep < 0 ? undefined : judged.nextStep;
    this.retries = judged.retries;
    this.close = judged.close;
    this.speedAtEnd = { speed: judged.speed, forces: judged.forces };
    noise.size = judged.noise;
    noise.measured = judged.measured;
    // JSON has null for what is not finite
    rest.state = { ...judged, changedAt: judged.changedAt ?? -Infinity };
    this.restingSince = judged.restingSince < 0 ? undefined : judged.restingSince;
    // the horizon may be a later one
    const isOver = from.reason !== 'at rest' && from.reason !== 'reached t1';
    this.reason = this.t < this.end && !isOver ? '' : from.reason;
    this.isLeft = from.isLeft;
    this.projects = from.projects;
    const goesOn = from.piece !== null && this.t < this.end;
    const counted = goesOn ? from.counted : from.statistics;
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) {
      counts[name] = counted[name];
    }
    if (goesOn) this.piece = this.begin(from.piece);
    if (from.known) field.velocity(Float64Array.from(from.known), this.velocity);
    field.sweeps = from.counted.rhs;
  }

  /** What every kink does, from the last decision on. */
  get pattern(): Pattern {
    return this.field.pattern;
  }

  /** Writes Θ' at a state of the last step and returns f: before the decision at its end, or after it. */
  velocityAt(x: Float64Array, isEnd: boolean, out: Float64Array): number {
    const { field, last } = this;
    if (isEnd || !last) return field.velocity(x, out);
    last.undo();
    const value = field.velocity(x, out);
    last.redo();
    return value;
  }

  *[Symbol.iterator](): Iterator<Step> {
    for (let step = this.next(); step; step = this.next()) yield step;
  }

  /** Takes one step; undefined at the end. @throws IntegrationError */
  next(): Step | undefined {
    for (;;) {
      if (this.reason !== '') return undefined;
      if (this.restingSince !== undefined) return this.stay();
      if (this.field.kinked.hasNorms) {
        turnNorms(this.field, this.y);
        this.watch.advance(this.y, this.pattern);
      }
      const piece = this.resume();
      this.last = undefined;
      const start = this.t;
      this.stepStart.set(this.y);
      let taken: Step | undefined;
      try {
        taken = piece.next();
      } catch (error) {
        if (!(error instanceof IntegrationError && this.shortened > 0)) throw error;
        this.reason = `undecided: ${error.message}, at kinks that do not do what their forces say`;
        return undefined;
      }
      if (!taken) {
        this.reason = piece.reason;
        return undefined;
      }
      const segment = taken.segment!;
      const crossing = this.firstEvent(segment, taken.y);
      if (!crossing) {
        this.accept(taken);
        return { ...taken, start, end: this.t, y: this.y, mode: undefined };
      }
      if (crossing.theta < 1e-6 && this.retries < 8) {
        // nothing has happened yet: what was decided shows on a shorter step, or the kink is really there
        this.retries++;
        if (++this.shortened > mostClose) {
          const { name } = this.field.kinked.kink(crossing.kink);
          this.reason = `undecided: the kink ${name} does not do what its forces say`;
          return undefined;
        }
        this.leave();
        this.nextStep = segment.step / 10;
        continue;
      }
      this.cut(segment, crossing);
      return {
        start,
        end: this.t,
        y: this.y,
        segment: { ...segment, end: this.t },
        mode: undefined,
        stateAt: taken.stateAt,
      };
    }
  }

  /** Ends the current piece: the integration goes on from another state, or with another step. */
  private leave(): void {
    this.isLeft = true;
  }

  /** Begins a piece if the last one has ended; only what is to be projected asks for another integration. */
  private resume(): Integration {
    const { piece, counts, field, nextStep } = this;
    if (piece && !this.isLeft) return piece;
    this.isLeft = false;
    const projects = this.options.project !== undefined || !field.isFlat;
    if (piece && projects === this.projects && nextStep !== undefined) {
      piece.restart(this.t, this.y, nextStep);
      return piece;
    }
    this.projects = projects;
    if (piece) {
      const { statistics } = piece;
      for (const name of Object.keys(counts) as (keyof typeof counts)[]) {
        counts[name] += statistics[name];
      }
    }
    this.piece = this.begin();
    return this.piece;
  }

  private begin(from?: Checkpoint): Integration {
    const { field, jacobian, rate, options, method, t, end, y } = this;
    const { choice: _choice, project, ...rest } = options;
    const { maxSteps = 1_000_000, firstStep } = options;
    const done = this.counts.accepted + this.counts.rejected;
    const step = this.nextStep ?? firstStep;
    const remaining = end - t;
    const scale = (s: number, out: Float64Array): void => {
      const factor = rate(s);
      if (factor !== 1) for (let i = 0; i < out.length; i++) out[i] = factor * out[i]!;
    };
    return integrate(
      {
        rhs: (s, x, out) => {
          field.velocity(x, out);
          scale(s, out);
        },
        jacobian: (s, x, out) => {
          jacobian.matrix(x, out);
          scale(s, out);
        },
        y0: y,
        t0: t,
        t1: end,
        autonomous: rate(t) === 1 && rate(end) === 1,
        symmetric: true,
      },
      {
        ...rest,
        ...(from && { from }),
        method,
        dense: true,
        maxSteps: Math.max(1, maxSteps - done),
        ...(step !== undefined && { firstStep: Math.min(step, remaining) }),
        ...(this.projects && {
          project(s: number, x: Float64Array) {
            project?.(s, x);
            if (!field.isFlat) field.project(x);
          },
        }),
      },
    );
  }

  /** The state stays what it is to the end. */
  private stay(): Step {
    const start = this.t;
    this.t = this.end;
    this.reason = 'at rest';
    const n = this.y.length;
    const segment = {
      start,
      end: this.end,
      step: this.end - start,
      degree: 1,
      coefficients: [this.y.slice(), new Float64Array(n)],
    };
    return {
      start,
      end: this.end,
      y: this.y,
      segment,
      mode: undefined,
      stateAt: (_t, out) => {
        out.set(this.y);
        return out;
      },
    };
  }

  private firstEvent(segment: Segment, end: Float64Array): Crossing | undefined {
    const crossing = this.watch.first(segment, this.pattern);
    if (!this.field.isSliding) return crossing;
    const exit = this.exits.first(segment, end, crossing?.theta, this.noise.size);
    this.speedAtEnd = this.exits.speedAtEnd;
    return exit ?? crossing;
  }

  private accept(taken: Step): void {
    this.t = taken.end;
    this.y.set(taken.y);
    this.retries = 0;
    this.close = 0;
    const { step } = taken.segment!;
    if (step > closest * (this.ordinary || this.expected)) {
      this.shortened = 0;
      this.ordinary = step;
    }
    this.watch.advance(this.y, this.pattern);
    this.watchResting(taken.segment!);
    if (this.t === this.end) {
      this.reason = this.piece!.reason;
      return;
    }
    if (!this.field.isSliding) {
      this.field.velocity(this.y, this.velocity);
      this.speedAtEnd = { speed: norm2(this.velocity), forces: norm2(this.field.gradient) };
    }
    if (this.rest.isOver(this.t, this.y, this.speedAtEnd, this.rate(this.t), this.ordinary)) {
      this.stop();
      return;
    }
    if (this.field.kinked.hasNorms) this.snapNorms();
  }

  /** Kinks that nothing moves: one that begins to bend down could be left. */
  private watchResting(segment: Segment): void {
    const { field, watch, leaving } = this;
    if (watch.freshEntries.size === 0) return;
    for (const [entry, order] of watch.freshOrders()) {
      const index = field.kinked.kinkAt(entry);
      if (order !== 0 || field.kinked.kink(index).kind !== 'abs' || leaving.has(index)) continue;
      const since = this.exits.bendsDown(segment, index, this.noise.size);
      if (since === undefined) continue;
      leaving.add(index);
      this.listener.couldLeave(since, index);
    }
  }

  private stop(): void {
    this.leave();
    this.restingSince = this.t;
  }

  /** Ends the step at a kink, and decides. */
  private cut(segment: Segment, { theta, kink, entry }: Crossing): void {
    const { field, watch, counts } = this;
    const { y } = this;
    const proposed = this.piece!.proposedStep;
    evaluateSegment(segment, theta, y);
    this.t = segment.start + theta * segment.step;
    if (this.t >= this.end) this.t = this.end;
    this.options.project?.(this.t, y);
    const whole = this.retries > 0 && this.ordinary > 0 ? this.ordinary : segment.step;
    this.nextStep = this.retries > 0 ? whole : Math.max(proposed, segment.step);
    this.leave();
    counts.restarts++;
    this.retries = 0;
    this.close = theta * segment.step < closest * Math.max(this.ordinary, 0) ? this.close + 1 : 0;
    if (!field.isFlat) field.project(y, this.metRow(kink, entry));
    watch.advance(y, this.pattern);
    if (this.ordinary === 0) this.ordinary = segment.step;
    this.measure();
    // before the kinks of its own entries alternate on the way there
    const isSnapped = field.kinked.hasNorms && this.snapNorms();
    const active = isSnapped ? [] : activeKinks(field, watch, y, { kink, entry });
    if (this.close > mostClose) {
      const names = [...new Set(active.map(({ index }) => field.kinked.kink(index).name))];
      this.reason = `undecided: more than ${mostClose} events in a row at the kinks ${names.slice(0, 6).join(', ')}`;
      return;
    }
    if (!isSnapped && !this.crosses(kink, active)) {
      this.decideAt(active, 1e-3 * this.ordinary * this.rate(this.t));
    }
    if (this.t === this.end && this.reason === '') this.reason = 'reached t1';
  }

  /** The function that is 0 where a kink was met. */
  private metRow(index: number, entry: number): HeldRow[] {
    const kink = this.field.kinked.kink(index);
    if (entry < 0 || kink.kind === 'norm') return [];
    return [{ kink: index, entry, base: kink.kind === 'max' ? baseOf(kink, this.pattern) : -1 }];
  }

  private measure(): void {
    const { field, noise, y } = this;
    field.kinked.measure(y, this.stepStart, field.pattern.sides);
    noise.measure(y);
  }

  private decideAt(active: readonly ActiveKink[], ahead: number): void {
    const { field, y, rest } = this;
    const corner = new CornerFunction(
      field,
      active.map(({ index }) => index),
    );
    const local = corner.local(active);
    const before = corner.pattern();
    const decider = new Decider(corner, this.options.choice);
    const decision = decider.decide(y, before, local, ahead, this.noise.size);
    this.listener.decided(this.t, corner, before, decision, local);
    const isDecided = decision.undecided === undefined;
    const after = isDecided ? decision.pattern : before;
    corner.put(after);
    this.last = { undo: () => corner.put(before), redo: () => corner.put(after) };
    if (!isDecided) {
      this.reason = `undecided: ${decision.undecided}`;
      return;
    }
    field.project(y);
    const fresh = decision.fresh.map(({ entry, order }) => ({
      entry: corner.entryOf(entry),
      order,
    }));
    if (field.kinked.hasNorms) leaveZeros(field, y, fresh, 1e-3 * rest.tolerance(y));
    this.goOn(active, fresh, decision.velocity, decision.atRest);
  }

  /** Crosses the one kink that is met, if there is nothing to decide. */
  private crosses(kink: number, active: readonly ActiveKink[]): boolean {
    const { field, y } = this;
    const velocity = crossed(field, y, active, kink, this.noise.size);
    if (!velocity) return false;
    const { kinked, pattern } = field;
    this.listener.crossed(this.t, kink, pattern.sides[kink]!);
    const turn = (): void => {
      pattern.sides[kink] = -pattern.sides[kink]!;
      kinked.changed(pattern.sides, kink);
      field.enter();
    };
    this.last = { undo: turn, redo: turn };
    this.goOn(active, [{ entry: kink, order: 1 }], velocity, false);
    return true;
  }

  /** From here on the pattern of the field holds. */
  private goOn(
    active: readonly ActiveKink[],
    fresh: FreshEntry[],
    velocity: Float64Array,
    atRest: boolean,
  ): void {
    const { y, watch, rest, field } = this;
    for (const [entry, order] of watch.freshOrders()) {
      const kink = field.kinked.kinkAt(entry);
      if (order === 0 && !active.some(({ index }) => index === kink)) fresh.push({ entry, order });
    }
    watch.begin(y, this.pattern, velocity, fresh);
    const now = { speed: norm2(velocity), forces: 0 };
    const isOver = rest.isOver(this.t, y, now, this.rate(this.t), this.ordinary);
    rest.changed(this.t);
    if (atRest || (isOver && this.ordinary > 0)) this.stop();
  }

  /** Norms within the tolerance of 0 are put there if the flow then holds them; returns whether one was. */
  private snapNorms(): boolean {
    const { field, y, watch } = this;
    const { kinked, pattern } = field;
    const tolerance = this.rest.tolerance(y);
    let isSnapped = false;
    const u = new Float64Array(kinked.size);
    for (let index = 0; index < kinked.count; index++) {
      const { kind, offset, size } = kinked.kink(index);
      if (kind !== 'norm' || pattern.held[index] || watch.freshEntries.has(offset)) continue;
      kinked.values(y, pattern.sides, u);
      if (norm2(u.subarray(offset, offset + size)) > tolerance) continue;
      const ahead = 1e-3 * this.ordinary;
      const there = snapped(field, index, y, this.options.choice, ahead, this.noise.size);
      if (!there) continue;
      y.set(there);
      this.leave();
      this.nextStep = this.ordinary;
      this.measure();
      const active = activeKinks(field, watch, y, { kink: index, entry: -1 });
      this.decideAt(active, ahead * this.rate(this.t));
      isSnapped = true;
    }
    return isSnapped;
  }
}
