import { norm2, VectorBlock } from '@nonsmooth/core';
import {
  evaluateSegment,
  IntegrationError,
  type Method,
  type Segment,
  type Statistics,
  type Step,
} from '@nonsmooth/ode';
import type { ActiveKink } from './active-kink.js';
import { activeAtStart } from './active-kinks.js';
import { ExitWatch } from './exits.js';
import type { InclusionCheckpoint, SavedItinerary } from './inclusion-checkpoint.js';
import type { InclusionOptions, KinkListener, Rate } from './inclusion-options.js';
import { Entries, type KinkedFunction } from './kinked-function.js';
import { turnNorms } from './norms.js';
import { baseOf, type HeldRow, type Pattern } from './pattern.js';
import { Pieces } from './pieces.js';
import { RestRule } from './rest.js';
import { restoreRun, savedRun, type RunParts } from './run-checkpoint.js';
import { Patience, type RunState } from './run-state.js';
import { SlidingField } from './sliding-field.js';
import { takeSides } from './starting-sides.js';
import { StateNoise } from './state-noise.js';
import { Turns } from './turns.js';
import { KinkWatch, type Crossing } from './watch.js';

/** Events that follow each other so closely, in steps, are taken for chattering if there are too many. */
const closest = 1e-4;
const mostClose = 200;

/** How many times the tolerance steps may pass by the 0 of a norm where kinks meet next to it. */
const pastZero = 32;

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/**
 * An integration of Θ' ∈ −∂f(Θ) under way, step by step: between kinks of the frozen function of a pattern by any method,
 * each step cut at the first kink on it, where the next pattern is decided.
 */
export class InclusionRun {
  /** Why it could not begin. */
  readonly broken: string | undefined;
  private readonly state: RunState;
  private readonly field: SlidingField;
  private readonly watch: KinkWatch;
  private readonly exits: ExitWatch;
  private readonly noise: StateNoise;
  private readonly rest: RestRule;
  private readonly pieces: Pieces;
  private readonly turns: Turns;
  private readonly project: InclusionOptions['project'];
  private readonly rate: Rate;
  private readonly listener: KinkListener;
  private readonly velocity: Float64Array;
  /** The last step, and its interpolant if it was cut. */
  private readonly step: Mutable<Step>;
  private readonly cutSegment: Mutable<Segment> = {
    start: 0,
    end: 0,
    step: 0,
    degree: 0,
    coefficients: [],
  };
  /** The kinks of which it is known that the flow could leave them. */
  private readonly leaving = new Set<number>();
  private readonly patience = new Patience();

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
    const [t, end] = interval;
    const { dimension, size } = kinked;
    // the vectors of all its parts
    const block = new VectorBlock(15 * dimension + size);
    const y = block.next(dimension);
    y.set(x0);
    const field = new SlidingField(kinked, block);
    const state: RunState = {
      t,
      end,
      y,
      reason: '',
      restingSince: undefined,
      ordinary: 0,
      last: undefined,
      speedBefore: 0,
    };
    this.state = state;
    this.field = field;
    this.watch = new KinkWatch(kinked, block);
    this.exits = new ExitWatch(field, block);
    this.noise = new StateNoise(field, block);
    this.rest = new RestRule(options, end);
    this.pieces = new Pieces(state, field, method, options, rate);
    const { watch, noise, rest } = this;
    const { choice = 'minimalNorm' } = options;
    const parts = { state, field, watch, noise, rest, listener, rate, choice };
    this.turns = new Turns(parts, block);
    this.project = options.project;
    this.rate = rate;
    this.listener = listener;
    this.velocity = block.next(dimension);
    this.step = {
      start: t,
      end: t,
      y,
      segment: undefined,
      mode: undefined,
      stateAt: (_t, out) => out,
    };
    if (from) {
      restoreRun(this.parts, from);
      return;
    }
    const near = new Entries();
    const values = takeSides(kinked, field.pattern, x0, near);
    field.velocity(x0, this.velocity);
    const wrong = this.velocity.findIndex((one) => !Number.isFinite(one));
    if (wrong >= 0) {
      this.broken = `component ${wrong} of rhs is ${this.velocity[wrong]}, not finite, at t = ${t}`;
      return;
    }
    const speed = norm2(this.velocity);
    this.turns.measure();
    // as if a step changed the state by a tenth
    const length = norm2(x0);
    this.patience.expected =
      speed > 0 && length > 0 ? Math.min(end - t, (0.1 * length) / speed) : end - t;
    const active = activeAtStart(field, this.watch, x0, near, values).map(
      ({ index, ties }): ActiveKink =>
        ties ? { index, from: 'start', ties } : { index, from: 'start' },
    );
    this.turns.decide(active, 1e-3 * this.patience.expected * rate(t));
  }

  get t(): number {
    return this.state.t;
  }

  get y(): Float64Array {
    return this.state.y;
  }

  /** Why it has ended; empty while it goes on. */
  get reason(): string {
    return this.state.reason;
  }

  /** Whether it ended because the flow has come to rest, at this time. */
  get restingSince(): number | undefined {
    return this.state.restingSince;
  }

  get statistics(): Statistics {
    return this.pieces.statistics;
  }

  /** What the integration needs to go on from here, bit for bit; `itinerary` is what the listener knows. */
  checkpoint(itinerary: SavedItinerary): InclusionCheckpoint {
    return savedRun(this.parts, itinerary);
  }

  /** What every kink does, from the last decision on. */
  get pattern(): Pattern {
    return this.field.pattern;
  }

  /** Writes Θ' at a state of the last step and returns f: before the decision at its end, or after it. */
  velocityAt(x: Float64Array, isEnd: boolean, out: Float64Array): number {
    const { field } = this;
    const last = isEnd ? undefined : this.state.last;
    last?.undo();
    field.velocity(x, out);
    const value = field.valueThere();
    last?.redo();
    return value;
  }

  private get parts(): RunParts {
    const { state, field, watch, exits, noise, rest, pieces, leaving, patience } = this;
    const { reaches } = this.turns;
    return { state, field, watch, exits, noise, rest, pieces, leaving, reaches, patience };
  }

  /** Takes one step, whose record is that of the next one too; undefined at the end. @throws IntegrationError */
  next(): Step | undefined {
    const { state, field, pieces, step } = this;
    for (;;) {
      if (state.reason !== '') return undefined;
      if (state.restingSince !== undefined) return this.stay();
      if (field.kinked.hasNorms) {
        turnNorms(field, state.y);
        this.watch.advance(state.y, field.pattern);
      }
      const taken = this.take();
      if (!taken) return undefined;
      const segment = taken.segment!;
      const crossing = this.firstEvent(segment, taken.y);
      const isStill = crossing !== undefined && this.turns.isStill(crossing, segment, taken.y);
      if (crossing && this.isTooSoon(crossing) && !isStill) {
        // nothing has happened yet: what was decided shows on a shorter step, or the kink is really there
        this.patience.retries++;
        if (this.patience.shortened >= 4) this.patience.isDoubted = true;
        if (++this.patience.shortened > mostClose) {
          const { name } = field.kinked.kink(crossing.kink);
          this.giveUp(`the kink ${name} does not do what its forces say`);
          continue;
        }
        pieces.leave(segment.step / 10);
        continue;
      }
      step.start = state.t;
      step.stateAt = taken.stateAt;
      step.segment = segment;
      if (crossing) {
        const { cutSegment } = this;
        this.cut(segment, crossing, isStill);
        cutSegment.start = segment.start;
        cutSegment.end = state.t;
        cutSegment.step = segment.step;
        cutSegment.degree = segment.degree;
        cutSegment.coefficients = segment.coefficients;
        step.segment = cutSegment;
      } else this.accept(segment, taken.end, taken.y);
      step.end = state.t;
      return step;
    }
  }

  /** Nothing more is decided here: the flow is at rest if the tolerance hides all its forces. */
  private giveUp(why: string): void {
    const { state, field, noise, rest, velocity } = this;
    field.velocity(state.y, velocity);
    if (norm2(velocity) <= noise.ofShare(rest.rtol)) state.restingSince = state.t;
    else state.reason = `undecided: ${why}`;
  }

  /** Whether a kink is met before anything can have happened, and not because the state is past it already. */
  private isTooSoon({ theta, entry }: Crossing): boolean {
    const { watch, state, patience } = this;
    return theta < 1e-6 && patience.retries < 8 && !watch.isPast(state.y, this.pattern, entry);
  }

  /** A step of the frozen function, whatever it meets; undefined at the end. */
  private take(): Step | undefined {
    const { state, pieces } = this;
    const piece = pieces.resume();
    state.last = undefined;
    this.turns.begin();
    let taken: Step | undefined;
    try {
      taken = piece.next();
    } catch (error) {
      if (!(error instanceof IntegrationError && this.patience.shortened > 0)) throw error;
      state.reason = `undecided: ${error.message}, at kinks that do not do what their forces say`;
      return undefined;
    }
    if (!taken) state.reason = piece.reason;
    return taken;
  }

  /** The state stays what it is to the end. */
  private stay(): Step {
    const { state, step } = this;
    const { t: start, end, y } = state;
    state.t = end;
    state.last = undefined;
    state.reason = 'at rest';
    step.start = start;
    step.end = end;
    step.segment = {
      start,
      end,
      step: end - start,
      degree: 1,
      coefficients: [y.slice(), new Float64Array(y.length)],
    };
    step.stateAt = (_t, out) => {
      out.set(y);
      return out;
    };
    return step;
  }

  private firstEvent(segment: Segment, end: Float64Array): Crossing | undefined {
    const { field } = this;
    const crossing = this.watch.first(segment, field.pattern);
    if (!field.isSliding) return crossing;
    const { noise } = this;
    const { isDoubted } = this.patience;
    return this.exits.first(segment, end, crossing?.theta, noise.size, isDoubted) ?? crossing;
  }

  /** Goes to the end of a step on which nothing is met. */
  private accept(segment: Segment, end: number, there: Float64Array): void {
    const { state, field, rest, velocity } = this;
    const { y } = state;
    state.t = end;
    for (let i = 0; i < y.length; i++) y[i] = there[i]!;
    this.patience.retries = 0;
    this.patience.close = 0;
    if (segment.step > closest * (state.ordinary || this.patience.expected)) {
      this.patience.shortened = 0;
      state.ordinary = segment.step;
    }
    this.watch.advance(y, field.pattern);
    if (this.watch.size > 0) this.watchResting(segment, y);
    if (end === state.end) {
      state.reason = this.pieces.current.reason;
      return;
    }
    let { speed, forces } = this.exits.speedAtEnd;
    if (!field.isSliding) {
      field.velocity(y, velocity);
      speed = norm2(velocity);
      // there are no other forces
      forces = speed;
    }
    state.speedBefore = speed;
    if (rest.isOver(end, y, speed, forces, this.rate(end), state.ordinary)) {
      state.restingSince = end;
      return;
    }
    if (field.kinked.hasNorms && this.turns.snapNorms()) this.pieces.leave(state.ordinary);
  }

  /** Kinks that nothing moves: one that begins to bend down could be left. */
  private watchResting(segment: Segment, end: Float64Array): void {
    const { field, leaving } = this;
    this.watch.resting((entry) => {
      const index = field.kinked.kinkAt(entry);
      if (field.kinked.kink(index).kind !== 'abs' || leaving.has(index)) return;
      if (this.watch.isSettled(entry)) return;
      const since = this.exits.bendsDown(segment, end, index, this.noise.size);
      if (since === undefined) return;
      if (this.turns.isKeptByHeld(index)) {
        this.watch.settle(entry);
        return;
      }
      leaving.add(index);
      this.listener.couldLeave(since, index);
    });
  }

  /** Ends the step at a kink, and decides. */
  private cut(segment: Segment, { theta, kink, entry }: Crossing, isStill: boolean): void {
    const { field, watch, state, turns, pieces } = this;
    const { y, ordinary } = state;
    const proposed = pieces.current.proposedStep;
    evaluateSegment(segment, theta, y);
    state.t = Math.min(segment.start + theta * segment.step, state.end);
    state.speedBefore = speedOn(segment, theta) / this.rate(state.t);
    this.project?.(state.t, y);
    const whole = ordinary > 0 ? ordinary : segment.step;
    pieces.cut(this.patience.retries > 0 ? whole : Math.max(proposed, segment.step));
    this.patience.retries = 0;
    this.patience.isDoubted = false;
    this.patience.close = theta * segment.step < closest * ordinary ? this.patience.close + 1 : 0;
    if (field.drifts) field.project(y, this.metRow(kink, entry));
    watch.advance(y, field.pattern);
    if (ordinary === 0) state.ordinary = segment.step;
    turns.measure();
    // before the kinks of its own entries alternate on the way there
    const isSnapped = field.kinked.hasNorms && turns.snapNorms(pastZero);
    if (isSnapped) pieces.leave(state.ordinary);
    else if (turns.passes(kink)) {
      if (state.t === state.end) state.reason = 'reached t1';
      return;
    }
    const active = isSnapped ? [] : turns.activeAt({ kink, entry });
    if (this.patience.close > mostClose) {
      const names = [...new Set(active.map(({ index }) => field.kinked.kink(index).name))];
      const first = names.slice(0, 6).join(', ');
      this.giveUp(`more than ${mostClose} events in a row at the kinks ${first}`);
      return;
    }
    if (!isSnapped && !turns.cross(kink, active)) {
      const side = this.pattern.sides[entry];
      const isAlternating = this.patience.shortened > mostClose / 4;
      turns.decide(active, 1e-3 * state.ordinary * this.rate(state.t), isAlternating);
      const stays = isStill && watch.orderOf(entry) === 0;
      if (stays && this.pattern.sides[entry] === side) turns.turnStill(kink, entry);
    }
    if (state.t === state.end && state.reason === '') state.reason = 'reached t1';
  }

  /** The function that is 0 where a kink was met. */
  private metRow(index: number, entry: number): HeldRow[] {
    const kink = this.field.kinked.kink(index);
    if (entry < 0 || kink.kind === 'norm') return [];
    return [{ kink: index, entry, base: kink.kind === 'max' ? baseOf(kink, this.pattern) : -1 }];
  }
}

/** The length of the derivative of an interpolant. */
function speedOn({ degree, coefficients, step }: Segment, theta: number): number {
  let square = 0;
  for (let i = 0; i < coefficients[0]!.length; i++) {
    let derivative = 0;
    for (let j = degree; j > 0; j--) derivative = derivative * theta + j * coefficients[j]![i]!;
    square += derivative * derivative;
  }
  return Math.sqrt(square) / step;
}
