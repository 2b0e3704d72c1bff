import { VectorBlock } from '@nonsmooth/core';
import { evaluateSegment, type Segment } from '@nonsmooth/ode';
import { bernsteinMatrix, firstNegative } from './bernstein.js';
import type { FreshEntry } from './decision.js';
import type { SavedFresh } from './inclusion-checkpoint.js';
import { Entries, type KinkedFunction } from './kinked-function.js';
import type { Pattern } from './pattern.js';

/** Where on a step a kink is met first. */
export interface Crossing {
  readonly theta: number;
  readonly kink: number;
  /** The entry of a maximum that comes up to its base. */
  readonly entry: number;
}

/** Kinks that are met so closely, in steps, are met at once. */
const atOnce = 1e-12;

/** An argument that was 0 at the start of the piece: which power of θ its gap is divided by, and what is 0 there. */
interface Fresh {
  readonly order: 0 | 1 | 2;
  /** Whether what is held keeps it at 0: on the way only what the interpolant loses is seen of it. */
  readonly isKept: boolean;
  /** Whether it has been found that there is no other way on, though it bends down. */
  readonly isSettled: boolean;
  readonly slack: number;
  /** The derivative of its gap at the start of the step. */
  readonly rate: number;
}

/**
 * Watches the sides of kinks on steps. Gaps are interpolated between equidistant points of the dense output by
 * polynomials of its degree, exactly where arguments are affine; the zeros of others are then found on the function
 * itself. Gaps that are 0 at the start of a step are divided by θ or θ².
 */
export class KinkWatch {
  private readonly kinked: KinkedFunction;
  private readonly state: Float64Array;
  private readonly fresh = new Map<number, Fresh>();
  private readonly near = new Entries();
  private readonly one = new Entries();
  private readonly beginning = new Entries();
  private rates = new Float64Array(4);
  private readonly gaps: Float64Array[] = [];
  private readonly pair = [new Float64Array(1)];
  private samples = new Float64Array(0);
  private coefficients = new Float64Array(0);

  constructor(kinked: KinkedFunction, block: VectorBlock) {
    this.kinked = kinked;
    this.state = block.next(kinked.dimension);
  }

  /** From x on with this pattern and velocity; the function has taken the measure of x. */
  begin(
    x: Float64Array,
    pattern: Pattern,
    velocity: Float64Array,
    fresh: readonly FreshEntry[],
  ): void {
    const { kinked } = this;
    const before = fresh.length > 0 && this.fresh.size > 0 ? new Map(this.fresh) : this.fresh;
    this.fresh.clear();
    if (fresh.length === 0) return;
    const { beginning } = this;
    beginning.clear();
    for (const { entry } of fresh) beginning.add(entry);
    if (this.rates.length < fresh.length) this.rates = new Float64Array(beginning.list.length);
    const { rates } = this;
    kinked.gapRates(x, pattern, velocity, beginning, rates);
    for (let i = 0; i < fresh.length; i++) {
      const { entry, order, isKept = false } = fresh[i]!;
      let slack = 256 * Number.EPSILON * Math.abs(kinked.scaleOf(entry));
      const gap = this.gapAt(x, pattern, entry);
      // what nothing moves stays as far from 0 as it came there, and what was past 0 comes back
      if (order === 0) {
        const off = Math.abs(gap);
        if (off < Infinity) slack = Math.max(slack, before.get(entry)?.slack ?? 0, 2 * off);
      } else if (gap < 0) slack = Math.max(slack, -2 * gap);
      this.fresh.set(entry, { order, isKept, isSettled: false, slack, rate: rates[i]! });
    }
  }

  /** How many entries have not left 0 yet. */
  get size(): number {
    return this.fresh.size;
  }

  /** Whether an entry has not left 0 yet. */
  has(entry: number): boolean {
    return this.fresh.has(entry);
  }

  /** How an entry leaves 0, which it has not done yet: with t^order. */
  orderOf(entry: number): 0 | 1 | 2 | undefined {
    return this.fresh.get(entry)?.order;
  }

  /** The entries that have not left 0 yet. */
  get entries(): Iterable<number> {
    return this.fresh.keys();
  }

  /** Calls back with every entry that stays at 0. */
  resting(found: (entry: number) => void): void {
    if (this.fresh.size === 0) return;
    for (const [entry, { order }] of this.fresh) if (order === 0) found(entry);
  }

  /** An entry is held from here on. */
  leave(entry: number): void {
    this.fresh.delete(entry);
  }

  /** The other side of an entry that has not left 0 yet holds. */
  turn(entry: number): void {
    const known = this.fresh.get(entry);
    if (!known) return;
    const { order, isKept, isSettled, slack, rate } = known;
    this.fresh.set(entry, { order, isKept, isSettled, slack, rate: -rate });
  }

  /** What is held keeps an entry at 0, and there is no other way on until something else is held. */
  settle(entry: number): void {
    const known = this.fresh.get(entry);
    if (!known) return;
    const { order, slack, rate } = known;
    this.fresh.set(entry, { order, isKept: true, isSettled: true, slack, rate });
  }

  /** Whether it is known that what is held keeps an entry at 0, and that there is no other way on. */
  isSettled(entry: number): boolean {
    return this.fresh.get(entry)?.isSettled === true;
  }

  /** What has not left 0 yet, as plain data, and back. */
  saved(): SavedFresh[] {
    return Array.from(this.fresh, ([entry, { order, slack, rate, isKept, isSettled }]) => [
      entry,
      order,
      slack,
      rate,
      isSettled ? 2 : isKept ? 1 : 0,
    ]);
  }

  restore(saved: readonly SavedFresh[]): void {
    this.fresh.clear();
    for (const [entry, order, slack, rate, kept] of saved) {
      const isKept = kept > 0;
      const isSettled = kept > 1;
      this.fresh.set(entry, { order: order as Fresh['order'], slack, rate, isKept, isSettled });
    }
  }

  /** The first kink met on the step. */
  first(segment: Segment, pattern: Pattern): Crossing | undefined {
    const { kinked, fresh, near } = this;
    const reach = (segment.end - segment.start) / segment.step;
    kinked.suspects(segment, pattern, near);
    if (fresh.size > 0) {
      for (const entry of fresh.keys()) if (near.indexOf(entry) < 0) near.add(entry);
    }
    if (near.count === 0) return undefined;
    if (!kinked.hasNorms)
      return this.verified(this.scan(segment, reach, pattern), segment, pattern);
    // past a right angle from its direction a norm has the wrong sign, and with it all that is made of it
    const turned = this.scan(segment, reach, pattern, true);
    const other = this.scan(segment, turned?.theta ?? reach, pattern, false);
    return this.verified(other, segment, pattern) ?? turned;
  }

  /** The first zero of interpolated gaps, of all or of norms alone or of others than norms, up to a part of the step. */
  private scan(
    segment: Segment,
    reach: number,
    pattern: Pattern,
    norms?: boolean,
  ): Crossing | undefined {
    const { kinked, gaps, fresh, near } = this;
    const m = Math.max(4, segment.degree);
    this.reserve(m);
    kinked.gapsOn(segment, reach, m, pattern, near, gaps);
    const { samples, coefficients } = this;
    const matrix = bernsteinMatrix(m);
    let first = Infinity;
    let firstEntry = -1;
    for (let i = 0; i < near.count; i++) {
      const start = gaps[0]![i]!;
      if (start === Infinity) continue;
      const entry = near.list[i]!;
      if (norms !== undefined && norms !== (kinked.kink(kinked.kinkAt(entry)).kind === 'norm')) {
        continue;
      }
      const known = fresh.size > 0 ? fresh.get(entry) : undefined;
      let least = Infinity;
      let most = -Infinity;
      for (let j = 0; j <= m; j++) {
        const gap = gaps[j]![i]!;
        samples[j] = gap;
        if (gap < least) least = gap;
        if (gap > most) most = gap;
      }
      let theta: number | undefined;
      if (known === undefined) {
        // interpolants of degree m exceed their values by a small multiple of how much these vary
        if (least > (1 << (m - 1)) * (most - least)) continue;
        product(matrix, samples, coefficients, m + 1);
        if (coefficients[0]! < 0) coefficients[0] = 0;
        theta = firstNegative(coefficients);
      } else if (known.isKept || staysAbove(samples, m, -known.slack)) {
        continue;
      } else if (known.order === 2) {
        theta = firstOfSecondOrder(samples, m);
      } else {
        for (let j = 1; j <= m; j++) samples[j] = samples[j]! / (j / m);
        samples[0] = known.rate * segment.step * reach;
        product(matrix, samples, coefficients, m + 1);
        theta = firstNegative(coefficients);
      }
      if (theta === undefined) continue;
      theta *= reach;
      // of those met at once, as far as rounding tells, the kinks below come before those above them
      const apart = theta - first;
      if (apart < -atOnce || (apart <= atOnce && entry < firstEntry)) {
        first = theta;
        firstEntry = entry;
      }
    }
    if (firstEntry < 0) return undefined;
    const kink = kinked.kinkAt(firstEntry);
    return this.polished({ theta: first, kink, entry: firstEntry }, segment, pattern, reach);
  }

  /** The crossing, or one before it that the interpolants did not show: gaps of curved arguments are looked at there. */
  private verified(
    crossing: Crossing | undefined,
    segment: Segment,
    pattern: Pattern,
  ): Crossing | undefined {
    const { kinked, near, gaps, fresh, state } = this;
    if (!crossing || crossing.entry < 0) return crossing;
    let isCurved = false;
    for (let i = 0; i < near.count && !isCurved; i++) {
      isCurved = !kinked.kink(kinked.kinkAt(near.list[i]!)).affine;
    }
    if (!isCurved) return crossing;
    let found = crossing;
    for (let round = 0; round < 8; round++) {
      evaluateSegment(segment, found.theta, state);
      const there = gaps[1]!;
      kinked.gapsAt(state, pattern, near, there);
      let worst = -1;
      for (let i = 0; i < near.count; i++) {
        const entry = near.list[i]!;
        const gap = there[i]!;
        if (entry === found.entry || fresh.has(entry) || !(gap < 0)) continue;
        if (kinked.kink(kinked.kinkAt(entry)).affine) continue;
        if (gap > -1e-9 * gaps[0]![i]!) continue;
        if (worst < 0 || gap < there[worst]!) worst = i;
      }
      if (worst < 0) break;
      const entry = near.list[worst]!;
      let [low, high] = [0, found.theta];
      for (let half = 0; half < 60 && high - low > 1e-15 * found.theta; half++) {
        const middle = (low + high) / 2;
        evaluateSegment(segment, middle, state);
        if (this.gapAt(state, pattern, entry) < 0) high = middle;
        else low = middle;
      }
      found = { theta: high, kink: kinked.kinkAt(entry), entry };
    }
    return found;
  }

  private reserve(m: number): void {
    const { near, gaps } = this;
    if (this.samples.length !== m + 1) {
      this.samples = new Float64Array(m + 1);
      this.coefficients = new Float64Array(m + 1);
    }
    if (gaps.length > m && gaps[m]!.length >= near.count) return;
    const { length } = near.list;
    const block = new VectorBlock((m + 1) * length);
    for (let j = 0; j <= m; j++) gaps[j] = block.next(length);
  }

  /** The zero of the gap itself next to that of its interpolant. */
  private polished(
    crossing: Crossing,
    segment: Segment,
    pattern: Pattern,
    reach: number,
  ): Crossing {
    const { kink, entry } = crossing;
    const { affine, kind } = this.kinked.kink(kink);
    if ((affine && kind !== 'norm') || this.fresh.has(entry)) return crossing;
    const gapAt = (theta: number): number => {
      evaluateSegment(segment, theta, this.state);
      return this.gapAt(this.state, pattern, entry);
    };
    const slack = 4 * Number.EPSILON * Math.abs(gapAt(0));
    let at = crossing.theta;
    let value = gapAt(at);
    let step = Math.min(1e-4 * reach, at > 0 ? at : 1e-4 * reach);
    let before = at - step;
    let valueBefore = gapAt(before);
    for (let round = 0; round < 8; round++) {
      if (value === 0 || value === valueBefore) break;
      const next = at - (value * (at - before)) / (value - valueBefore);
      step = next - at;
      if (!(next >= 0 && next <= reach) || Math.abs(step) > 0.1 * reach) break;
      before = at;
      valueBefore = value;
      at = next;
      value = gapAt(at);
      if (Math.abs(step) <= 1e-15 * reach || Math.abs(value) <= slack) break;
    }
    return { kink, entry, theta: Math.min(Math.max(at, 0), reach) };
  }

  private gapAt(x: Float64Array, pattern: Pattern, entry: number): number {
    const { one, pair } = this;
    one.clear();
    one.add(entry);
    this.kinked.gapsAt(x, pattern, one, pair[0]!);
    return pair[0]![0]!;
  }

  /** Whether an argument is on the other side than it is taken to be at x, by more than rounding. */
  isPast(x: Float64Array, pattern: Pattern, entry: number): boolean {
    if (entry < 0 || this.fresh.has(entry)) return false;
    const slack = 256 * Number.EPSILON * Math.abs(this.kinked.scaleOf(entry));
    return this.gapAt(x, pattern, entry) < -slack;
  }

  /** After a step to x: what is not 0 any more is watched like all others. */
  advance(x: Float64Array, pattern: Pattern): void {
    if (this.fresh.size === 0) return;
    for (const [entry, { slack }] of this.fresh) {
      if (Math.abs(this.gapAt(x, pattern, entry)) > slack) this.fresh.delete(entry);
    }
  }

  /** Adds the kinks whose arguments are 0 at x, on the last step, up to a share of the terms that they are sums of. */
  zeros(x: Float64Array, pattern: Pattern, share: number, found: Set<number>): void {
    const { kinked, near, gaps } = this;
    if (near.count === 0) return;
    const out = gaps[0]!;
    kinked.gapsAt(x, pattern, near, out);
    for (let i = 0; i < near.count; i++) {
      const entry = near.list[i]!;
      if (Math.abs(out[i]!) <= share * kinked.scaleOf(entry)) found.add(kinked.kinkAt(entry));
    }
  }
}

/** The values of an argument at the ends of equidistant parts, divided by θ²; at 0 as the others continue. */
function firstOfSecondOrder(samples: Float64Array, m: number): number | undefined {
  const values = Float64Array.from({ length: m }, (_, j) => samples[j + 1]! / ((j + 1) / m) ** 2);
  const out = new Float64Array(m);
  product(bernsteinMatrix(m - 1), values, out, m);
  const theta = firstNegative(out);
  // the polynomial is on [1/m, 1]
  return theta === undefined ? undefined : (1 + theta * (m - 1)) / m;
}

function staysAbove(samples: Float64Array, m: number, least: number): boolean {
  for (let j = 1; j <= m; j++) if (samples[j]! < least) return false;
  return true;
}

function product(
  matrix: readonly Float64Array[],
  values: Float64Array,
  out: Float64Array,
  n: number,
): void {
  for (let k = 0; k < n; k++) {
    const row = matrix[k]!;
    let sum = 0;
    for (let j = 0; j < n; j++) sum += row[j]! * values[j]!;
    out[k] = sum;
  }
}
