import { dot, norm2, type VectorBlock } from '@nonsmooth/core';
import type { Segment } from '@nonsmooth/ode';
import type { ActiveKink } from './active-kink.js';
import { activeKinks } from './active-kinks.js';
import { CornerFunction } from './corner-function.js';
import { crossed } from './crossing.js';
import { Decider } from './decider.js';
import type { Choice, FreshEntry } from './decision.js';
import type { KinkListener, Rate } from './inclusion-options.js';
import { leaveZeros, reachOf, snapped } from './norms.js';
import type { PatternChange, RunState } from './run-state.js';
import { baseOf } from './pattern.js';
import type { RestRule } from './rest.js';
import type { SlidingField } from './sliding-field.js';
import type { StateNoise } from './state-noise.js';
import type { Crossing, KinkWatch } from './watch.js';

/** What the turns of a flow need to know of it. */
export interface TurnParts {
  readonly state: RunState;
  readonly field: SlidingField;
  readonly watch: KinkWatch;
  readonly noise: StateNoise;
  readonly rest: RestRule;
  readonly listener: KinkListener;
  readonly rate: Rate;
  readonly choice: Choice;
}

/** Where kinks are met: decides the pattern that holds from there on, and puts the field and what watches on it. */
export class Turns {
  private readonly parts: TurnParts;
  private readonly velocity: Float64Array;
  private readonly stepStart: Float64Array;
  private readonly fresh: FreshEntry[] = [];
  /** The last kink that was crossed, turned once more or back. */
  private readonly crossing: PatternChange;
  private crossedKink = -1;
  /** How far arguments of norms move with the state, where that was asked last. */
  readonly reaches: Map<number, number> = new Map();

  constructor(parts: TurnParts, block: VectorBlock) {
    const { field, state } = parts;
    this.parts = parts;
    const n = state.y.length;
    this.velocity = block.next(n);
    this.stepStart = block.next(n);
    this.stepStart.set(state.y);
    const turn = (): void => {
      const { kinked, pattern } = field;
      const kink = this.crossedKink;
      pattern.sides[kink] = -pattern.sides[kink]!;
      kinked.changed(pattern.sides, kink);
      field.enter(nothing);
    };
    this.crossing = { undo: turn, redo: turn };
  }

  /** A step begins here. */
  begin(): void {
    const { stepStart } = this;
    const { y } = this.parts.state;
    for (let i = 0; i < y.length; i++) stepStart[i] = y[i]!;
  }

  /** Takes the measure of terms and forces here. */
  measure(): void {
    const { field, noise, state } = this.parts;
    field.kinked.measure(state.y, this.stepStart, field.pattern.sides);
    noise.measure(state.y);
  }

  /**
   * Decides about these kinks; `ahead` is a time that is short against a step, `isAlternating` whether decisions have
   * undone each other here.
   */
  decide(active: readonly ActiveKink[], ahead: number, isAlternating = false): void {
    if (active.length === 0) {
      this.keepOn();
      return;
    }
    const { field, state, rest, noise, listener, choice } = this.parts;
    const { y } = state;
    const corner = new CornerFunction(
      field,
      active.map(({ index }) => index),
    );
    const local = corner.local(active);
    const before = corner.pattern();
    const decider = new Decider(corner, choice, isAlternating);
    const decision = decider.decide(y, before, local, ahead, noise.size);
    listener.decided(state.t, corner, before, decision, local);
    const isDecided = decision.undecided === undefined;
    const after = isDecided ? decision.pattern : before;
    corner.put(after);
    state.last = { undo: () => corner.put(before), redo: () => corner.put(after) };
    if (!isDecided) {
      state.reason = `undecided: ${decision.undecided}`;
      return;
    }
    field.project(y);
    const fresh = decision.fresh.map(({ entry, order }) => ({
      entry: corner.entryOf(entry),
      order,
    }));
    if (field.kinked.hasNorms) leaveZeros(field, y, fresh, rest.tolerance(y));
    this.goOn(active, fresh, decision.velocity, decision.atRest);
  }

  /** No kink bends here: the pattern stays what it is. */
  private keepOn(): void {
    const { field, state, noise } = this.parts;
    const { velocity, fresh } = this;
    field.velocity(state.y, velocity);
    fresh.length = 0;
    this.goOn([], fresh, velocity, norm2(velocity) <= field.noise() + noise.size);
  }

  /** Crosses the one kink that is met, if there is nothing to decide. */
  cross(kink: number, active: readonly ActiveKink[]): boolean {
    const { field, state, noise, listener } = this.parts;
    const { velocity, fresh } = this;
    if (!crossed(field, state.y, active, kink, noise.size, velocity)) return false;
    listener.crossed(state.t, kink, field.pattern.sides[kink]!);
    this.crossedKink = kink;
    state.last = this.crossing;
    fresh.length = 0;
    fresh.push({ entry: kink, order: 1 });
    this.goOn(active, fresh, velocity, false);
    return true;
  }

  /**
   * Norms within the tolerance of 0 are put there if the flow then holds them; returns whether one was, so that the
   * piece has ended. Where kinks of its own entries are met next to 0 the step has gone past it by more: `share` times the
   * tolerance.
   */
  snapNorms(share = 1): boolean {
    const { field, state, watch, rest, noise, choice, rate } = this.parts;
    const { kinked, pattern } = field;
    const { y } = state;
    const tolerance = share * rest.tolerance(y);
    let isSnapped = false;
    const u = new Float64Array(kinked.size);
    for (let index = 0; index < kinked.count; index++) {
      const { kind, offset, size } = kinked.kink(index);
      if (kind !== 'norm' || pattern.held[index] || watch.has(offset)) continue;
      kinked.values(y, pattern.sides, u);
      const length = norm2(u.subarray(offset, offset + size));
      if (length > 10 * tolerance * (this.reaches.get(index) ?? Infinity)) continue;
      const reach = reachOf(field, index, y);
      this.reaches.set(index, reach);
      if (length > tolerance * reach) continue;
      const ahead = 1e-3 * state.ordinary;
      const there = snapped(field, index, y, choice, ahead, noise.size);
      if (!there) continue;
      y.set(there);
      this.measure();
      const active = activeKinks(field, watch, y, { kink: index, entry: -1 });
      this.decide(active, ahead * rate(state.t));
      isSnapped = true;
    }
    return isSnapped;
  }

  /**
   * Whether nothing moved an argument at first, but it leaves 0 to the other side by the end of the step: as squares do,
   * and what is moved by forces that grow from 0.
   */
  isStill({ kink, entry }: Crossing, segment: Segment, end: Float64Array): boolean {
    const { field, watch } = this.parts;
    if (entry < 0 || watch.orderOf(entry) !== 0) return false;
    if (field.kinked.kink(kink).kind !== 'abs') return false;
    const row = { kink, entry, base: -1 };
    const { coefficients, degree, step } = segment;
    const whole = (segment.end - segment.start) / step;
    const { velocity } = this;
    const rateAt = (x: Float64Array): { length: number; rate: number } => {
      const gradient = field.passingRow(x, row);
      return { length: norm2(gradient), rate: Math.abs(dot(gradient, velocity)) };
    };
    for (let i = 0; i < velocity.length; i++) velocity[i] = coefficients[1]![i]!;
    const before = rateAt(this.stepStart);
    for (let i = 0; i < velocity.length; i++) {
      let derivative = 0;
      for (let j = degree; j > 0; j--) derivative = derivative * whole + j * coefficients[j]![i]!;
      velocity[i] = derivative;
    }
    const after = rateAt(end);
    return before.length < 1e-6 * after.length || before.rate < 1e-6 * after.rate;
  }

  /** An argument that leaves 0 to the other side is put there, or held if its kink bends up. */
  turnStill(kink: number, entry: number): void {
    const { field, watch, state, listener, noise } = this.parts;
    const { kinked, pattern } = field;
    const { last: decided } = state;
    const row = norm2(field.passingRow(state.y, { kink, entry, base: -1 }));
    field.sweepAt(state.y, this.velocity);
    const isHeld = kinked.boundOf(kink) * row > field.noise() + noise.size;
    const side = pattern.sides[entry]!;
    const turn = (): void => {
      pattern.held[kink] = isHeld ? 1 : 0;
      pattern.sides[entry] = isHeld ? 0 : -side;
      kinked.changed(pattern.sides, entry);
      field.enter(isHeld ? [kink] : nothing);
    };
    turn();
    if (isHeld) watch.leave(entry);
    else watch.turn(entry);
    if (isHeld) listener.held(state.t, kink);
    else listener.crossed(state.t, kink, pattern.sides[entry]!);
    if (!decided) return;
    state.last = {
      undo: () => {
        if (isHeld) {
          pattern.held[kink] = 0;
          pattern.sides[entry] = side;
          kinked.changed(pattern.sides, entry);
          field.enter([kink]);
        }
        decided.undo();
      },
      redo: () => {
        decided.redo();
        turn();
      },
    };
  }

  /** Whether a norm that turned by a right angle is not 0: only its direction is another one. */
  passes(index: number): boolean {
    const { field, state, rest } = this.parts;
    const { kind, offset, size } = field.kinked.kink(index);
    if (kind !== 'norm') return false;
    const u = new Float64Array(field.kinked.size);
    field.kinked.values(state.y, field.pattern.sides, u);
    const length = norm2(u.subarray(offset, offset + size));
    return length > rest.tolerance(state.y) * reachOf(field, index, state.y);
  }

  /** What is decided about where a step was cut. */
  activeAt(met: Pick<Crossing, 'kink' | 'entry'>): readonly ActiveKink[] {
    const { field, watch, state } = this.parts;
    return activeKinks(field, watch, state.y, met);
  }

  /** From here on the pattern of the field holds. */
  private goOn(
    active: readonly ActiveKink[],
    fresh: FreshEntry[],
    velocity: Float64Array,
    atRest: boolean,
  ): void {
    const { state, watch, rest, field, rate } = this.parts;
    watch.resting((entry) => {
      const kink = field.kinked.kinkAt(entry);
      if (!active.some(({ index }) => index === kink)) fresh.push({ entry, order: 0 });
    });
    watch.begin(state.y, field.pattern, velocity, this.withKept(fresh));
    const speed = norm2(velocity);
    rest.jumped(state.speedBefore, speed);
    const isOver = rest.isOver(state.t, state.y, speed, 0, rate(state.t), state.ordinary);
    rest.changed(state.t);
    if (atRest || (isOver && state.ordinary > 0)) state.restingSince = state.t;
  }

  /** Whether what is held keeps the argument of an absolute value at 0, and there is no other way on from here. */
  isKeptByHeld(index: number): boolean {
    const { field, state, noise, choice, rate } = this.parts;
    const { y } = state;
    const { offset: entry } = field.kinked.kink(index);
    if (!field.isSliding || !field.keeps(y, { kink: index, entry, base: -1 })) return false;
    const which = [...field.held, index].sort((a, b) => a - b);
    const corner = new CornerFunction(field, which);
    const before = corner.pattern();
    const active = corner.local(
      which.map((one): ActiveKink => {
        const { kind, offset, size } = field.kinked.kink(one);
        if (kind !== 'max') return { index: one, from: one === index ? 'fresh' : 'held' };
        const entries = Array.from({ length: size }, (_, i) => offset + i);
        const ties = entries.filter((entry) => field.pattern.tied[entry] === 1);
        return { index: one, from: 'held', ties };
      }),
    );
    const ahead = 1e-3 * state.ordinary * rate(state.t);
    const decision = new Decider(corner, choice).decide(y, before, active, ahead, noise.size);
    corner.put(before);
    return decision.undecided === undefined && !decision.several;
  }

  /** What stays at 0, of which some is kept there by what is held: on curved surfaces, and of maxima on all. */
  private withKept(fresh: readonly FreshEntry[]): readonly FreshEntry[] {
    const { state, field } = this.parts;
    const { kinked, pattern } = field;
    if (!field.isSliding || (kinked.onlyAbs && !field.drifts)) return fresh;
    return fresh.map((one) => {
      if (one.order !== 0) return one;
      const index = kinked.kinkAt(one.entry);
      const kink = kinked.kink(index);
      if (kink.kind === 'norm') return one;
      const base = kink.kind === 'max' ? baseOf(kink, pattern) : -1;
      return { ...one, isKept: field.keeps(state.y, { kink: index, entry: one.entry, base }) };
    });
  }
}

const nothing: readonly number[] = [];
