import type { FrozenKink } from '@nonsmooth/autodiff';
import type { Segment } from '@nonsmooth/ode';
import type { HeldRow, Pattern } from './pattern.js';

/** A list of arguments of kinks, which grows as needed. */
export class Entries {
  // few enough to need no memory of their own
  list: Int32Array = new Int32Array(16);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  add(entry: number): void {
    if (this.count === this.list.length) {
      const more = new Int32Array(2 * this.count);
      more.set(this.list);
      this.list = more;
    }
    this.list[this.count++] = entry;
  }

  /** Where in the list an entry stands; −1 if nowhere. */
  indexOf(entry: number): number {
    for (let i = 0; i < this.count; i++) if (this.list[i] === entry) return i;
    return -1;
  }
}

/**
 * A function with kinks as a flow asks for it: `FrozenFunction`, of which only what is needed is computed. Gaps are
 * positive while a pattern holds: u times its side, u_base − u_entry of a maximum, ⟨direction, u⟩ of a norm; ∞ where
 * an argument is held, is the base, or is not the first one of a norm. Calls allocate nothing.
 */
export interface KinkedFunction {
  readonly dimension: number;
  /** How many kinks there are, and how many arguments they have together. */
  readonly count: number;
  readonly size: number;
  /** Whether all kinks are those of |u|: kinks and arguments are the same then. */
  readonly onlyAbs: boolean;
  /** Whether arguments of kinks depend on other kinks. */
  readonly isNested: boolean;
  readonly hasNorms: boolean;
  /** By kink: 1 where a norm is ⟨direction, u⟩, until it is changed, in place; missing if there are none. */
  readonly straight?: Uint8Array;
  kink(index: number): FrozenKink;
  /** The kink that an argument belongs to. */
  kinkAt(entry: number): number;
  /** Sides have been changed at this argument, or at all of them: −1. */
  changed(sides: Float64Array, entry: number): void;
  /**
   * Puts every kink on its side at x, where all are those of |u|, and lists the arguments that may be 0 there within
   * rounding: faster than by `values`. Returns whether it could.
   */
  takeSides?(x: Float64Array, sides: Float64Array, near: Entries): boolean;
  /** Writes ∇f. */
  gradient(x: Float64Array, sides: Float64Array, gradient: Float64Array): void;
  /** f at x, where a gradient was asked for last: what is known of it is not computed anew. */
  valueThere(x: Float64Array, sides: Float64Array): number;
  /** Returns f and writes ∇(f + Σ λ_i·r_i) with the functions r of these rows. */
  sweep(
    x: Float64Array,
    sides: Float64Array,
    gradient: Float64Array,
    rows?: readonly HeldRow[],
    lambda?: Float64Array,
  ): number;
  /** As `sweep`, where only `boundOf` is asked for afterwards, of the kinks of these rows above all. */
  sweepBounds?(
    x: Float64Array,
    sides: Float64Array,
    rows: readonly HeldRow[],
    lambda: Float64Array,
  ): void;
  /** The derivative with respect to the value of a kink of what was swept last. */
  boundOf(kink: number): number;
  /** Writes the gradient of u_entry − u_base. */
  row(x: Float64Array, sides: Float64Array, row: HeldRow, gradient: Float64Array): void;
  /** The derivative of the function of the last row with respect to the value of a kink. */
  slopeOf(kink: number): number;
  /** Returns u_entry − u_base. */
  rowValue(x: Float64Array, sides: Float64Array, row: HeldRow): number;
  /** Writes all arguments. */
  values(x: Float64Array, sides: Float64Array, out: Float64Array): void;
  /** Writes the derivatives of these arguments along v, in the order of the list. */
  velocities(
    x: Float64Array,
    sides: Float64Array,
    v: Float64Array,
    which: Entries,
    out: Float64Array,
  ): void;
  /** Lists arguments with finite gaps that may come to 0 on the step; all others have been proved not to, or all. */
  suspects(segment: Segment, pattern: Pattern, out: Entries): void;
  /** Writes the gaps of these arguments at θ = reach·j/m of the step for j = 0, …, m, in the order of the list. */
  gapsOn(
    segment: Segment,
    reach: number,
    m: number,
    pattern: Pattern,
    which: Entries,
    out: readonly Float64Array[],
  ): void;
  /** Writes the gaps of these arguments, in the order of the list. */
  gapsAt(x: Float64Array, pattern: Pattern, which: Entries, out: Float64Array): void;
  /** Writes the derivatives of the gaps of these arguments along v, in the order of the list. */
  gapRates(
    x: Float64Array,
    pattern: Pattern,
    v: Float64Array,
    which: Entries,
    out: Float64Array,
  ): void;
  /** From here on `scaleOf` is about x, to which a step led from `start`. */
  measure(x: Float64Array, start: Float64Array, sides: Float64Array): void;
  /** The size of the terms that an argument is a sum of. */
  scaleOf(entry: number): number;
}
