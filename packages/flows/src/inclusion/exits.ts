import { norm2, type VectorBlock } from '@nonsmooth/core';
import { evaluateSegment, type Segment } from '@nonsmooth/ode';
import type { ActiveKink } from './active-kink.js';
import { CornerFunction } from './corner-function.js';
import { heldKinks } from './pattern.js';
import { ShortestElement } from './shortest-element.js';
import { slideMargin } from './slide-margin.js';
import type { SlidingField } from './sliding-field.js';
import type { Crossing } from './watch.js';

/** The margin of a slide at a point of a step, and the size of what rounding may make of it. */
interface MarginThere {
  readonly margin: number;
  readonly kink: number;
  readonly noise: number;
}

/** Watches what is held: where on a step a multiplier comes to its end, and where a kink that nothing moves bends down. */
export class ExitWatch {
  /** ‖Θ'‖ and ‖∇f‖ at the end of the last slide that was watched. */
  speedAtEnd: { readonly speed: number; readonly forces: number } = { speed: 0, forces: 0 };
  private readonly field: SlidingField;
  private readonly state: Float64Array;
  private readonly velocity: Float64Array;

  constructor(field: SlidingField, block: VectorBlock) {
    this.field = field;
    const { dimension } = field.kinked;
    this.state = block.next(dimension);
    this.velocity = block.next(dimension);
  }

  /**
   * Where on the step, before `limit`, a multiplier of what is held comes to its end; `isDoubted` where slides have ended at
   * once again and again.
   */
  first(
    segment: Segment,
    end: Float64Array,
    limit: number | undefined,
    stateNoise: number,
    isDoubted: boolean,
  ): Crossing | undefined {
    const exit = this.firstBy(segment, end, limit, stateNoise, false);
    // multipliers of nested kinks may be beyond their ends where more than single ones make the element
    if (!exit || !isDoubted || exit.theta >= 1e-6) return exit;
    return this.firstBy(segment, end, limit, stateNoise, true);
  }

  private firstBy(
    segment: Segment,
    end: Float64Array,
    limit: number | undefined,
    stateNoise: number,
    isByElement: boolean,
  ): Crossing | undefined {
    const whole = (segment.end - segment.start) / segment.step;
    const last = limit ?? whole;
    const marginAt = (theta: number): MarginThere => {
      if (theta === whole) this.state.set(end);
      else evaluateSegment(segment, theta, this.state);
      this.field.velocity(this.state, this.velocity);
      const { margin, kink, isOpen = false } = slideMargin(this.field, this.state, this.velocity);
      const noise = this.field.noise() + stateNoise;
      if (isOpen || (isByElement && margin < -noise)) {
        const apart = this.apartFromShortest();
        if (apart <= 1e4 * noise) return { margin: noise, kink, noise };
        if (isOpen && apart < Infinity) return { margin: -apart, kink, noise };
      }
      return { margin, kink, noise };
    };
    // the end first: its evaluation is already known
    const high = marginAt(last);
    this.speedAtEnd = { speed: norm2(this.velocity), forces: norm2(this.field.gradient) };
    const middle = marginAt(last / 2);
    if (middle.margin < -middle.noise) {
      return exitBetween(marginAt, 0, NaN, last / 2, middle);
    }
    if (high.margin >= -high.noise) return undefined;
    return exitBetween(marginAt, last / 2, middle.margin, last, high);
  }

  /** How far the velocity of a slide on nested kinks is from the shortest element there, whatever the multipliers; ∞ if unknown. */
  private apartFromShortest(): number {
    const { field, state, velocity } = this;
    const { kinked, pattern } = field;
    const held = heldKinks(pattern);
    if (!held.some((kink) => kinked.kink(kink).nested)) return Infinity;
    const corner = new CornerFunction(field, held);
    const before = corner.pattern();
    const active = corner.kinks.map(({ kind, offset, size }, index): ActiveKink => {
      if (kind !== 'max') return { index, from: 'held' };
      const entries = Array.from({ length: size }, (_, i) => offset + i);
      return { index, from: 'held', ties: entries.filter((entry) => before.tied[entry] === 1) };
    });
    const shortest = new ShortestElement(corner).velocity(state, before, active);
    corner.put(before);
    field.velocity(state, velocity);
    if (!shortest) return Infinity;
    let apart = 0;
    for (let i = 0; i < velocity.length; i++) apart += (velocity[i]! - shortest[i]!) ** 2;
    return Math.sqrt(apart);
  }

  /** Where on a step to the state `end` a kink begins to bend down, if it does by then. */
  bendsDown(
    segment: Segment,
    end: Float64Array,
    index: number,
    stateNoise: number,
  ): number | undefined {
    if (this.bendAt(end, index) >= -this.field.noise() - stateNoise) return undefined;
    let [low, high] = [0, (segment.end - segment.start) / segment.step];
    for (let round = 0; round < 45 && high - low > 1e-12 * high; round++) {
      const middle = (low + high) / 2;
      evaluateSegment(segment, middle, this.state);
      if (this.bendAt(this.state, index) < 0) high = middle;
      else low = middle;
    }
    return segment.start + high * segment.step;
  }

  /** The derivative with respect to the value of a kink at a state. */
  private bendAt(x: Float64Array, index: number): number {
    const { field, velocity } = this;
    field.velocity(x, velocity);
    if (field.isSliding) slideMargin(field, x, velocity);
    return field.kinked.boundOf(index);
  }
}

function exitBetween(
  marginAt: (theta: number) => MarginThere,
  from: number,
  fromMargin: number,
  to: number,
  at: MarginThere,
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
    if (Math.abs(next.margin) <= next.noise) return { theta: middle, kink: found.kink, entry: -1 };
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
