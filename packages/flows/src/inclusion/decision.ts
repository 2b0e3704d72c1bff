import type { ActiveKink } from './active-kink.js';
import { Mixture } from './mixture.js';
import { dot, norm2 } from '@nonsmooth/core';
import type { FrozenFunction, FrozenKink } from '@nonsmooth/autodiff';
import { copyPattern, heldRows, setHeld, setSide, type HeldRow, type Pattern } from './pattern.js';
import {
  multiplierSets,
  shortestVelocity,
  spread,
  type ActiveRow,
  type SlidingField,
} from './sliding-field.js';

/** Which solution to follow where there are several. */
export type Choice = 'minimalNorm' | 'steepestDescent';

/** An argument that is 0 now and will leave 0 with t^order; order 0: it stays there. */
export interface FreshEntry {
  readonly entry: number;
  readonly order: 0 | 1 | 2;
}

/** How the flow goes on from a point at kinks: its pattern of signs and its velocity. */
export interface Decision {
  readonly pattern: Pattern;
  readonly velocity: Float64Array;
  /** −velocity is an element of Clarke's set of length 0, within rounding. */
  readonly atRest: boolean;
  readonly fresh: readonly FreshEntry[];
  /** The flow could go on in another way too. */
  readonly several: boolean;
  /** A kink that bends down, if one is met. */
  readonly concave?: number | undefined;
  /** Why the way on could not be decided. */
  readonly undecided: string | undefined;
}

/** What is known at a point about the kinks that bend there. */
interface Corner {
  readonly x: Float64Array;
  readonly active: readonly ActiveKink[];
  readonly before: Pattern;
}

/** One way on: a pattern with its velocity and the multipliers of what is held. */
interface Way {
  readonly pattern: Pattern;
  readonly velocity: Float64Array;
  /** Rows and multipliers of the kinks that are held in the pattern. */
  readonly rows: readonly ActiveRow[];
  readonly lambda: Float64Array;
  readonly bounds: Float64Array;
  /** ν: forces below it are rounding. */
  readonly noise: number;
  readonly gradientNorm: number;
  readonly ended: boolean;
}

/** What a kink does under a way on. */
type Verdict =
  | { readonly kind: 'held'; readonly ties?: readonly number[] }
  | { readonly kind: 'side'; readonly side: number | Float64Array }
  | {
      readonly kind: 'tangential';
      readonly ties?: readonly number[];
      readonly side: number | Float64Array;
    };

/** Decides how the flow goes on where kinks bend. */
export class Decider {
  private readonly frozen: FrozenFunction;
  private readonly field: SlidingField;
  private readonly choice: Choice;
  private readonly gradient: Float64Array;
  private readonly values: Float64Array;
  private readonly rates: Float64Array;

  constructor(field: SlidingField, choice: Choice) {
    const { frozen } = field;
    this.frozen = frozen;
    this.field = field;
    this.choice = choice;
    this.gradient = new Float64Array(frozen.dimension);
    this.values = new Float64Array(frozen.size);
    this.rates = new Float64Array(frozen.size);
  }

  /** The way on from x; `ahead` is a time, short against a step, after which what is tangential now is looked at again. */
  decide(
    x: Float64Array,
    before: Pattern,
    active: readonly ActiveKink[],
    ahead: number,
    stateNoise: number,
  ): Decision {
    return this.decideAt({ x, before, active }, ahead, stateNoise, false);
  }

  private decideAt(
    corner: Corner,
    ahead: number,
    stateNoise: number,
    isSecondLook: boolean,
  ): Decision {
    const { x, active, before } = corner;
    const { kinks } = this.frozen;
    const neutral = copyPattern(before);
    for (const { index, ties } of active) setHeld(kinks[index]!, index, neutral, ties);
    const way = this.wayOf(x, neutral, stateNoise);
    const concave = way.rows.find(
      ({ kink, length }) => way.bounds[kink]! * length < -way.noise,
    )?.kink;
    const isConcave = concave !== undefined;
    const isCoupled = way.rows.some(({ slopes }) =>
      active.some(({ index }) => slopes !== undefined && slopes[index] !== 0),
    );
    let found: { way: Way; verdicts: Map<number, Verdict>; several: boolean; undecided?: string };
    if (!isConcave && !isCoupled) {
      const verdicts = this.verdictsOf(way, active);
      found = { way, verdicts, several: false };
      if (!way.ended) {
        return this.undecided(corner, way, 'the multipliers were not found');
      }
    } else {
      found = this.search(corner, neutral, stateNoise, way);
    }
    const decision = this.conclude(corner, found, ahead, stateNoise, isSecondLook);
    return { ...decision, concave: concave ?? decision.concave };
  }

  /** The shortest velocity over all that the kinks held in the pattern may add. */
  private wayOf(x: Float64Array, pattern: Pattern, stateNoise: number, start?: Float64Array): Way {
    const { frozen, field } = this;
    const { kinks } = frozen;
    const which: number[] = [];
    pattern.held.forEach((one, index) => one && which.push(index));
    const held: HeldRow[] = heldRows(kinks, pattern, which);
    const rows = held.map((row) => field.rowAt(x, pattern, row));
    const gradient = this.gradient;
    const bounds = new Float64Array(kinks.length);
    const multipliers = new Float64Array(frozen.size);
    field.sweeps++;
    frozen.sweep(x, pattern.sides, undefined, gradient, this.values, bounds);
    const g = gradient.slice();
    const lambda = start?.length === rows.length ? start : new Float64Array(rows.length);
    const velocity = new Float64Array(frozen.dimension);
    const isNested = rows.some(({ slopes }) => slopes?.some((slope) => slope !== 0));
    let ended = true;
    let before = Infinity;
    // bounds of kinks below others depend on the multipliers of these
    for (let round = 0; round < 100; round++) {
      if (isNested && (round > 0 || start)) {
        spread(rows, lambda, multipliers);
        field.sweeps++;
        frozen.sweep(x, pattern.sides, multipliers, gradient, this.values, bounds);
      }
      const last = lambda.slice();
      ended = shortestVelocity(g, rows, multiplierSets(frozen, rows, bounds), lambda, velocity);
      if (!isNested) break;
      let moved = 0;
      let size = Number.MIN_VALUE;
      for (let i = 0; i < lambda.length; i++) {
        moved = Math.max(moved, Math.abs(lambda[i]! - last[i]!));
        size = Math.max(size, Math.abs(lambda[i]!));
      }
      if (round > 0 && moved <= 1e-14 * size) break;
      // rounding keeps it from coming nearer
      if (round > 4 && moved >= before && moved <= 1e-10 * size) break;
      before = moved;
    }
    const gradientNorm = norm2(g);
    let forces = gradientNorm;
    rows.forEach(({ length }, i) => (forces += Math.abs(lambda[i]!) * length));
    const noise = 64 * Number.EPSILON * forces + stateNoise;
    return { pattern, velocity, rows, lambda, bounds, noise, gradientNorm, ended };
  }

  /** What each active kink does under a way on. */
  private verdictsOf(way: Way, active: readonly ActiveKink[]): Map<number, Verdict> {
    const verdicts = new Map<number, Verdict>();
    for (const one of active) verdicts.set(one.index, this.verdictOf(way, one));
    return verdicts;
  }

  private verdictOf(way: Way, { index }: ActiveKink): Verdict {
    const kink = this.frozen.kinks[index]!;
    const at = way.rows.findIndex((row) => row.kink === index);
    if (kink.kind === 'abs') return intervalVerdict(way, at);
    const rows = way.rows.filter((row) => row.kink === index);
    const lambda = way.lambda.subarray(at, at + rows.length);
    return kink.kind === 'norm'
      ? ballVerdict(way, rows, lambda)
      : simplexVerdict(way, rows, lambda);
  }

  /** Turns verdicts into the next pattern; what is tangential is looked at again a little later. */
  private conclude(
    corner: Corner,
    {
      way,
      verdicts,
      several,
      undecided,
    }: {
      way: Way;
      verdicts: Map<number, Verdict>;
      several: boolean;
      undecided?: string | undefined;
    },
    ahead: number,
    stateNoise: number,
    isSecondLook: boolean,
  ): Decision {
    const { kinks, dimension } = this.frozen;
    const { x, active } = corner;
    const { velocity } = way;
    const speed = norm2(velocity);
    let forces = way.gradientNorm;
    way.rows.forEach(({ length }, i) => (forces += Math.abs(way.lambda[i]!) * length));
    const atRest = speed <= Math.max(way.noise, 1e-13 * forces);
    const next = copyPattern(way.pattern);
    const fresh: FreshEntry[] = [];
    const open: ActiveKink[] = [];
    for (const { index } of active) {
      const verdict = verdicts.get(index)!;
      const kink = kinks[index]!;
      if (verdict.kind === 'side') {
        this.put(next, index, verdict.side, corner, 1, fresh);
        continue;
      }
      setHeld(kink, index, next, verdict.ties);
      if (verdict.ties) this.freshTies(corner, index, verdict.ties, fresh);
      open.push({ index, from: 'held', ...(verdict.ties && { ties: verdict.ties }) });
    }
    const isTangential = [...verdicts.values()].some(({ kind }) => kind === 'tangential');
    if (!isTangential || atRest) {
      return { pattern: next, velocity, atRest, fresh, several, undecided };
    }
    if (isSecondLook) {
      for (const { index } of open) {
        const verdict = verdicts.get(index)!;
        if (verdict.kind === 'tangential') this.put(next, index, verdict.side, corner, 0, fresh);
      }
      return { pattern: next, velocity, atRest, fresh, several, undecided };
    }
    const later = new Float64Array(dimension);
    for (let i = 0; i < dimension; i++) later[i] = x[i]! + ahead * velocity[i]!;
    const second = this.decideAt({ x: later, before: next, active: open }, ahead, stateNoise, true);
    const left = second.fresh.map(({ entry, order }): FreshEntry => ({
      entry,
      order: order === 0 ? 0 : 2,
    }));
    return {
      pattern: second.pattern,
      velocity,
      atRest,
      fresh: [...fresh, ...left],
      several: several || second.several,
      undecided: undecided ?? second.undecided,
      concave: second.concave,
    };
  }

  /** Puts a kink on a side, and notes what is 0 there. */
  private put(
    pattern: Pattern,
    index: number,
    side: number | Float64Array,
    { active }: Corner,
    order: 0 | 1,
    fresh: FreshEntry[],
  ): void {
    const kink = this.frozen.kinks[index]!;
    setSide(kink, index, pattern, side);
    if (kink.kind !== 'max') fresh.push({ entry: kink.offset, order });
    else {
      const ties = active.find((one) => one.index === index)?.ties ?? [];
      for (const entry of ties) if (entry !== side) fresh.push({ entry, order });
    }
  }

  /** Entries that were tied to a maximum and are not any more. */
  private freshTies(
    { active }: Corner,
    index: number,
    ties: readonly number[],
    fresh: FreshEntry[],
  ): void {
    const before = active.find((one) => one.index === index)?.ties ?? [];
    for (const entry of before) if (!ties.includes(entry)) fresh.push({ entry, order: 1 });
  }

  private undecided({ before }: Corner, { velocity }: Way, reason: string): Decision {
    return {
      pattern: before,
      velocity,
      atRest: false,
      fresh: [],
      several: false,
      undecided: reason,
    };
  }

  /**
   * Where kinks are nested or bend down: patterns that agree with the velocity they give, from the way the flow comes.
   */
  private search(
    corner: Corner,
    neutral: Pattern,
    stateNoise: number,
    neutralWay: Way,
  ): { way: Way; verdicts: Map<number, Verdict>; several: boolean; undecided?: string } {
    const { active } = corner;
    const still = this.stillSides(corner, neutral, neutralWay);
    const starts = [this.firstGuess(corner, neutral, neutralWay, 1, still)];
    const isStart = active.some(({ from }) => from === 'start' || from === 'held');
    if (isStart || this.choice === 'steepestDescent') {
      starts.push(this.firstGuess(corner, neutral, neutralWay, -1, still));
    }
    let several = false;
    const ways: { way: Way; verdicts: Map<number, Verdict> }[] = [];
    for (const guess of starts) {
      const found = this.settle(corner, guess, stateNoise);
      if (found && !ways.some(({ way }) => isSame(way, found.way))) ways.push(found);
    }
    if (ways.length === 0) {
      const names = active.map(({ index }) => this.frozen.kinks[index]!.name).slice(0, 4);
      return {
        way: neutralWay,
        verdicts: this.verdictsOf(neutralWay, active),
        several: true,
        undecided: `no pattern of the kinks ${names.join(', ')} agrees with the velocity it gives`,
      };
    }
    const involved = active.filter(({ index }) => this.isInvolved(index, active, neutralWay));
    if (involved.length <= 3) {
      for (const guess of this.allPatterns(involved, ways[0]!.way.pattern)) {
        const found = this.consistent(corner, guess, stateNoise);
        if (found && !ways.some(({ way }) => isSame(way, found.way))) ways.push(found);
      }
    }
    if (active.length <= 4 && involved.length === active.length) {
      const mixture = new Mixture(this.field, corner.x, neutral, active).shortest();
      if (mixture) {
        const fastest = Math.max(...ways.map(({ way }) => norm2(way.velocity)));
        const length = norm2(mixture);
        const isShorter = ways.every(
          ({ way }) => length < 0.999999 * norm2(way.velocity) - way.noise,
        );
        // 0 in Clarke's set
        if (this.choice === 'minimalNorm' && length <= neutralWay.noise + 1e-12 * fastest) {
          const way = { ...neutralWay, velocity: mixture };
          const verdicts = new Map(
            active.map(({ index, ties }): [number, Verdict] => [
              index,
              ties ? { kind: 'held', ties } : { kind: 'held' },
            ]),
          );
          return { way, verdicts, several: isShorter || ways.length > 1 };
        }
        several = isShorter;
      }
    }
    const chosen =
      this.choice === 'steepestDescent'
        ? ways.reduce((best, one) =>
            norm2(one.way.velocity) > norm2(best.way.velocity) ? one : best,
          )
        : ways[0]!;
    return { ...chosen, several: several || ways.length > 1 };
  }

  /** Arrivals cross, what was on a side stays, kinks that bend up are held, those that bend down go to `side`. */
  private firstGuess(
    { active, before }: Corner,
    neutral: Pattern,
    { bounds, noise, rows, velocity }: Way,
    turn: 1 | -1,
    still: ReadonlyMap<number, number>,
  ): Pattern {
    const guess = copyPattern(neutral);
    for (const { index, from, ties } of active) {
      const kink = this.frozen.kinks[index]!;
      const side = still.get(index);
      if (side !== undefined) {
        setSide(kink, index, guess, side);
        continue;
      }
      const row = rows.find((one) => one.kink === index);
      const length = row?.length ?? 1;
      const was = kink.kind === 'abs' ? before.sides[kink.offset]! : 0;
      if (kink.kind === 'abs' && from === 'side') setSide(kink, index, guess, -was * turn);
      else if (kink.kind === 'abs' && from === 'fresh') setSide(kink, index, guess, was * turn);
      else if (bounds[index]! * length > -noise && turn > 0) continue;
      else if (kink.kind === 'abs') setSide(kink, index, guess, -turn);
      else if (kink.kind === 'max')
        setSide(kink, index, guess, ties![turn > 0 ? 0 : ties!.length - 1]!);
      else if (from === 'side') setSide(kink, index, guess, this.directionOf(kink, before, turn));
      else setSide(kink, index, guess, this.away(kink, rows, velocity));
    }
    return guess;
  }

  /**
   * Sides of arguments that nothing moves while the kinks below them are held: those they have in every direction, as
   * far as some show. They matter to the bounds of these kinks.
   */
  private stillSides(
    { x, active, before }: Corner,
    neutral: Pattern,
    { rows, noise, gradientNorm }: Way,
  ): ReadonlyMap<number, number> {
    const { kinks, dimension } = this.frozen;
    const still = new Map<number, number>();
    const negligible = 1e-13 * (1 + gradientNorm) + noise;
    for (const { kink, length } of rows) {
      const { kind, nested } = kinks[kink]!;
      if (kind === 'abs' && nested && length <= negligible) still.set(kink, 0);
    }
    if (still.size === 0) return still;
    const direction = new Float64Array(dimension);
    const mixed = new Set<number>();
    for (let probe = 0; probe < 8; probe++) {
      for (let i = 0; i < dimension; i++) {
        direction[i] = Math.cos(1 + probe + (i + 1) * (probe + 2)) * (probe % 2 === 0 ? 1 : -1);
      }
      const pattern = copyPattern(neutral);
      // in evaluation order: each kink takes the side to which it moves
      for (const { index } of active) {
        const kink = kinks[index]!;
        if (kink.kind !== 'abs') continue;
        this.frozen.velocities(x, pattern.sides, direction, this.rates);
        const side = Math.sign(this.rates[kink.offset]!);
        setSide(kink, index, pattern, side);
        const known = still.get(index);
        if (known === undefined || side === 0) continue;
        if (known !== 0 && known !== side) mixed.add(index);
        still.set(index, side);
      }
    }
    for (const index of still.keys()) {
      const own = before.sides[kinks[index]!.offset]!;
      if (mixed.has(index) || still.get(index) === 0) still.set(index, own === 0 ? -1 : own);
    }
    return still;
  }

  private directionOf(
    { offset, size }: FrozenKink,
    { sides }: Pattern,
    turn: number,
  ): Float64Array {
    return sides.slice(offset, offset + size).map((x) => -turn * x);
  }

  /** A direction for a norm that bends down: where the velocity moves its argument, else along its first entry. */
  private away(
    { offset, size }: FrozenKink,
    rows: readonly ActiveRow[],
    velocity: Float64Array,
  ): Float64Array {
    const rates = new Float64Array(size);
    for (const { entry, gradient } of rows) {
      if (entry >= offset && entry < offset + size) rates[entry - offset] = dot(gradient, velocity);
    }
    const length = norm2(rates);
    if (length > 0) return rates.map((x) => x / length);
    rates[0] = 1;
    return rates;
  }

  /** Changes a pattern until it agrees with the velocity it gives. */
  private settle(
    corner: Corner,
    guess: Pattern,
    stateNoise: number,
  ): { way: Way; verdicts: Map<number, Verdict> } | undefined {
    const { x, active } = corner;
    let pattern = guess;
    for (let round = 0; round < 8 + 6 * active.length; round++) {
      const way = this.wayOf(x, pattern, stateNoise);
      const { verdicts, wrong } = this.check(corner, way);
      if (wrong.length === 0) return { way, verdicts };
      pattern = copyPattern(pattern);
      for (const change of round < 8 ? wrong : wrong.slice(0, 1)) change(pattern);
    }
    return undefined;
  }

  private consistent(
    corner: Corner,
    pattern: Pattern,
    stateNoise: number,
  ): { way: Way; verdicts: Map<number, Verdict> } | undefined {
    const way = this.wayOf(corner.x, pattern, stateNoise);
    const { verdicts, wrong } = this.check(corner, way);
    return wrong.length === 0 ? { way, verdicts } : undefined;
  }

  /** Which active kinks disagree with the velocity of their pattern, and what they would have to do. */
  private check(
    { x, active }: Corner,
    way: Way,
  ): { verdicts: Map<number, Verdict>; wrong: ((pattern: Pattern) => void)[] } {
    const { frozen, rates } = this;
    const { pattern, bounds, noise } = way;
    frozen.velocities(x, pattern.sides, way.velocity, rates);
    const verdicts = new Map<number, Verdict>();
    const wrong: ((pattern: Pattern) => void)[] = [];
    for (const one of active) {
      const { index, ties = [] } = one;
      const kink = frozen.kinks[index]!;
      const bends = bounds[index]!;
      if (pattern.held[index]) {
        const verdict = this.verdictOf(way, one);
        verdicts.set(index, verdict);
        const row = way.rows.find(({ kink: which }) => which === index);
        const force = bends * (row?.length ?? 1);
        if (force < -noise) wrong.push((next) => this.flip(next, one));
        else if (verdict.kind === 'side') {
          const { side } = verdict;
          wrong.push((next) => setSide(kink, index, next, side));
        } else if (verdict.ties && verdict.ties.length < ties.length) {
          const { ties: fewer } = verdict;
          const heldNow = ties.filter((entry) => pattern.tied[entry] === 1);
          if (fewer.length < heldNow.length)
            wrong.push((next) => setHeld(kink, index, next, fewer));
        }
        continue;
      }
      // the gradient of its argument is not at hand: its rate against that of all that moves
      const slack = 1e-12 * Math.max(norm2(way.velocity), Number.MIN_VALUE) + noise;
      const { offset, size } = kink;
      if (kink.kind === 'abs') {
        const side = pattern.sides[offset]!;
        const rate = rates[offset]! * side;
        verdicts.set(index, rate > slack ? { kind: 'side', side } : { kind: 'tangential', side });
        if (rate < -slack) {
          wrong.push((next) =>
            bends > 0 ? setHeld(kink, index, next) : setSide(kink, index, next, -side),
          );
        }
      } else if (kink.kind === 'max') {
        const base = ties.find((entry) => pattern.sides[entry] === 1) ?? ties[0]!;
        const ahead = ties.filter((entry) => rates[entry]! - rates[base]! > slack);
        const along = ties.filter((entry) => Math.abs(rates[entry]! - rates[base]!) <= slack);
        verdicts.set(
          index,
          along.length > 1
            ? { kind: 'tangential', side: base, ties: along }
            : { kind: 'side', side: base },
        );
        if (ahead.length > 0) {
          const fastest = ahead.reduce((best, entry) =>
            rates[entry]! > rates[best]! ? entry : best,
          );
          wrong.push((next) =>
            bends > 0
              ? setHeld(kink, index, next, [base, fastest])
              : setSide(kink, index, next, fastest),
          );
        }
      } else {
        const rate = rates.slice(offset, offset + size);
        const length = norm2(rate);
        const direction = pattern.sides.slice(offset, offset + size);
        const towards = dot(rate, direction) / (length * norm2(direction) || 1);
        verdicts.set(
          index,
          length > slack
            ? { kind: 'side', side: direction }
            : { kind: 'tangential', side: direction },
        );
        if (length > slack && towards < 1 - 1e-12) {
          wrong.push((next) => {
            if (bends > 0 && towards < 0) setHeld(kink, index, next);
            else
              setSide(
                kink,
                index,
                next,
                rate.map((r) => r / length),
              );
          });
        }
      }
    }
    return { verdicts, wrong };
  }

  /** A kink that bends down is not held: it goes to the side that it is nearer to, by its rate. */
  private flip(next: Pattern, { index, ties = [] }: ActiveKink): void {
    const kink = this.frozen.kinks[index]!;
    const { rates } = this;
    if (kink.kind === 'abs') setSide(kink, index, next, rates[kink.offset]! > 0 ? 1 : -1);
    else if (kink.kind === 'max') {
      setSide(
        kink,
        index,
        next,
        ties.reduce((best, entry) => (rates[entry]! > rates[best]! ? entry : best)),
      );
    } else setSide(kink, index, next, this.away(kink, [], new Float64Array(0)));
  }

  /** Whether a kink bends down, or its multiplier and that of another active kink depend on each other. */
  private isInvolved(
    index: number,
    active: readonly ActiveKink[],
    { rows, bounds, noise }: Way,
  ): boolean {
    return rows.some(({ kink, length, slopes }) => {
      if (kink === index && bounds[kink]! * length < -noise) return true;
      if (slopes === undefined) return false;
      if (kink !== index) return slopes[index] !== 0;
      return active.some((other) => slopes[other.index] !== 0);
    });
  }

  /** All patterns of the active kinks: both sides and holding, every winner and all ties. */
  private *allPatterns(active: readonly ActiveKink[], neutral: Pattern): Iterable<Pattern> {
    const { kinks } = this.frozen;
    if (active.some(({ index }) => kinks[index]!.kind === 'norm')) return;
    const options = active.map(({ index, ties = [] }): ((pattern: Pattern) => void)[] => {
      const kink = kinks[index]!;
      const held = (next: Pattern): void => setHeld(kink, index, next, ties);
      const sides = kink.kind === 'abs' ? [-1, 1] : ties;
      return [held, ...sides.map((side) => (next: Pattern) => setSide(kink, index, next, side))];
    });
    const count = options.reduce((product, { length }) => product * length, 1);
    for (let code = 0; code < count && code < 200; code++) {
      const pattern = copyPattern(neutral);
      let rest = code;
      for (const list of options) {
        list[rest % list.length]!(pattern);
        rest = Math.floor(rest / list.length);
      }
      yield pattern;
    }
  }
}

function intervalVerdict({ rows, lambda, bounds, velocity, noise }: Way, at: number): Verdict {
  const { gradient, length, kink } = rows[at]!;
  const force = lambda[at]!;
  if ((bounds[kink]! - Math.abs(force)) * length > noise) return { kind: 'held' };
  const rate = dot(gradient, velocity);
  if (Math.abs(rate) > noise * length) return { kind: 'side', side: Math.sign(rate) };
  return { kind: 'tangential', side: force > 0 ? 1 : -1 };
}

function ballVerdict(
  { bounds, velocity, noise }: Way,
  rows: readonly ActiveRow[],
  lambda: Float64Array,
): Verdict {
  const { kink, length } = rows[0]!;
  const force = norm2(lambda);
  // the search finds points of the sphere to about 1e−9
  const slack = noise + 1e-9 * bounds[kink]! * length;
  if ((bounds[kink]! - force) * length > slack) return { kind: 'held' };
  const rates = Float64Array.from(rows, ({ gradient }) => dot(gradient, velocity));
  const rate = norm2(rates);
  if (rate > noise * length + 1e-9 * bounds[kink]! * length * length) {
    return { kind: 'side', side: rates.map((r) => r / rate) };
  }
  return { kind: 'tangential', side: lambda.map((l) => l / (force || 1)) };
}

function simplexVerdict(
  { bounds, velocity, noise }: Way,
  rows: readonly ActiveRow[],
  lambda: Float64Array,
): Verdict {
  const { base, kink } = rows[0]!;
  let rest = bounds[kink]!;
  let longest = 0;
  rows.forEach(({ length }, i) => {
    rest -= lambda[i]!;
    longest = Math.max(longest, length);
  });
  const entries = [base, ...rows.map(({ entry }) => entry)];
  const weights = [rest * longest, ...rows.map(({ length }, i) => lambda[i]! * length)];
  const rates = [0, ...rows.map(({ gradient }) => dot(gradient, velocity))];
  const top = Math.max(...rates);
  const slack = noise * longest;
  const leading = entries.filter((_, i) => rates[i]! >= top - slack);
  const carrying = entries.filter((_, i) => weights[i]! > noise && rates[i]! >= top - slack);
  if (leading.length === 1) return { kind: 'side', side: leading[0]! };
  if (carrying.length === leading.length) return { kind: 'held', ties: leading };
  return { kind: 'tangential', side: carrying[0] ?? leading[0]!, ties: leading };
}

/** Whether two ways have one velocity. */
function isSame(a: Way, b: Way): boolean {
  let apart = 0;
  for (let i = 0; i < a.velocity.length; i++) apart += (a.velocity[i]! - b.velocity[i]!) ** 2;
  return (
    Math.sqrt(apart) <= 1e-9 * Math.max(norm2(a.velocity), norm2(b.velocity)) + a.noise + b.noise
  );
}
