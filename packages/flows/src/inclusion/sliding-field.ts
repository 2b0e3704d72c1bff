import { dot, norm2, type VectorBlock } from '@nonsmooth/core';
import { along, FieldRows, gramMatrix, type FieldRow } from './field-rows.js';
import { GramFactor } from './gram-factor.js';
import type { KinkedFunction } from './kinked-function.js';
import { heldKinks, heldRows, type HeldRow, type Pattern } from './pattern.js';

/**
 * The field of a pattern: Θ' = −(g + Jᵀλ), with g the gradient of the frozen function, J the gradients of the functions
 * that are held at 0, and multipliers λ such that these stay 0.
 */
export class SlidingField {
  readonly kinked: KinkedFunction;
  /** Of the last evaluation: ∇f. */
  readonly gradient: Float64Array;
  sweeps = 0;
  /** What holds: it is changed in place. */
  readonly pattern: Pattern;
  /** State, value and velocity of the last evaluation, which is asked for again by those who watch. */
  private readonly state: Float64Array;
  private readonly velocityThere: Float64Array;
  private isKnown = false;
  rows: FieldRow[] = [];
  /** The kinks that are held, in order. */
  held: readonly number[] = [];
  /** Multipliers by row. */
  lambda: Float64Array = new Float64Array(0);
  rank = 0;
  /** Whether the functions that are held are affine, so that a slide stays on them by itself. */
  isFlat = true;
  isNested = false;
  private isConstant = true;
  /** The cosines between rows, row by row, and their factors. */
  gram: Float64Array = new Float64Array(0);
  factor: GramFactor = new GramFactor(0);
  private share = new Float64Array(0);
  private readonly scratch: Float64Array;
  private readonly rowScratch: Float64Array;
  private readonly allRows: FieldRows;

  constructor(kinked: KinkedFunction, block: VectorBlock) {
    const { dimension, count, size } = kinked;
    this.kinked = kinked;
    this.gradient = block.next(dimension);
    this.state = block.next(dimension);
    this.velocityThere = block.next(dimension);
    this.scratch = block.next(dimension);
    this.rowScratch = block.next(dimension);
    this.pattern = {
      sides: block.next(size),
      tied: new Uint8Array(size),
      held: new Uint8Array(count),
    };
    this.allRows = new FieldRows(kinked, this.pattern);
  }

  /** The pattern has been changed: what is held at these kinks only, or anywhere. */
  enter(changed?: readonly number[]): void {
    const { kinked, pattern } = this;
    this.isKnown = false;
    this.rank = 0;
    this.isConstant = false;
    if (changed?.length === 0) return;
    const which = changed ? this.heldAfter(changed) : heldKinks(pattern);
    this.held = which;
    if (which.length === 0 && this.rows.length === 0) return;
    const held = heldRows((kink) => kinked.kink(kink), pattern, which);
    const kinks = which.map((kink) => kinked.kink(kink));
    this.isFlat = kinks.every(({ affine }) => affine);
    this.isNested = kinks.some(({ nested }) => nested);
    this.rows = held.map((row) => this.allRows.held(this.state, row));
    const k = held.length;
    this.lambda = new Float64Array(k);
    this.share = new Float64Array(k);
    this.gram = new Float64Array(k * k);
    if (this.factor.order.length !== k) this.factor = new GramFactor(k);
  }

  private heldAfter(changed: readonly number[]): readonly number[] {
    const { pattern, held } = this;
    if (changed.every((kink) => pattern.held[kink] === 0) && held.length === 0) return held;
    const others = held.filter((kink) => !changed.includes(kink));
    const own = changed.filter((kink) => pattern.held[kink] === 1);
    return [...others, ...own].sort((a, b) => a - b);
  }

  /** Whether states have to be put back on what is held: curved surfaces, and those that kinks above take for 0. */
  get drifts(): boolean {
    const { kinked, isFlat, rows } = this;
    return !isFlat || (rows.length > 0 && kinked.isNested && !kinked.onlyAbs);
  }

  get isSliding(): boolean {
    return this.rows.length > 0;
  }

  /** The gradient of u_entry − u_base. */
  rowAt(x: Float64Array, row: HeldRow): FieldRow {
    return this.allRows.at(x, row);
  }

  /** The gradient of u_entry − u_base, until another one is asked for. */
  passingRow(x: Float64Array, row: HeldRow): Float64Array {
    this.kinked.row(x, this.pattern.sides, row, this.rowScratch);
    return this.rowScratch;
  }

  /** Where the last evaluation was, if it is not evaluated again there. */
  get known(): Float64Array | undefined {
    return this.isKnown ? this.state : undefined;
  }

  /** Writes Θ' of the pattern. */
  velocity(x: Float64Array, out: Float64Array): void {
    const { kinked, gradient, pattern, state, velocityThere } = this;
    const n = out.length;
    if (this.isKnown && isEqual(x, state)) {
      if (this.rows.length === 0) for (let i = 0; i < n; i++) out[i] = -gradient[i]!;
      else for (let i = 0; i < n; i++) out[i] = velocityThere[i]!;
      return;
    }
    this.sweeps++;
    kinked.gradient(x, pattern.sides, gradient);
    this.isKnown = true;
    if (this.rows.length === 0) {
      for (let i = 0; i < n; i++) {
        out[i] = -gradient[i]!;
        state[i] = x[i]!;
      }
      return;
    }
    for (let i = 0; i < n; i++) out[i] = -gradient[i]!;
    this.slide(x, out);
    for (let i = 0; i < n; i++) {
      state[i] = x[i]!;
      velocityThere[i] = out[i]!;
    }
  }

  /** f where the velocity was asked for last. */
  valueThere(): number {
    return this.kinked.valueThere(this.state, this.pattern.sides);
  }

  /** Writes ∇(f + Σ λ_i·r_i) of these rows, for others than those who ask for the velocity. */
  sweepAt(
    x: Float64Array,
    out: Float64Array,
    rows?: readonly HeldRow[],
    lambda?: Float64Array,
  ): void {
    const { kinked, pattern } = this;
    this.sweeps++;
    this.isKnown = false;
    if (rows && lambda) kinked.sweep(x, pattern.sides, out, rows, lambda);
    else kinked.gradient(x, pattern.sides, out);
  }

  /** What is known of the last evaluation is about another pattern. */
  forget(): void {
    this.isKnown = false;
  }

  /** Takes from `out` what would leave the kinks that are held. */
  private slide(x: Float64Array, out: Float64Array): void {
    const { lambda, rows, factor, share } = this;
    const k = rows.length;
    if (!this.isConstant) this.factorize(x);
    lambda.fill(0);
    // the second round takes out what rounding left of the first
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < k; i++) share[i] = along(rows[i]!, out) / (rows[i]!.length || 1);
      factor.solve(share, k);
      for (let i = 0; i < k; i++) {
        const { gradient, length, support, size } = rows[i]!;
        const weight = share[i]! / (length || 1);
        if (weight === 0) continue;
        lambda[i] = lambda[i]! + weight;
        for (let p = 0; p < size; p++) {
          const l = support[p]!;
          out[l] = out[l]! - weight * gradient[l]!;
        }
      }
    }
  }

  private factorize(x: Float64Array): void {
    const { rows, gram } = this;
    for (const row of rows) if (!row.isKept) this.allRows.compute(x, row);
    this.isConstant = this.isFlat;
    gramMatrix(rows, gram);
    this.factor.factorize(gram, rows.length);
    this.rank = this.factor.rank;
  }

  /** Takes from `v` what would leave the kinks that are held, by the rows of the last evaluation. */
  toTangent(v: Float64Array): void {
    const { rows, factor } = this;
    const k = rows.length;
    const share = new Float64Array(k);
    // the second round takes out what rounding left of the first
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < k; i++) share[i] = dot(rows[i]!.gradient, v) / (rows[i]!.length || 1);
      factor.solve(share, k);
      for (let i = 0; i < k; i++) {
        const { gradient, length } = rows[i]!;
        const weight = share[i]! / (length || 1);
        for (let l = 0; l < v.length; l++) v[l] = v[l]! - weight * gradient[l]!;
      }
    }
  }

  /** Whether u_entry − u_base has no derivative along what is held at x: its gradient is in the span of those of the rows. */
  keeps(x: Float64Array, row: HeldRow): boolean {
    const gradient = this.passingRow(x, row).slice();
    const length = norm2(gradient);
    if (length === 0) return false;
    this.velocity(x, new Float64Array(gradient.length));
    this.toTangent(gradient);
    return norm2(gradient) <= dependent * length;
  }

  /** ν: forces below it are rounding. */
  noise(): number {
    const { rows, lambda } = this;
    let size = norm2(this.gradient);
    for (let i = 0; i < rows.length; i++) size += Math.abs(lambda[i]!) * rows[i]!.length;
    return 64 * Number.EPSILON * size;
  }

  /** Has the function know the bounds at x under these multipliers. */
  takeBounds(x: Float64Array, lambda: Float64Array): void {
    const { rows, kinked, pattern, scratch } = this;
    this.sweeps++;
    if (kinked.sweepBounds) kinked.sweepBounds(x, pattern.sides, rows, lambda);
    else kinked.sweep(x, pattern.sides, scratch, rows, lambda);
  }

  /** Puts x on the kinks that are held, and on one more, by Newton's method with least changes. */
  project(x: Float64Array, more: readonly HeldRow[] = []): void {
    const { kinked, pattern } = this;
    const k = this.rows.length + more.length;
    if (k === 0) return;
    const all: readonly HeldRow[] = [...this.rows, ...more];
    const share = new Float64Array(k);
    const gram = new Float64Array(k * k);
    const factor = new GramFactor(k);
    let before = Infinity;
    this.isKnown = false;
    for (let round = 0; round < 4; round++) {
      const rows = all.map((row, i) => this.allRows.passing(x, row, i));
      let size = 0;
      for (let i = 0; i < k; i++) {
        share[i] = kinked.rowValue(x, pattern.sides, rows[i]!) / (rows[i]!.length || 1);
        size = Math.max(size, Math.abs(share[i]!));
      }
      if (size === 0 || size >= before) return;
      before = size;
      if (round === 0 || !this.isFlat || more.length > 0) {
        gramMatrix(rows, gram);
        factor.factorize(gram, k);
      }
      factor.solve(share, k);
      for (let i = 0; i < k; i++) {
        const { gradient, length } = rows[i]!;
        const weight = share[i]! / (length || 1);
        for (let l = 0; l < x.length; l++) x[l] = x[l]! - weight * gradient[l]!;
      }
    }
  }
}

/** Gradients that leave the span of others by less than this share of their length are in it. */
const dependent = 1e-9;

function isEqual(u: Float64Array, v: Float64Array): boolean {
  for (let i = 0; i < u.length; i++) if (u[i] !== v[i]) return false;
  return true;
}
