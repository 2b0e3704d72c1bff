import type { FrozenKink } from '@nonsmooth/autodiff';
import { norm2 } from '@nonsmooth/core';
import type { ActiveKink } from './active-kink.js';
import { Entries, type KinkedFunction } from './kinked-function.js';
import type { HeldRow, Pattern } from './pattern.js';
import type { ActiveRow } from './active-row.js';
import type { SlidingField } from './sliding-field.js';

/**
 * A function around a corner: only of the kinks that bend there, which are numbered anew; all others stay what they
 * are in the pattern of the field. Decisions change the sides of few kinks out of many.
 */
export class CornerFunction {
  readonly dimension: number;
  readonly kinks: readonly FrozenKink[];
  readonly size: number;
  private readonly field: SlidingField;
  private readonly kinked: KinkedFunction;
  /** Kinks and arguments in the whole function. */
  private readonly indices: readonly number[];
  private readonly entries = new Entries();
  private readonly global: HeldRow[] = [];
  /** Norms, in the whole function: at 0 within rounding they are straight. */
  private readonly norms: readonly number[];

  constructor(field: SlidingField, indices: readonly number[]) {
    const { kinked } = field;
    this.field = field;
    this.kinked = kinked;
    this.indices = indices;
    this.dimension = kinked.dimension;
    let size = 0;
    this.kinks = indices.map((index) => {
      const kink = kinked.kink(index);
      for (let i = 0; i < kink.size; i++) this.entries.add(kink.offset + i);
      size += kink.size;
      return renumbered(kink, size - kink.size);
    });
    this.size = size;
    this.norms = indices.filter((_, i) => this.kinks[i]!.kind === 'norm');
  }

  /** The kink in the whole function. */
  indexOf(kink: number): number {
    return this.indices[kink]!;
  }

  /** The argument in the whole function, and the other way round. */
  entryOf(entry: number): number {
    return this.entries.list[entry]!;
  }

  localEntry(entry: number): number {
    return this.entries.indexOf(entry);
  }

  /** Active kinks in the numbers of the corner. */
  local(active: readonly ActiveKink[]): ActiveKink[] {
    return active.map(({ from, ties }, index) =>
      ties ? { index, from, ties: ties.map((entry) => this.localEntry(entry)) } : { index, from },
    );
  }

  /** What these kinks do now. */
  pattern(): Pattern {
    const { sides, tied, held } = this.field.pattern;
    const { list } = this.entries;
    const { size } = this;
    return {
      sides: Float64Array.from({ length: size }, (_, i) => sides[list[i]!]!),
      tied: Uint8Array.from({ length: size }, (_, i) => tied[list[i]!]!),
      held: Uint8Array.from(this.indices, (index) => held[index]!),
    };
  }

  /** Makes the pattern of the field this one at these kinks. */
  put(pattern: Pattern): void {
    const { field, indices, entries } = this;
    this.place(pattern.sides, 0);
    indices.forEach((index, i) => (field.pattern.held[index] = pattern.held[i]!));
    for (let i = 0; i < this.size; i++) field.pattern.tied[entries.list[i]!] = pattern.tied[i]!;
    field.enter(indices);
  }

  /** Writes ∇(f + Σ λ_i·r_i), and the bounds of these kinks. */
  sweep(
    x: Float64Array,
    local: Float64Array,
    gradient: Float64Array,
    bounds: Float64Array,
    rows?: readonly HeldRow[],
    lambda?: Float64Array,
  ): void {
    const { field, kinked, indices } = this;
    this.place(local);
    field.sweepAt(x, gradient, rows && this.globalRows(rows), lambda);
    indices.forEach((index, i) => (bounds[i] = kinked.boundOf(index)));
  }

  velocities(x: Float64Array, local: Float64Array, v: Float64Array, out: Float64Array): void {
    this.place(local);
    this.kinked.velocities(x, this.field.pattern.sides, v, this.entries, out);
  }

  /** The gradient of u_entry − u_base, and what it owes to the kinks below. */
  rowAt(x: Float64Array, { sides }: Pattern, row: HeldRow): ActiveRow {
    const { field, kinked, indices } = this;
    const { kink, entry, base } = row;
    this.place(sides);
    const [global] = this.globalRows([row]);
    if (!this.kinks[kink]!.nested) {
      const { gradient, length } = field.rowAt(x, global!);
      return { kink, entry, base, gradient, length, slopes: undefined };
    }
    const gradient = new Float64Array(this.dimension);
    kinked.row(x, field.pattern.sides, global!, gradient);
    const slopes = Float64Array.from(indices, (index) => kinked.slopeOf(index));
    return { kink, entry, base, gradient, length: norm2(gradient), slopes };
  }

  private place(local: Float64Array, isStraight: 0 | 1 = 1): void {
    const { straight } = this.kinked;
    for (const kink of this.norms) {
      if (straight![kink] === isStraight) continue;
      straight![kink] = isStraight;
      this.field.forget();
    }
    const { sides } = this.field.pattern;
    const { list } = this.entries;
    for (let i = 0; i < local.length; i++) {
      const entry = list[i]!;
      const side = local[i]!;
      if (sides[entry] === side) continue;
      sides[entry] = side;
      this.kinked.changed(sides, entry);
      this.field.forget();
    }
  }

  private globalRows(rows: readonly HeldRow[]): readonly HeldRow[] {
    const { global, indices, entries } = this;
    global.length = rows.length;
    rows.forEach(({ kink, entry, base }, i) => {
      global[i] = {
        kink: indices[kink]!,
        entry: entries.list[entry]!,
        base: base < 0 ? -1 : entries.list[base]!,
      };
    });
    return global;
  }
}

/** The kink with its arguments from another place on; object spreads cost a microsecond each. */
function renumbered(
  { kind, size, affine, nested, block, position, name }: FrozenKink,
  offset: number,
): FrozenKink {
  return { kind, offset, size, affine, nested, block, position, name };
}
