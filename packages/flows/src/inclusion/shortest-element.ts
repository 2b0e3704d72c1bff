import { dot, norm2 } from '@nonsmooth/core';
import type { ActiveKink } from './active-kink.js';
import type { CornerFunction } from './corner-function.js';
import { hullVelocity } from './hull-velocity.js';
import { copyPattern, setHeld, setSide, type Pattern } from './pattern.js';
import { reachAt } from './reach.js';
import { mixedSigns } from './term-sizes.js';
import type { Verdict } from './verdict.js';

/** Elements of Clarke's set shorter than this share of the gradients that they are made of are 0. */
const negligible = 1e-12;
/** Rates below this share of what the kink's argument could move by are 0. */
const still = 1e-9;
const mostGradients = 200;

/**
 * The element w of least length in a hull of gradients around a corner that is large enough: along −w the function
 * falls at the rate ‖w‖² at least. One gradient after the other is added, that of the sides to which −w moves (the
 * search of Wolfe 1976 with the directional derivative for its oracle). For functions that bend up however their
 * kinks are nested this is the shortest element of all.
 */
export class ShortestElement {
  private readonly frozen: CornerFunction;
  private readonly rates: Float64Array;

  constructor(frozen: CornerFunction) {
    this.frozen = frozen;
    this.rates = new Float64Array(frozen.size);
  }

  /** −w, or undefined if the search does not end. `neutral` has all active kinks held. */
  velocity(
    x: Float64Array,
    neutral: Pattern,
    active: readonly ActiveKink[],
  ): Float64Array | undefined {
    const { frozen } = this;
    const { dimension } = frozen;
    const bounds = new Float64Array(frozen.kinks.length);
    const points: Float64Array[] = [];
    let size = 0;
    const add = (direction: Float64Array): Float64Array => {
      const pattern = this.towards(x, neutral, active, direction);
      const gradient = new Float64Array(dimension);
      frozen.sweep(x, pattern.sides, gradient, bounds);
      points.push(gradient);
      size = Math.max(size, norm2(gradient));
      return gradient;
    };
    add(mixedSigns(dimension));
    for (let round = 0; round < mostGradients; round++) {
      const { velocity, weights } = hullVelocity(points, dimension);
      const square = dot(velocity, velocity);
      if (Math.sqrt(square) <= negligible * size) return velocity.fill(0);
      const kept = points.filter((_, i) => weights[i]! > 0);
      points.splice(0, points.length, ...kept);
      const next = add(velocity);
      if (-dot(next, velocity) >= square * (1 - 1e-10) - negligible * size * Math.sqrt(square)) {
        return velocity;
      }
    }
    return undefined;
  }

  /** The derivative of the function along a direction. */
  slope(
    x: Float64Array,
    neutral: Pattern,
    active: readonly ActiveKink[],
    direction: Float64Array,
  ): number {
    const { frozen } = this;
    const { sides } = this.towards(x, neutral, active, direction);
    const gradient = new Float64Array(frozen.dimension);
    frozen.sweep(x, sides, gradient, new Float64Array(frozen.kinks.length));
    return dot(gradient, direction);
  }

  /** What each active kink does along a velocity: those whose arguments do not move are held. */
  verdicts(
    x: Float64Array,
    neutral: Pattern,
    active: readonly ActiveKink[],
    velocity: Float64Array,
  ): Map<number, Verdict> {
    const { frozen, rates } = this;
    const { kinks } = frozen;
    const speed = norm2(velocity);
    let pattern = copyPattern(neutral);
    for (let round = 0; round <= active.length; round++) {
      const verdicts = new Map<number, Verdict>();
      frozen.velocities(x, pattern.sides, velocity, rates);
      const next = copyPattern(pattern);
      for (const one of active) {
        const { index } = one;
        const kink = kinks[index]!;
        const slack = still * speed * reachAt(frozen, x, pattern, index, one.ties);
        const verdict = verdictBy(kink, one, rates, slack);
        verdicts.set(index, verdict);
        if (verdict.kind === 'side') setSide(kink, index, next, verdict.side);
        else setHeld(kink, index, next, verdict.ties);
      }
      if (isSame(next, pattern)) return verdicts;
      pattern = next;
    }
    return new Map();
  }

  /** The pattern of the sides to which a direction leads, those that it does not decide by another one. */
  private towards(
    x: Float64Array,
    neutral: Pattern,
    active: readonly ActiveKink[],
    direction: Float64Array,
  ): Pattern {
    const { frozen, rates } = this;
    const { kinks } = frozen;
    const aside = mixedSigns(direction.length);
    const others = new Float64Array(frozen.size);
    const length = norm2(direction);
    let pattern = copyPattern(neutral);
    // kinks settle before those above them
    for (let round = 0; round <= active.length + 1; round++) {
      frozen.velocities(x, pattern.sides, direction, rates);
      frozen.velocities(x, pattern.sides, aside, others);
      const next = copyPattern(pattern);
      for (const { index, ties = [] } of active) {
        const kink = kinks[index]!;
        const { kind, offset, size } = kink;
        const rateAt = (entry: number): number => {
          const [rate, other] = [rates[entry]! / (length || 1), others[entry]!];
          return Math.abs(rate) > still * Math.abs(other) ? rate : still * other;
        };
        if (kind === 'abs') setSide(kink, index, next, rateAt(offset) < 0 ? -1 : 1);
        else if (kind === 'max') {
          const first = Math.max(...ties.map((entry) => rates[entry]!));
          const scale = still * Math.max(...ties.map((entry) => Math.abs(rates[entry]!)));
          const leading = ties.filter((entry) => rates[entry]! >= first - scale);
          const best = leading.reduce((a, b) => (others[b]! > others[a]! ? b : a));
          setSide(kink, index, next, best);
        } else {
          const rate = Float64Array.from({ length: size }, (_, i) => rateAt(offset + i));
          const along = norm2(rate);
          setSide(kink, index, next, along > 0 ? rate.map((r) => r / along) : unit(size));
        }
      }
      if (isSame(next, pattern)) break;
      pattern = next;
    }
    return pattern;
  }
}

function verdictBy(
  { kind, offset, size }: CornerFunction['kinks'][number],
  { ties = [] }: ActiveKink,
  rates: Float64Array,
  slack: number,
): Verdict {
  if (kind === 'abs') {
    const rate = rates[offset]!;
    return Math.abs(rate) > slack ? { kind: 'side', side: Math.sign(rate) } : { kind: 'held' };
  }
  if (kind === 'norm') {
    const rate = rates.slice(offset, offset + size);
    const length = norm2(rate);
    return length > slack ? { kind: 'side', side: rate.map((r) => r / length) } : { kind: 'held' };
  }
  const first = Math.max(...ties.map((entry) => rates[entry]!));
  const leading = ties.filter((entry) => rates[entry]! >= first - slack);
  return leading.length === 1
    ? { kind: 'side', side: leading[0]! }
    : { kind: 'held', ties: leading };
}

function unit(size: number): Float64Array {
  const out = new Float64Array(size);
  out[0] = 1;
  return out;
}

function isSame(a: Pattern, b: Pattern): boolean {
  return (
    a.sides.every((side, i) => side === b.sides[i]) &&
    a.held.every((h, i) => h === b.held[i]) &&
    a.tied.every((h, i) => h === b.tied[i])
  );
}
