import type { KinkKind } from './kink-blocks.js';

/** A kink of a function: where |u|, max(u₁, …, u_m) or ‖u‖ is not smooth in its arguments u. */
export interface FrozenKink {
  readonly kind: KinkKind;
  /** Its arguments are entries `offset` to `offset + size` of the vector of all arguments. */
  readonly offset: number;
  readonly size: number;
  /** While nothing switches its arguments are affine in x. */
  readonly affine: boolean;
  /** Its arguments depend on other kinks, which stand before it. */
  readonly nested: boolean;
  /** Which of the ops with kinks it belongs to, and which entry of its value has it. */
  readonly block: number;
  readonly position: number;
  /** What it is called in events. */
  readonly name: string;
}

/**
 * A function with kinks as a family of smooth ones: every |u| replaced by w·u, every max(u₁, …, u_m) by ⟨w, u⟩, every
 * ‖u‖ by sign⟨w, u⟩·‖u‖, which has the gradient w at u = 0. `sides` holds w: the sign of u, the unit vector of the winner,
 * the direction u/‖u‖; 0 where the kink is held at u = 0. Multipliers λ, one per argument, add ⟨λ, u⟩. Calls allocate
 * nothing.
 */
export interface FrozenFunction {
  readonly dimension: number;
  readonly kinks: readonly FrozenKink[];
  /** How many arguments all kinks have together. */
  readonly size: number;
  /** By kink: 1 where ‖u‖ is the linear function ⟨w, u⟩, for all calls until it is changed, in place; else 0. */
  readonly straight: Uint8Array;
  /**
   * Returns f and writes all arguments u, ∇(f + ⟨λ, u⟩), and for each kink the derivative of f + ⟨λ, u⟩ with respect
   * to its value: where it is held, that bounds its multipliers.
   */
  sweep(
    x: Float64Array,
    sides: Float64Array,
    multipliers: Float64Array | undefined,
    gradient: Float64Array,
    values: Float64Array,
    bounds: Float64Array,
  ): number;
  /** Writes ∇⟨λ, u⟩, and its derivative with respect to the value of each kink. */
  row(
    x: Float64Array,
    sides: Float64Array,
    multipliers: Float64Array,
    gradient: Float64Array,
    bounds: Float64Array,
  ): void;
  /** Writes all arguments u. */
  values(x: Float64Array, sides: Float64Array, out: Float64Array): void;
  /** Writes the derivative of all arguments along v. */
  velocities(x: Float64Array, sides: Float64Array, v: Float64Array, out: Float64Array): void;
  /** Writes ∇²(f + ⟨λ, u⟩)·v. */
  hessianVector(
    x: Float64Array,
    sides: Float64Array,
    multipliers: Float64Array | undefined,
    v: Float64Array,
    out: Float64Array,
  ): void;
}
