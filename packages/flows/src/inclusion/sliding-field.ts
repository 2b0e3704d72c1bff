import type { FrozenFunction } from '@nonsmooth/autodiff';
import { dot, norm2 } from '@nonsmooth/core';
import { GramFactor } from './gram-factor.js';
import { heldKinks, heldRows, type HeldRow, type Pattern } from './pattern.js';
import { productMinimum, type MultiplierSet } from './product-minimum.js';

/** A function that is 0 while a kink is held, with its gradient. */
export interface ActiveRow extends HeldRow {
  readonly gradient: Float64Array;
  readonly length: number;
  /** Its derivative with respect to the values of kinks below; none unless they may matter. */
  readonly slopes: Float64Array | undefined;
}

/** How far the multipliers of a slide are from the ends of what they may be, in units of force. */
export interface Margin {
  readonly margin: number;
  /** The kink that is nearest to its end. */
  readonly kink: number;
}

/**
 * The field of a pattern: Θ' = −(g + Jᵀλ), with g the gradient of the frozen function, J the gradients of the functions
 * that are held at 0, and multipliers λ such that these stay 0.
 */
export class SlidingField {
  readonly frozen: FrozenFunction;
  /** Of the last evaluation: ∇f, all arguments, and the derivatives with respect to the values of kinks. */
  readonly gradient: Float64Array;
  readonly values: Float64Array;
  readonly bounds: Float64Array;
  /** Multipliers of the last evaluation, by argument: those of bases are minus the sum of the others. */
  readonly multipliers: Float64Array;
  sweeps = 0;
  pattern: Pattern;
  /** State, value and velocity of the last evaluation, which is asked for again by those who watch. */
  private readonly state: Float64Array;
  private readonly velocityThere: Float64Array;
  private value = NaN;
  private isKnown = false;
  rows: ActiveRow[] = [];
  /** Multipliers by row. */
  lambda: Float64Array = new Float64Array(0);
  rank = 0;
  private held: readonly HeldRow[] = [];
  private isConstant = true;
  private factor = new GramFactor(0);
  private readonly constantRows = new Map<string, ActiveRow>();
  private readonly patternRows = new Map<string, ActiveRow>();
  private readonly unit: Float64Array;
  private readonly scratch: Float64Array;

  constructor(frozen: FrozenFunction) {
    const { dimension, kinks, size } = frozen;
    this.frozen = frozen;
    this.gradient = new Float64Array(dimension);
    this.values = new Float64Array(size);
    this.bounds = new Float64Array(kinks.length);
    this.multipliers = new Float64Array(size);
    this.unit = new Float64Array(size);
    this.scratch = new Float64Array(kinks.length);
    this.state = new Float64Array(dimension);
    this.velocityThere = new Float64Array(dimension);
    this.pattern = {
      sides: new Float64Array(size),
      tied: new Uint8Array(size),
      held: new Uint8Array(kinks.length),
    };
  }

  /** From here on this pattern holds. */
  enter(pattern: Pattern): void {
    this.pattern = pattern;
    this.isKnown = false;
    this.patternRows.clear();
    this.held = heldRows(this.frozen.kinks, pattern, heldKinks(pattern));
    this.lambda = new Float64Array(this.held.length);
    this.isConstant = false;
    this.rows = [];
    this.rank = 0;
    if (this.held.length === 0) this.multipliers.fill(0);
  }

  /** Whether the functions that are held are affine, so that a slide stays on them by itself. */
  get isFlat(): boolean {
    return this.held.every(({ kink }) => this.frozen.kinks[kink]!.affine);
  }

  get isSliding(): boolean {
    return this.held.length > 0;
  }

  /** The gradient of u_entry − u_base, and what it owes to kinks below. */
  rowAt(x: Float64Array, pattern: Pattern, row: HeldRow): ActiveRow {
    const { affine, nested } = this.frozen.kinks[row.kink]!;
    const key = `${row.entry},${row.base}`;
    const cache = nested ? this.patternRows : this.constantRows;
    const isKept = affine && (!nested || pattern === this.pattern);
    const known = isKept ? cache.get(key) : undefined;
    if (known) return known;
    const { unit, scratch, frozen } = this;
    const gradient = new Float64Array(frozen.dimension);
    unit[row.entry] = 1;
    if (row.base >= 0) unit[row.base] = -1;
    frozen.row(x, pattern.sides, unit, gradient, scratch);
    unit[row.entry] = 0;
    if (row.base >= 0) unit[row.base] = 0;
    const slopes = nested ? scratch.slice() : undefined;
    const found: ActiveRow = { ...row, gradient, length: norm2(gradient), slopes };
    if (isKept) cache.set(key, found);
    return found;
  }

  /** Writes Θ' of the pattern and returns f. */
  velocity(x: Float64Array, out: Float64Array): number {
    const { frozen, gradient, values, bounds, pattern, state, velocityThere } = this;
    if (this.isKnown && isEqual(x, state)) {
      out.set(velocityThere);
      return this.value;
    }
    this.sweeps++;
    this.value = frozen.sweep(x, pattern.sides, undefined, gradient, values, bounds);
    for (let i = 0; i < out.length; i++) out[i] = -gradient[i]!;
    if (this.held.length > 0) this.slide(x, out);
    state.set(x);
    velocityThere.set(out);
    this.isKnown = true;
    return this.value;
  }

  /** The arrays of the last evaluation are to be used for something else. */
  forget(): void {
    this.isKnown = false;
  }

  /** Takes from `out` what would leave the kinks that are held. */
  private slide(x: Float64Array, out: Float64Array): void {
    const k = this.held.length;
    if (!this.isConstant) {
      this.rows = this.held.map((row) => this.rowAt(x, this.pattern, row));
      this.isConstant = this.held.every(({ kink }) => this.frozen.kinks[kink]!.affine);
      const gram = new Float64Array(k * k);
      for (let i = 0; i < k; i++) {
        for (let j = 0; j <= i; j++) {
          const [a, b] = [this.rows[i]!, this.rows[j]!];
          const entry = dot(a.gradient, b.gradient) / (a.length * b.length || 1);
          gram[i * k + j] = entry;
          gram[j * k + i] = entry;
        }
      }
      if (this.factor.order.length !== k) this.factor = new GramFactor(k);
      this.factor.factorize(gram, k);
      this.rank = this.factor.rank;
    }
    const { lambda, rows, factor, multipliers } = this;
    lambda.fill(0);
    // the second round takes out what rounding left of the first
    const share = new Float64Array(k);
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < k; i++) share[i] = dot(rows[i]!.gradient, out) / (rows[i]!.length || 1);
      factor.solve(share, k);
      for (let i = 0; i < k; i++) {
        const { gradient, length } = rows[i]!;
        const weight = share[i]! / (length || 1);
        if (weight === 0) continue;
        lambda[i] = lambda[i]! + weight;
        for (let l = 0; l < out.length; l++) out[l] = out[l]! - weight * gradient[l]!;
      }
    }
    spread(rows, lambda, multipliers);
  }

  /** ν: forces below it are rounding. */
  noise(): number {
    let size = norm2(this.gradient);
    this.rows.forEach(({ length }, i) => (size += Math.abs(this.lambda[i]!) * length));
    return 64 * Number.EPSILON * size;
  }

  /**
   * How far the multipliers at the state of the last evaluation are from their ends. Where the functions that are held
   * depend on each other, multipliers are searched that are not beyond theirs.
   */
  margin(x: Float64Array, velocity: Float64Array): Margin {
    const { rows, lambda, frozen, pattern } = this;
    if (rows.some(({ kink }) => frozen.kinks[kink]!.nested)) {
      this.sweeps++;
      const gradient = new Float64Array(frozen.dimension);
      frozen.sweep(x, pattern.sides, this.multipliers, gradient, this.values, this.bounds);
    }
    const nearest = nearestEnd(this.sets(), rows, lambda);
    if (nearest.margin >= 0 || this.rank === rows.length) return nearest;
    const best = lambda.slice();
    const shortest = new Float64Array(velocity.length);
    shortestVelocity(this.gradient, rows, this.sets(), best, shortest);
    let apart = 0;
    for (let i = 0; i < velocity.length; i++) apart += (shortest[i]! - velocity[i]!) ** 2;
    apart = Math.sqrt(apart);
    // forces that the search leaves undecided
    const slack = 1e4 * this.noise();
    return apart <= slack ? { margin: slack, kink: nearest.kink } : { ...nearest, margin: -apart };
  }

  private sets(): MultiplierSet[] {
    return multiplierSets(this.frozen, this.rows, this.bounds);
  }

  /** Puts x on the kinks that are held, and on one more, by Newton's method with least changes. */
  project(x: Float64Array, more: readonly HeldRow[] = []): void {
    const all = [...this.held, ...more];
    const k = all.length;
    if (k === 0) return;
    const share = new Float64Array(k);
    let before = Infinity;
    this.forget();
    for (let round = 0; round < 4; round++) {
      this.frozen.values(x, this.pattern.sides, this.values);
      const rows = all.map((row) => this.rowAt(x, this.pattern, row));
      let size = 0;
      const gram = new Float64Array(k * k);
      for (let i = 0; i < k; i++) {
        const { entry, base, length, gradient } = rows[i]!;
        const value = this.values[entry]! - (base >= 0 ? this.values[base]! : 0);
        share[i] = value / (length || 1);
        size = Math.max(size, Math.abs(share[i]!));
        for (let j = 0; j <= i; j++) {
          const dotted = dot(gradient, rows[j]!.gradient) / (length * rows[j]!.length || 1);
          gram[i * k + j] = dotted;
          gram[j * k + i] = dotted;
        }
      }
      if (size === 0 || size >= before) return;
      before = size;
      const factor = new GramFactor(k);
      factor.factorize(gram, k);
      factor.solve(share, k);
      for (let i = 0; i < k; i++) {
        const { gradient, length } = rows[i]!;
        const weight = share[i]! / (length || 1);
        for (let l = 0; l < x.length; l++) x[l] = x[l]! - weight * gradient[l]!;
      }
    }
  }
}

function isEqual(u: Float64Array, v: Float64Array): boolean {
  for (let i = 0; i < u.length; i++) if (u[i] !== v[i]) return false;
  return true;
}

/** Multipliers by argument from those by row. */
export function spread(
  rows: readonly HeldRow[],
  lambda: Float64Array,
  multipliers: Float64Array,
): void {
  multipliers.fill(0);
  rows.forEach(({ entry, base }, i) => {
    multipliers[entry] = multipliers[entry]! + lambda[i]!;
    if (base >= 0) multipliers[base] = multipliers[base]! - lambda[i]!;
  });
}

/** Where the multipliers of rows may lie; rows of one kink follow each other. */
export function multiplierSets(
  { kinks }: FrozenFunction,
  rows: readonly HeldRow[],
  bounds: Float64Array,
): MultiplierSet[] {
  const sets: MultiplierSet[] = [];
  for (let i = 0; i < rows.length;) {
    const { kink } = rows[i]!;
    let size = 1;
    while (rows[i + size]?.kink === kink) size++;
    const { kind } = kinks[kink]!;
    const name = kind === 'abs' ? 'interval' : kind === 'max' ? 'simplex' : 'ball';
    sets.push({ kind: name, start: i, size, bound: bounds[kink]! });
    i += size;
  }
  return sets;
}

function nearestEnd(
  sets: readonly MultiplierSet[],
  rows: readonly ActiveRow[],
  lambda: Float64Array,
): Margin {
  let [margin, kink] = [Infinity, -1];
  const consider = (room: number, { kink: which, length }: ActiveRow): void => {
    if (room * length < margin) [margin, kink] = [room * length, which];
  };
  for (const { kind, start, size, bound } of sets) {
    const row = rows[start]!;
    if (kind === 'interval') consider(bound - Math.abs(lambda[start]!), row);
    else if (kind === 'ball') consider(bound - norm2(lambda.subarray(start, start + size)), row);
    else {
      let rest = bound;
      for (let i = start; i < start + size; i++) {
        consider(lambda[i]!, rows[i]!);
        rest -= lambda[i]!;
      }
      consider(rest, row);
    }
  }
  return { margin, kink };
}

/**
 * Writes −(g + Jᵀλ) of least length over the multipliers that are allowed; returns whether the search came to an end.
 */
export function shortestVelocity(
  gradient: Float64Array,
  rows: readonly ActiveRow[],
  sets: readonly MultiplierSet[],
  lambda: Float64Array,
  out: Float64Array,
): boolean {
  const k = rows.length;
  const gram = new Float64Array(k * k);
  const h = new Float64Array(k);
  for (let i = 0; i < k; i++) {
    h[i] = -dot(rows[i]!.gradient, gradient);
    for (let j = 0; j <= i; j++) {
      const entry = dot(rows[i]!.gradient, rows[j]!.gradient);
      gram[i * k + j] = entry;
      gram[j * k + i] = entry;
    }
  }
  const allowed = sets.map((set) => (set.bound < 0 ? { ...set, bound: 0 } : set));
  const ended = productMinimum(gram, h, allowed, lambda);
  for (let l = 0; l < out.length; l++) out[l] = -gradient[l]!;
  rows.forEach(({ gradient: row }, i) => {
    const weight = lambda[i]!;
    if (weight !== 0) for (let l = 0; l < out.length; l++) out[l] = out[l]! - weight * row[l]!;
  });
  return ended;
}
