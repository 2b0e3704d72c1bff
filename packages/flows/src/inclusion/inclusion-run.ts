import type { ActiveKink } from './active-kink.js';
import { dot, norm2 } from '@nonsmooth/core';
import type { FrozenFunction } from '@nonsmooth/autodiff';
import {
  evaluateSegment,
  integrate,
  IntegrationError,
  type Integration,
  type IntegrationOptions,
  type Method,
  type Segment,
  type Statistics,
  type Step,
} from '@nonsmooth/ode';
import { Decider, type Choice, type Decision, type FreshEntry } from './decision.js';
import { baseOf, copyPattern, heldKinks, setHeld, type HeldRow, type Pattern } from './pattern.js';
import { RestRule } from './rest.js';
import { SlidingField } from './sliding-field.js';
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
  decided(s: number, before: Pattern, decision: Decision, active: readonly ActiveKink[]): void;
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
  /** Velocities of steps under way are those of this pattern; `pattern` holds from the end of the last step on. */
  stepPattern: Pattern;
  private readonly end: number;
  private readonly field: SlidingField;
  private readonly decider: Decider;
  private readonly watch: KinkWatch;
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
  /** The pattern, from the last decision on. */
  pattern: Pattern;
  private readonly velocity: Float64Array;
  private readonly scratch: Float64Array;
  private readonly scales: Float64Array;
  private readonly signs: Float64Array;
  private readonly stepStart: Float64Array;
  /** The kinks of which it is known that the flow could leave them. */
  private readonly leaving = new Set<number>();
  private stateNoise = 0;
  private measured = 0;
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
    frozen: FrozenFunction,
    x0: Float64Array,
    interval: readonly [number, number],
    method: Method,
    options: InclusionOptions,
    rate: Rate,
    listener: KinkListener,
  ) {
    this.field = new SlidingField(frozen);
    this.decider = new Decider(this.field, options.choice);
    this.watch = new KinkWatch(frozen);
    [this.t, this.end] = interval;
    this.y = x0.slice();
    this.method = method;
    this.options = options;
    this.rate = rate;
    this.listener = listener;
    this.rest = new RestRule(options, this.end);
    const { dimension, size } = frozen;
    this.velocity = new Float64Array(dimension);
    this.scratch = new Float64Array(dimension);
    this.scales = new Float64Array(size);
    this.stepStart = x0.slice();
    // fixed, of no pattern
    this.signs = Float64Array.from({ length: dimension }, (_, i) => Math.cos(1 + i * i));
    this.pattern = this.sidesAt(x0);
    this.stepPattern = this.pattern;
    this.field.enter(this.pattern);
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
    this.decideAt(this.startingKinks(), 1e-3 * step * this.rate(this.t));
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

  /** Writes Θ' under a pattern and returns f. */
  velocityUnder(pattern: Pattern, x: Float64Array, out: Float64Array): number {
    const { field } = this;
    if (field.pattern !== pattern) field.enter(pattern);
    return field.velocity(x, out);
  }

  *[Symbol.iterator](): Iterator<Step> {
    for (let step = this.next(); step; step = this.next()) yield step;
  }

  /** Takes one step; undefined at the end. @throws IntegrationError */
  next(): Step | undefined {
    for (;;) {
      if (this.reason !== '') return undefined;
      if (this.restingSince !== undefined) return this.stay();
      if (this.field.pattern !== this.pattern) this.field.enter(this.pattern);
      this.turnNorms();
      this.piece ??= this.begin();
      const start = this.t;
      this.stepStart.set(this.y);
      let taken: Step | undefined;
      try {
        taken = this.piece.next();
      } catch (error) {
        if (!(error instanceof IntegrationError && this.shortened > 0)) throw error;
        this.reason = `undecided: ${error.message}, at kinks that do not do what their forces say`;
        return undefined;
      }
      if (!taken) {
        this.reason = this.piece.reason;
        return undefined;
      }
      const segment = taken.segment!;
      this.stepPattern = this.pattern;
      const crossing = this.firstEvent(segment, taken.y);
      if (!crossing) {
        this.accept(taken);
        return { ...taken, start, end: this.t, y: this.y, mode: this.stepPattern };
      }
      if (crossing.theta < 1e-6 && this.retries < 8) {
        // nothing has happened yet: what was decided shows on a shorter step, or the kink is really there
        this.retries++;
        if (++this.shortened > mostClose) {
          const { name } = this.field.frozen.kinks[crossing.kink]!;
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
        mode: this.stepPattern,
        stateAt: taken.stateAt,
      };
    }
  }

  /** Ends the integration of the current piece. */
  private leave(): void {
    const { piece, counts } = this;
    if (!piece) return;
    const { statistics } = piece;
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) {
      counts[name] += statistics[name];
    }
    this.piece = undefined;
  }

  private begin(): Integration {
    const { field, rate, options, method, t, end, y } = this;
    const { choice: _choice, project, ...rest } = options;
    const { maxSteps = 1_000_000, firstStep } = options;
    const done = this.counts.accepted + this.counts.rejected;
    const step = this.nextStep ?? firstStep;
    const remaining = end - t;
    return integrate(
      {
        rhs: (s, x, out) => {
          field.velocity(x, out);
          const factor = rate(s);
          if (factor !== 1) for (let i = 0; i < out.length; i++) out[i] = factor * out[i]!;
        },
        y0: y,
        t0: t,
        t1: end,
        autonomous: rate(t) === 1 && rate(end) === 1,
        symmetric: true,
      },
      {
        ...rest,
        method,
        dense: true,
        maxSteps: Math.max(1, maxSteps - done),
        ...(step !== undefined && { firstStep: Math.min(step, remaining) }),
        ...((project ?? !field.isFlat) && {
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
      mode: this.pattern,
      stateAt: (_t, out) => {
        out.set(this.y);
        return out;
      },
    };
  }

  private firstEvent(segment: Segment, end: Float64Array): Crossing | undefined {
    const crossing = this.watch.first(segment, this.pattern);
    const exit = this.field.isSliding ? this.firstExit(segment, end, crossing?.theta) : undefined;
    return exit ?? crossing;
  }

  /** Where on the step, before `limit`, a multiplier of what is held comes to its end. */
  private firstExit(
    segment: Segment,
    end: Float64Array,
    limit: number | undefined,
  ): Crossing | undefined {
    const whole = (segment.end - segment.start) / segment.step;
    const last = limit ?? whole;
    const marginAt = (theta: number) => {
      if (theta === whole) this.scratch.set(end);
      else evaluateSegment(segment, theta, this.scratch);
      this.field.velocity(this.scratch, this.velocity);
      const found = this.field.margin(this.scratch, this.velocity);
      return { ...found, noise: this.field.noise() + this.stateNoise };
    };
    // the end first: its evaluation is already known
    const high = marginAt(last);
    this.speedAtEnd = { speed: norm2(this.velocity), forces: norm2(this.field.gradient) };
    const middle = marginAt(last / 2);
    if (middle.margin < -middle.noise) {
      return this.exitBetween(marginAt, 0, NaN, last / 2, middle);
    }
    if (high.margin >= -high.noise) return undefined;
    return this.exitBetween(marginAt, last / 2, middle.margin, last, high);
  }

  private exitBetween(
    marginAt: (theta: number) => { margin: number; kink: number; noise: number },
    from: number,
    fromMargin: number,
    to: number,
    at: { margin: number; kink: number; noise: number },
  ): Crossing {
    let [low, lowMargin, high, found] = [from, fromMargin, to, at];
    let highMargin = at.margin;
    for (let round = 0; round < 40; round++) {
      if (high - low <= 1e-13 * to) break;
      const isKnown = lowMargin > 0;
      let middle = isKnown
        ? low + ((high - low) * lowMargin) / (lowMargin - highMargin)
        : (low + high) / 2;
      if (!(middle > low && middle < high)) middle = (low + high) / 2;
      const next = marginAt(middle);
      if (Math.abs(next.margin) <= next.noise)
        return { theta: middle, kink: found.kink, entry: -1 };
      if (next.margin > 0) {
        [low, lowMargin] = [middle, next.margin];
        highMargin /= 2;
      } else {
        [high, highMargin, found] = [middle, next.margin, next];
        lowMargin /= 2;
      }
    }
    return { theta: high, kink: found.kink, entry: -1 };
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
    this.snapNorms();
  }

  /** Kinks that nothing moves: one that begins to bend down could be left. */
  private watchResting(segment: Segment): void {
    const { field, watch, leaving } = this;
    const { kinks } = field.frozen;
    for (const [entry, order] of watch.freshEntries) {
      const index = order === 0 ? kinks.findIndex(({ offset }) => offset === entry) : -1;
      if (index < 0 || kinks[index]!.kind !== 'abs' || leaving.has(index)) continue;
      const bendAt = (theta: number): number => {
        evaluateSegment(segment, theta, this.scratch);
        field.velocity(this.scratch, this.velocity);
        if (field.isSliding) field.margin(this.scratch, this.velocity);
        return field.bounds[index]!;
      };
      let [low, high] = [0, (segment.end - segment.start) / segment.step];
      if (bendAt(high) >= -field.noise() - this.stateNoise) continue;
      leaving.add(index);
      for (let round = 0; round < 45 && high - low > 1e-12 * high; round++) {
        const middle = (low + high) / 2;
        if (bendAt(middle) < 0) high = middle;
        else low = middle;
      }
      this.listener.couldLeave(segment.start + high * segment.step, index);
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
    const proposed = this.piece!.checkpoint().progress.h;
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
    const active = this.activeKinks(kink, entry);
    if (this.close > mostClose) {
      const names = [...new Set(active.map(({ index }) => field.frozen.kinks[index]!.name))];
      this.reason = `undecided: more than ${mostClose} events in a row at the kinks ${names.slice(0, 6).join(', ')}`;
      return;
    }
    this.decideAt(active, 1e-3 * this.ordinary * this.rate(this.t));
    if (this.t === this.end && this.reason === '') this.reason = 'reached t1';
  }

  /** The function that is 0 where a kink was met. */
  private metRow(index: number, entry: number): HeldRow[] {
    const kink = this.field.frozen.kinks[index]!;
    if (entry < 0 || kink.kind === 'norm') return [];
    return [{ kink: index, entry, base: kink.kind === 'max' ? baseOf(kink, this.pattern) : -1 }];
  }

  /** What to decide about at y: what is held, what is met, and what is 0 within rounding. */
  private activeKinks(met: number, entry: number): ActiveKink[] {
    const { frozen } = this.field;
    const { pattern, scales, y, watch } = this;
    const u = this.field.values;
    frozen.values(y, pattern.sides, u);
    const active: ActiveKink[] = [];
    const still: number[] = [];
    frozen.kinks.forEach((kink, index) => {
      const { kind, offset, size } = kink;
      if (index !== met && kind !== 'max' && watch.freshEntries.get(offset) === 0) {
        if (kink.nested) still.push(index);
        return;
      }
      const isHeld = pattern.held[index] === 1;
      if (kind === 'max') {
        const base = baseOf(kink, pattern);
        const ties: number[] = [];
        let isFresh = true;
        for (let e = offset; e < offset + size; e++) {
          const tiny = 1e-13 * (Math.abs(scales[e]!) + Math.abs(scales[base]!));
          const isTied = e === base || pattern.tied[e] === 1;
          const isNew = (index === met && e === entry) || Math.abs(u[e]! - u[base]!) <= tiny;
          if (!isTied && isNew && !watch.freshEntries.has(e)) isFresh = false;
          if (isTied || isNew || watch.freshEntries.has(e)) ties.push(e);
        }
        if (ties.length > 1) {
          active.push({ index, from: isHeld ? 'held' : isFresh ? 'fresh' : 'side', ties });
        }
        return;
      }
      if (isHeld) active.push({ index, from: 'held' });
      else if (index === met)
        active.push({ index, from: watch.freshEntries.has(offset) ? 'fresh' : 'side' });
      else if (watch.freshEntries.has(offset)) active.push({ index, from: 'fresh' });
      else if (isTiny(u, scales, offset, size)) active.push({ index, from: 'side' });
    });
    // what nothing moves stays where it is, unless a kink below it bends
    for (const index of still) {
      const row = { kink: index, entry: frozen.kinks[index]!.offset, base: -1 };
      const { slopes } = this.field.rowAt(y, pattern, row);
      if (active.some((one) => slopes?.[one.index] !== 0)) active.push({ index, from: 'fresh' });
    }
    return active.sort((a, b) => a.index - b.index);
  }

  private startingKinks(): ActiveKink[] {
    return this.activeKinks(-1, -1).map((one) => ({ ...one, from: 'start' as const }));
  }

  /** Sides, winners and directions at x, kinks before those above them. */
  private sidesAt(x: Float64Array): Pattern {
    const { frozen } = this.field;
    const { kinks, size } = frozen;
    const pattern = copyPattern(this.field.pattern);
    const u = new Float64Array(size);
    const before = new Float64Array(size);
    // each round settles at least the kinks of one more level
    for (let round = 0; round <= kinks.length; round++) {
      frozen.values(x, pattern.sides, u);
      for (const { kind, offset, size: length } of kinks) {
        if (kind === 'abs') pattern.sides[offset] = Math.sign(u[offset]!);
        else if (kind === 'norm') direction(u, offset, length, pattern.sides);
        else {
          let best = offset;
          for (let i = offset; i < offset + length; i++) if (u[i]! > u[best]!) best = i;
          pattern.sides.fill(0, offset, offset + length);
          pattern.sides[best] = 1;
        }
      }
      if (round > 0 && u.every((value, i) => value === before[i])) break;
      before.set(u);
    }
    return pattern;
  }

  /** Sizes of what rounding can make of arguments and gradients at y: their changes as y changes by rounding. */
  private measure(): void {
    const { field, y, pattern, scales, signs, scratch } = this;
    const { frozen } = field;
    // of the terms at y, and of those that were lost on the way there
    for (let i = 0; i < y.length; i++) scratch[i] = y[i]! - this.stepStart[i]!;
    frozen.velocities(y, pattern.sides, scratch, field.values);
    for (let i = 0; i < y.length; i++) scratch[i] = y[i]! * signs[i]!;
    frozen.velocities(y, pattern.sides, scratch, scales);
    const lost = Float64Array.from(
      scales,
      (scale, i) => Math.abs(scale) + Math.abs(field.values[i]!),
    );
    // of terms that cancel altogether: what is no derivative in small changes is rounding
    const here = new Float64Array(scales.length);
    frozen.values(y, pattern.sides, here);
    for (const change of [2 ** -44, -(2 ** -43), 2 ** -42]) {
      for (let i = 0; i < y.length; i++) scratch[i] = y[i]! * (1 + change * signs[i]!);
      frozen.values(scratch, pattern.sides, field.values);
      for (let i = 0; i < scales.length; i++) {
        const rounding = field.values[i]! - here[i]! - change * scales[i]!;
        lost[i] = Math.max(lost[i]!, Math.abs(rounding) / (2 * Number.EPSILON));
      }
    }
    let largest = 0;
    for (const scale of lost) largest = Math.max(largest, scale);
    // products of rounding errors are nothing, too
    for (let i = 0; i < scales.length; i++) scales[i] = lost[i]! + 1e-14 * largest;
    const { gradient, values, bounds } = field;
    // curvature changes slowly
    if (this.measured++ % 8 !== 0) return;
    const part = 2 ** -30;
    field.forget();
    field.sweeps += 2;
    frozen.sweep(y, pattern.sides, undefined, gradient, values, bounds);
    const g = gradient.slice();
    for (let i = 0; i < y.length; i++) scratch[i] = y[i]! * (1 + part * signs[i]!);
    frozen.sweep(scratch, pattern.sides, undefined, gradient, values, bounds);
    let change = 0;
    for (let i = 0; i < y.length; i++) change += (gradient[i]! - g[i]!) ** 2;
    this.stateNoise = (8 * Number.EPSILON * Math.sqrt(change)) / part;
  }

  private decideAt(active: readonly ActiveKink[], ahead: number): void {
    const { field, decider, y, pattern: before } = this;
    const decision = decider.decide(y, before, active, ahead, this.stateNoise);
    this.listener.decided(this.t, before, decision, active);
    if (decision.undecided !== undefined) {
      this.reason = `undecided: ${decision.undecided}`;
      return;
    }
    this.pattern = decision.pattern;
    field.enter(this.pattern);
    field.project(y);
    this.leaveZeros(decision.fresh);
    const resting: FreshEntry[] = [];
    for (const [entry, order] of this.watch.freshEntries) {
      if (order === 0 && !active.some(({ index }) => this.has(index, entry))) {
        resting.push({ entry, order });
      }
    }
    const zeros = [...decision.fresh, ...resting];
    this.watch.begin(y, this.pattern, decision.velocity, zeros, this.scales);
    const now = { speed: norm2(decision.velocity), forces: 0 };
    const isOver = this.rest.isOver(this.t, y, now, this.rate(this.t), this.ordinary);
    this.rest.changed(this.t);
    if (decision.atRest || (isOver && this.ordinary > 0)) this.stop();
  }

  private has(kink: number, entry: number): boolean {
    const { offset, size } = this.field.frozen.kinks[kink]!;
    return entry >= offset && entry < offset + size;
  }

  /** A norm has no direction at 0: one that leaves it begins a little way along its direction. */
  private leaveZeros(fresh: readonly FreshEntry[]): void {
    const { field, y, pattern } = this;
    const { kinks } = field.frozen;
    for (const { entry } of fresh) {
      const index = kinks.findIndex(({ kind, offset }) => kind === 'norm' && offset === entry);
      if (index < 0 || pattern.held[index]) continue;
      const { offset, size } = kinks[index]!;
      field.frozen.values(y, pattern.sides, field.values);
      let along = 0;
      for (let i = offset; i < offset + size; i++) along += field.values[i]! * pattern.sides[i]!;
      const least = 1e-3 * this.rest.tolerance(y);
      if (along >= least) continue;
      for (let i = offset; i < offset + size; i++) {
        const { gradient, length } = field.rowAt(y, pattern, { kink: index, entry: i, base: -1 });
        const share = (least * pattern.sides[i]!) / (length * length || 1);
        for (let l = 0; l < y.length; l++) y[l] = y[l]! + share * gradient[l]!;
      }
    }
  }

  /** Directions of norms follow their arguments from step to step. */
  private turnNorms(): void {
    const { frozen, values } = this.field;
    const { pattern, y } = this;
    if (!frozen.kinks.some(({ kind }) => kind === 'norm')) return;
    frozen.values(y, pattern.sides, values);
    frozen.kinks.forEach(({ kind, offset, size }, index) => {
      if (kind !== 'norm' || pattern.held[index]) return;
      const before = pattern.sides.slice(offset, offset + size);
      direction(values, offset, size, pattern.sides);
      // past 0 by a way that the dense output does not show
      if (dot(before, pattern.sides.subarray(offset, offset + size)) === 0)
        pattern.sides.set(before, offset);
    });
    this.watch.advance(y, pattern);
  }

  /** Norms within the tolerance of 0 are put there if the flow then holds them. */
  private snapNorms(): void {
    const { field, pattern, y, decider } = this;
    const { frozen, values } = field;
    const tolerance = this.rest.tolerance(y);
    frozen.kinks.forEach(({ kind, offset, size }, index) => {
      if (kind !== 'norm' || this.pattern.held[index] || this.watch.freshEntries.has(offset))
        return;
      frozen.values(y, pattern.sides, values);
      if (norm2(values.subarray(offset, offset + size)) > tolerance) return;
      const trial = copyPattern(this.pattern);
      setHeld(frozen.kinks[index]!, index, trial);
      const there = y.slice();
      field.enter(trial);
      field.project(there);
      const active = [...heldKinks(trial)].map((one): ActiveKink => ({
        index: one,
        from: one === index ? 'side' : 'held',
        ...(frozen.kinks[one]!.kind === 'max' && { ties: tiesOf(trial, frozen, one) }),
      }));
      const decision = decider.decide(there, trial, active, 1e-3 * this.ordinary, this.stateNoise);
      field.enter(this.pattern);
      if (decision.undecided !== undefined || !decision.pattern.held[index]) return;
      y.set(there);
      this.leave();
      this.nextStep = this.ordinary;
      this.measure();
      this.decideAt(this.activeKinks(index, -1), 1e-3 * this.ordinary * this.rate(this.t));
    });
  }
}

function tiesOf({ tied }: Pattern, { kinks }: FrozenFunction, index: number): number[] {
  const { offset, size } = kinks[index]!;
  const ties: number[] = [];
  for (let i = offset; i < offset + size; i++) if (tied[i]) ties.push(i);
  return ties;
}

function isTiny(u: Float64Array, scales: Float64Array, offset: number, size: number): boolean {
  for (let i = offset; i < offset + size; i++) {
    if (Math.abs(u[i]!) > 1e-13 * Math.abs(scales[i]!)) return false;
  }
  return true;
}

function direction(u: Float64Array, offset: number, size: number, out: Float64Array): void {
  const length = norm2(u.subarray(offset, offset + size));
  for (let i = offset; i < offset + size; i++) out[i] = length > 0 ? u[i]! / length : 0;
}
