import { evaluateSegment, type Segment } from '@nonsmooth/ode';
import type { FrozenFunction } from '@nonsmooth/autodiff';
import { bernsteinMatrix, firstNegative } from './bernstein.js';
import type { FreshEntry } from './decision.js';
import { baseOf, type Pattern } from './pattern.js';

/** Where on a step a kink is met first. */
export interface Crossing {
  readonly theta: number;
  readonly kink: number;
  /** The entry of a maximum that comes up to its base. */
  readonly entry: number;
}

/**
 * Watches the sides of kinks on steps: for each argument a gap that is positive while the pattern holds: u times its
 * side, u_base − u_entry of a maximum, ⟨direction, u⟩ of a norm. Gaps are interpolated between equidistant points of
 * the dense output by polynomials of its degree, exactly where arguments are affine; the zeros of others are then
 * found on the function itself. Gaps that are 0 at the start of a step are divided by θ or θ².
 */
export class KinkWatch {
  private readonly frozen: FrozenFunction;
  private readonly values: Float64Array;
  private readonly state: Float64Array;
  private readonly kinkOf: Int32Array;
  /** Of the arguments that are 0 at the start of the step. */
  private readonly order: Map<number, 0 | 1 | 2> = new Map();
  private gaps: Float64Array[] = [];
  /** The derivatives of gaps at the start of the step, for those that are 0 there. */
  private readonly rates: Float64Array;
  private readonly slack: Float64Array;

  constructor(frozen: FrozenFunction) {
    const { size, dimension, kinks } = frozen;
    this.frozen = frozen;
    this.values = new Float64Array(size);
    this.state = new Float64Array(dimension);
    this.rates = new Float64Array(size);
    this.slack = new Float64Array(size);
    this.kinkOf = new Int32Array(size);
    kinks.forEach((kink, index) => this.kinkOf.fill(index, kink.offset, kink.offset + kink.size));
  }

  /** From x on with this pattern and velocity; `scales` are sizes of the terms that the arguments are sums of. */
  begin(
    x: Float64Array,
    pattern: Pattern,
    velocity: Float64Array,
    fresh: readonly FreshEntry[],
    scales: Float64Array,
  ): void {
    const { frozen, rates, slack } = this;
    this.order.clear();
    for (const { entry, order } of fresh) this.order.set(entry, order);
    for (let i = 0; i < slack.length; i++) slack[i] = 256 * Number.EPSILON * Math.abs(scales[i]!);
    rates.fill(0);
    if (fresh.length > 0) {
      frozen.velocities(x, pattern.sides, velocity, this.values);
      this.toGaps(this.values, pattern, rates);
    }
    this.gaps[0] ??= new Float64Array(frozen.size);
    frozen.values(x, pattern.sides, this.values);
    this.toGaps(this.values, pattern, this.gaps[0]);
  }

  /** The entries that have not left 0 yet. */
  get freshEntries(): ReadonlyMap<number, 0 | 1 | 2> {
    return this.order;
  }

  /** The first kink met on the step. */
  first(segment: Segment, pattern: Pattern): Crossing | undefined {
    const { frozen, gaps, order } = this;
    const m = Math.max(4, segment.degree);
    const reach = (segment.end - segment.start) / segment.step;
    for (let j = 1; j <= m; j++) {
      gaps[j] ??= new Float64Array(frozen.size);
      evaluateSegment(segment, (j / m) * reach, this.state);
      frozen.values(this.state, pattern.sides, this.values);
      this.toGaps(this.values, pattern, gaps[j]!);
    }
    const matrix = bernsteinMatrix(m);
    const lower = bernsteinMatrix(m - 1);
    let earliest: Crossing | undefined;
    const samples = new Float64Array(m + 1);
    const coefficients = new Float64Array(m + 1);
    for (let entry = 0; entry < frozen.size; entry++) {
      const start = gaps[0]![entry]!;
      if (start === Infinity) continue;
      const freshOrder = order.get(entry);
      if (freshOrder === 0 && this.stays(entry, m)) continue;
      let [least, most] = [Infinity, -Infinity];
      for (let j = 0; j <= m; j++) {
        const gap = gaps[j]![entry]!;
        samples[j] = gap;
        least = Math.min(least, gap);
        most = Math.max(most, gap);
      }
      // interpolants of degree m exceed their values by a small multiple of how much these vary
      if (freshOrder === undefined && least > (1 << (m - 1)) * (most - least)) continue;
      let theta: number | undefined;
      if (freshOrder === undefined) {
        product(matrix, samples, coefficients);
        if (coefficients[0]! < 0) coefficients[0] = 0;
        theta = firstNegative(coefficients);
      } else if (freshOrder === 2) {
        theta = this.firstOfSecondOrder(samples, m, lower);
      } else {
        for (let j = 1; j <= m; j++) samples[j] = samples[j]! / (j / m);
        samples[0] = this.rates[entry]! * segment.step * reach;
        product(matrix, samples, coefficients);
        theta = firstNegative(coefficients);
      }
      if (theta === undefined) continue;
      theta *= reach;
      if (earliest && theta >= earliest.theta) continue;
      earliest = { theta, kink: this.kinkOf[entry]!, entry };
    }
    return earliest && this.polished(earliest, segment, pattern, reach);
  }

  /** The values of an argument at the ends of equidistant parts, divided by θ²; at 0 as the others continue. */
  private firstOfSecondOrder(
    samples: Float64Array,
    m: number,
    lower: readonly Float64Array[],
  ): number | undefined {
    const values = Float64Array.from({ length: m }, (_, j) => samples[j + 1]! / ((j + 1) / m) ** 2);
    const out = new Float64Array(m);
    product(lower, values, out);
    const theta = firstNegative(out);
    // the polynomial is on [1/m, 1]
    return theta === undefined ? undefined : (1 + theta * (m - 1)) / m;
  }

  private stays(entry: number, m: number): boolean {
    for (let j = 1; j <= m; j++) if (this.gaps[j]![entry]! < -this.slack[entry]!) return false;
    return true;
  }

  /** The zero of the gap itself next to that of its interpolant. */
  private polished(
    crossing: Crossing,
    segment: Segment,
    pattern: Pattern,
    reach: number,
  ): Crossing {
    const { kink, entry } = crossing;
    const { affine, kind } = this.frozen.kinks[kink]!;
    if ((affine && kind !== 'norm') || this.order.has(entry)) return crossing;
    const gapAt = (theta: number): number => {
      evaluateSegment(segment, theta, this.state);
      this.frozen.values(this.state, pattern.sides, this.values);
      return this.gapOf(entry, this.values, pattern);
    };
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
      [before, valueBefore] = [at, value];
      at = next;
      value = gapAt(at);
      if (Math.abs(step) <= 1e-15 * reach || Math.abs(value) <= this.slack[entry]! / 64) break;
    }
    return { ...crossing, theta: Math.min(Math.max(at, 0), reach) };
  }

  /** After a step to x: what is not 0 any more is watched like all others. */
  advance(x: Float64Array, pattern: Pattern): void {
    const { frozen, gaps, order } = this;
    frozen.values(x, pattern.sides, this.values);
    this.toGaps(this.values, pattern, gaps[0]!);
    for (const entry of order.keys()) {
      if (Math.abs(gaps[0]![entry]!) > this.slack[entry]!) order.delete(entry);
    }
  }

  private gapOf(entry: number, u: Float64Array, pattern: Pattern): number {
    const index = this.kinkOf[entry]!;
    const kink = this.frozen.kinks[index]!;
    const { sides } = pattern;
    if (kink.kind === 'abs') return pattern.held[index] ? Infinity : u[entry]! * sides[entry]!;
    if (kink.kind === 'max') {
      const base = baseOf(kink, pattern);
      return entry === base || pattern.tied[entry] ? Infinity : u[base]! - u[entry]!;
    }
    if (entry !== kink.offset || pattern.held[index]) return Infinity;
    let along = 0;
    for (let i = kink.offset; i < kink.offset + kink.size; i++) along += u[i]! * sides[i]!;
    return along;
  }

  private toGaps(u: Float64Array, pattern: Pattern, out: Float64Array): void {
    for (let entry = 0; entry < out.length; entry++) out[entry] = this.gapOf(entry, u, pattern);
  }
}

function product(matrix: readonly Float64Array[], values: Float64Array, out: Float64Array): void {
  for (let k = 0; k < out.length; k++) {
    let sum = 0;
    for (let j = 0; j < out.length; j++) sum += matrix[k]![j]! * values[j]!;
    out[k] = sum;
  }
}
