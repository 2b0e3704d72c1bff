import { dot, norm2 } from '@nonsmooth/core';
import type { ActiveRow } from './active-row.js';
import type { CornerFunction } from './corner-function.js';
import type { Corner } from './decision.js';
import { cosines, GramFactor } from './gram-factor.js';
import { heldParts, type HeldPart } from './held-together.js';
import { copyPattern, heldRows, setHeld, setSide, type Pattern } from './pattern.js';
import type { Outcome, Verdict } from './verdict.js';
import type { Way } from './way.js';

/** Rates below this share of what the argument of a kink could move by are 0. */
const still = 1e-9;

/** The velocity of a pattern, and what kinks add to the function where nothing is held. */
interface Projected extends Way {
  readonly ownBounds: Float64Array;
}

/**
 * The way on from a corner of |u| at which arguments depend on each other: the local minimum of f'(x; d) + ½‖d‖² that
 * descent from a velocity comes to. Along such a d the function falls at the rate ‖d‖² and nothing turns it aside. On a
 * cell of the arrangement of kinks the function is a parabola, whose minimum is gone to up to the next kink; there the
 * kink is held if it bends up, and passed if it bends down; and what is held is left where kinks together do not hold it.
 */
export class CornerDescent {
  private readonly frozen: CornerFunction;

  constructor(frozen: CornerFunction) {
    this.frozen = frozen;
  }

  /**
   * Whether it is for a corner, of which the way with all kinks held is given: absolute values that depend on each other,
   * where the flow comes from somewhere and does not rest.
   */
  isFor({ active }: Corner, { rows, velocity, noise }: Way): boolean {
    const { kinks } = this.frozen;
    if (kinks.some(({ kind }) => kind !== 'abs') || rows.some(({ length }) => length === 0)) {
      return false;
    }
    if (active.some(({ from }) => from === 'start') || norm2(velocity) <= noise) return false;
    const factor = new GramFactor(rows.length);
    factor.factorize(cosines(rows), rows.length);
    return factor.rank < rows.length;
  }

  /** From the velocity of the pattern before. */
  before(corner: Corner, stateNoise: number): Outcome | undefined {
    const { velocity } = this.projected(corner.x, corner.before, stateNoise);
    return this.from(corner, velocity, stateNoise);
  }

  /** Undefined if it does not come to an end. */
  from(corner: Corner, start: Float64Array, stateNoise: number): Outcome | undefined {
    const { frozen } = this;
    const { kinks } = frozen;
    const { x, active } = corner;
    const pattern = this.sidesOf(corner, start);
    const d = start.slice();
    for (let round = 0; round < 20 + 10 * active.length; round++) {
      const way = this.projected(x, pattern, stateNoise);
      if (way.rows.some(({ length }) => length === 0)) return undefined;
      const { velocity, noise, bounds } = way;
      const slack = noise + 1e-12 * norm2(velocity);
      let [first, met] = [Infinity, -1];
      const standing: number[] = [];
      const moving = new Map<number, Verdict>();
      for (const { index } of active) {
        const kink = kinks[index]!;
        if (pattern.held[index]) continue;
        const side = pattern.sides[kink.offset]!;
        const row = frozen.rowAt(x, pattern, { kink: index, entry: kink.offset, base: -1 });
        const rate = side * dot(row.gradient, velocity);
        if (rate > slack * row.length) moving.set(index, { kind: 'side', side });
        else if (rate >= -slack * row.length) standing.push(index);
        else {
          const here = Math.max(0, side * dot(row.gradient, d));
          const share = here / (here - rate);
          if (share < first) [first, met] = [share, index];
        }
      }
      if (met >= 0) {
        for (let l = 0; l < d.length; l++) d[l] = d[l]! + first * (velocity[l]! - d[l]!);
        const kink = kinks[met]!;
        if (bounds[met]! > 0) setHeld(kink, met, pattern);
        else setSide(kink, met, pattern, -pattern.sides[kink.offset]!);
        continue;
      }
      d.set(velocity);
      if (standing.length > 0) {
        for (const index of standing) setHeld(kinks[index]!, index, pattern);
        continue;
      }
      const parts = this.parts(way);
      if (!parts) return undefined;
      const loose = parts.reduce<HeldPart | undefined>(
        (worst, part) => (worst && worst.margin <= part.margin ? worst : part),
        undefined,
      );
      if (!loose || loose.margin >= -noise) {
        return {
          way: { ...way, pattern: copyPattern(pattern) },
          verdicts: verdicts(way, parts, moving),
        };
      }
      this.leave(loose, way.rows, pattern, d);
    }
    return undefined;
  }

  /** The sides to which a direction leads, kinks before those above them; those that it does not move are held. */
  private sidesOf({ x, active, before }: Corner, direction: Float64Array): Pattern {
    const { frozen } = this;
    const pattern = copyPattern(before);
    const speed = norm2(direction);
    for (const { index } of active) setHeld(frozen.kinks[index]!, index, pattern);
    for (const { index } of active) {
      const kink = frozen.kinks[index]!;
      const row = frozen.rowAt(x, pattern, { kink: index, entry: kink.offset, base: -1 });
      const rate = dot(row.gradient, direction);
      if (Math.abs(rate) > still * row.length * speed) {
        setSide(kink, index, pattern, Math.sign(rate));
      }
    }
    return pattern;
  }

  /** The velocity of a pattern: −∇f without what would leave the kinks that are held. */
  private projected(x: Float64Array, pattern: Pattern, stateNoise: number): Projected {
    const { frozen } = this;
    const { kinks, dimension } = frozen;
    const which: number[] = [];
    pattern.held.forEach((one, index) => one && which.push(index));
    const rows = heldRows((kink) => kinks[kink]!, pattern, which).map((row) =>
      frozen.rowAt(x, pattern, row),
    );
    const k = rows.length;
    const bounds = new Float64Array(kinks.length);
    const gradient = new Float64Array(dimension);
    frozen.sweep(x, pattern.sides, gradient, bounds);
    const velocity = gradient.map((g) => -g);
    const gradientNorm = norm2(gradient);
    const lambda = new Float64Array(k);
    const factor = new GramFactor(k);
    factor.factorize(cosines(rows), k);
    // the second round takes out what rounding left of the first
    for (let round = 0; round < 2 && k > 0; round++) {
      const share = Float64Array.from(
        rows,
        (row) => dot(row.gradient, velocity) / (row.length || 1),
      );
      factor.solve(share, k);
      rows.forEach((row, i) => {
        const weight = share[i]! / (row.length || 1);
        lambda[i] = lambda[i]! + weight;
        for (let l = 0; l < dimension; l++) velocity[l] = velocity[l]! - weight * row.gradient[l]!;
      });
    }
    let forces = gradientNorm;
    rows.forEach(({ length }, i) => (forces += Math.abs(lambda[i]!) * length));
    const ownBounds = bounds.slice();
    if (rows.some(({ slopes }) => slopes?.some((slope) => slope !== 0))) {
      frozen.sweep(x, pattern.sides, gradient, bounds, rows, lambda);
    }
    const noise = 64 * Number.EPSILON * forces + stateNoise;
    return { pattern, velocity, rows, lambda, bounds, ownBounds, noise, gradientNorm, ended: true };
  }

  /** What is held, by parts that can be looked at one by one. */
  private parts({ rows, lambda, bounds, ownBounds }: Projected): HeldPart[] | undefined {
    const k = rows.length;
    const gram = cosines(rows);
    const factor = new GramFactor(k);
    factor.factorize(gram, k);
    const slopes = new Float64Array(k * k);
    rows.forEach((row, i) => {
      for (let j = 0; j < i; j++) slopes[i * k + j] = row.slopes?.[rows[j]!.kink] ?? 0;
    });
    const holding = {
      rows,
      lambda,
      bounds: Float64Array.from(rows, ({ kink }) => ownBounds[kink]!),
      nestedBounds: Float64Array.from(rows, ({ kink }) => bounds[kink]!),
      slopes: slopes.some((slope) => slope !== 0) ? slopes : undefined,
    };
    return heldParts(holding, gram, factor);
  }

  /** Goes where a part is not held, as far as the function falls that way. */
  private leave(
    part: HeldPart,
    all: readonly ActiveRow[],
    pattern: Pattern,
    d: Float64Array,
  ): void {
    const rows = part.rows.map((i) => all[i]!);
    const { rates, margin } = part;
    const k = rows.length;
    const factor = new GramFactor(k);
    factor.factorize(cosines(rows), k);
    const weights = part.along.slice();
    factor.solve(weights, k);
    rows.forEach(({ kink, gradient, length }, i) => {
      const weight = (-margin * weights[i]!) / length;
      for (let l = 0; l < d.length; l++) d[l] = d[l]! + weight * gradient[l]!;
      if (rates[i] !== 0) setSide(this.frozen.kinks[kink]!, kink, pattern, Math.sign(rates[i]!));
    });
  }
}

/** What kinks do: those that are hardly held are looked at again. */
function verdicts(
  { noise, rows: all }: Way,
  parts: readonly HeldPart[],
  moving: ReadonlyMap<number, Verdict>,
): Map<number, Verdict> {
  const found = new Map(moving);
  for (const { rows, margin, rates } of parts) {
    rows.forEach((row, i) => {
      const { kink } = all[row]!;
      const isLoose = margin <= noise && rates[i] !== 0;
      found.set(
        kink,
        isLoose ? { kind: 'tangential', side: Math.sign(rates[i]!) } : { kind: 'held' },
      );
    });
  }
  return found;
}
