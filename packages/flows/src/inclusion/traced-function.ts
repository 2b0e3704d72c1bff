import type { FrozenFunction, FrozenKink } from '@nonsmooth/autodiff';
import { evaluateSegment, type Segment } from '@nonsmooth/ode';
import type { Entries, KinkedFunction } from './kinked-function.js';
import { baseOf, type HeldRow, type Pattern } from './pattern.js';
import { TermSizes } from './term-sizes.js';

/** The kinked function of any frozen function: everything is computed, whatever is asked for. */
export class TracedFunction implements KinkedFunction {
  readonly dimension: number;
  readonly count: number;
  readonly size: number;
  readonly onlyAbs: boolean;
  readonly isNested: boolean;
  readonly hasNorms: boolean;
  readonly straight: Uint8Array;
  private readonly frozen: FrozenFunction;
  private readonly kinkOf: Int32Array;
  private readonly u: Float64Array;
  private readonly bounds: Float64Array;
  private readonly slopes: Float64Array;
  private readonly multipliers: Float64Array;
  private readonly state: Float64Array;
  private readonly sizes: TermSizes;
  private value = NaN;

  constructor(frozen: FrozenFunction) {
    const { dimension, kinks, size } = frozen;
    this.frozen = frozen;
    this.dimension = dimension;
    this.count = kinks.length;
    this.size = size;
    this.straight = frozen.straight;
    this.onlyAbs = kinks.every(({ kind }) => kind === 'abs');
    this.isNested = kinks.some(({ nested }) => nested);
    this.hasNorms = kinks.some(({ kind }) => kind === 'norm');
    this.kinkOf = new Int32Array(size);
    kinks.forEach((kink, index) => this.kinkOf.fill(index, kink.offset, kink.offset + kink.size));
    this.u = new Float64Array(size);
    this.bounds = new Float64Array(kinks.length);
    this.slopes = new Float64Array(kinks.length);
    this.multipliers = new Float64Array(size);
    this.state = new Float64Array(dimension);
    this.sizes = new TermSizes(frozen);
  }

  kink(index: number): FrozenKink {
    return this.frozen.kinks[index]!;
  }

  kinkAt(entry: number): number {
    return this.kinkOf[entry]!;
  }

  changed(): void {}

  gradient(x: Float64Array, sides: Float64Array, gradient: Float64Array): void {
    this.value = this.frozen.sweep(x, sides, undefined, gradient, this.u, this.bounds);
  }

  valueThere(): number {
    return this.value;
  }

  sweep(
    x: Float64Array,
    sides: Float64Array,
    gradient: Float64Array,
    rows: readonly HeldRow[] = [],
    lambda?: Float64Array,
  ): number {
    const { frozen, u, bounds, multipliers } = this;
    if (!lambda) return frozen.sweep(x, sides, undefined, gradient, u, bounds);
    for (let i = 0; i < rows.length; i++) this.load(rows[i]!, lambda[i]!);
    const value = frozen.sweep(x, sides, multipliers, gradient, u, bounds);
    for (const row of rows) this.unload(row);
    return value;
  }

  boundOf(kink: number): number {
    return this.bounds[kink]!;
  }

  row(x: Float64Array, sides: Float64Array, row: HeldRow, gradient: Float64Array): void {
    this.load(row, 1);
    this.frozen.row(x, sides, this.multipliers, gradient, this.slopes);
    this.unload(row);
  }

  slopeOf(kink: number): number {
    return this.slopes[kink]!;
  }

  rowValue(x: Float64Array, sides: Float64Array, { entry, base }: HeldRow): number {
    this.frozen.values(x, sides, this.u);
    return this.u[entry]! - (base >= 0 ? this.u[base]! : 0);
  }

  values(x: Float64Array, sides: Float64Array, out: Float64Array): void {
    this.frozen.values(x, sides, out);
  }

  velocities(
    x: Float64Array,
    sides: Float64Array,
    v: Float64Array,
    which: Entries,
    out: Float64Array,
  ): void {
    this.frozen.velocities(x, sides, v, this.u);
    for (let i = 0; i < which.count; i++) out[i] = this.u[which.list[i]!]!;
  }

  suspects(_segment: Segment, pattern: Pattern, out: Entries): void {
    const { kinks } = this.frozen;
    out.clear();
    for (let index = 0; index < kinks.length; index++) {
      const { kind, offset, size } = kinks[index]!;
      if (kind !== 'max') {
        if (!pattern.held[index]) out.add(offset);
        continue;
      }
      const base = baseOf(kinks[index]!, pattern);
      for (let entry = offset; entry < offset + size; entry++) {
        if (entry !== base && !pattern.tied[entry]) out.add(entry);
      }
    }
  }

  gapsOn(
    segment: Segment,
    reach: number,
    m: number,
    pattern: Pattern,
    which: Entries,
    out: readonly Float64Array[],
  ): void {
    for (let j = 0; j <= m; j++) {
      evaluateSegment(segment, (j / m) * reach, this.state);
      this.frozen.values(this.state, pattern.sides, this.u);
      const gaps = out[j]!;
      for (let i = 0; i < which.count; i++) gaps[i] = this.gapOf(which.list[i]!, pattern);
    }
  }

  gapsAt(x: Float64Array, pattern: Pattern, which: Entries, out: Float64Array): void {
    this.frozen.values(x, pattern.sides, this.u);
    for (let i = 0; i < which.count; i++) out[i] = this.gapOf(which.list[i]!, pattern);
  }

  gapRates(
    x: Float64Array,
    pattern: Pattern,
    v: Float64Array,
    which: Entries,
    out: Float64Array,
  ): void {
    this.frozen.velocities(x, pattern.sides, v, this.u);
    for (let i = 0; i < which.count; i++) out[i] = this.gapOf(which.list[i]!, pattern);
  }

  measure(x: Float64Array, start: Float64Array, sides: Float64Array): void {
    this.sizes.measure(x, start, sides);
  }

  scaleOf(entry: number): number {
    return this.sizes.scales[entry]!;
  }

  private gapOf(entry: number, { sides, held, tied }: Pattern): number {
    const { u } = this;
    const index = this.kinkOf[entry]!;
    const kink = this.frozen.kinks[index]!;
    if (kink.kind === 'abs') return held[index] ? Infinity : u[entry]! * sides[entry]!;
    if (kink.kind === 'max') {
      let base = kink.offset;
      while (base < kink.offset + kink.size && sides[base] !== 1) base++;
      return entry === base || tied[entry] ? Infinity : u[base]! - u[entry]!;
    }
    if (entry !== kink.offset || held[index]) return Infinity;
    let along = 0;
    for (let i = kink.offset; i < kink.offset + kink.size; i++) along += u[i]! * sides[i]!;
    return along;
  }

  private load({ entry, base }: HeldRow, weight: number): void {
    const { multipliers } = this;
    multipliers[entry] = multipliers[entry]! + weight;
    if (base >= 0) multipliers[base] = multipliers[base]! - weight;
  }

  private unload({ entry, base }: HeldRow): void {
    this.multipliers[entry] = 0;
    if (base >= 0) this.multipliers[base] = 0;
  }
}
