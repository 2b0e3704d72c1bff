import { norm2 } from '@nonsmooth/core';
import type { CornerFunction } from './corner-function.js';
import { multiplierSets, shortestVelocity } from './multiplier-sets.js';
import { heldRows, type HeldRow, type Pattern } from './pattern.js';
import type { ActiveRow } from './active-row.js';

/** One way on: a pattern with its velocity and the multipliers of what is held. */
export interface Way {
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

/** Finds the ways on under patterns. */
export class Ways {
  private readonly frozen: CornerFunction;
  private readonly gradient: Float64Array;

  constructor(frozen: CornerFunction) {
    this.frozen = frozen;
    this.gradient = new Float64Array(frozen.dimension);
  }

  /** The shortest velocity over all that the kinks held in the pattern may add. */
  at(x: Float64Array, pattern: Pattern, stateNoise: number, start?: Float64Array): Way {
    const { frozen, gradient } = this;
    const { kinks } = frozen;
    const which: number[] = [];
    pattern.held.forEach((one, index) => one && which.push(index));
    const held: HeldRow[] = heldRows((kink) => kinks[kink]!, pattern, which);
    const rows = held.map((row) => frozen.rowAt(x, pattern, row));
    const bounds = new Float64Array(kinks.length);
    frozen.sweep(x, pattern.sides, gradient, bounds);
    const g = gradient.slice();
    const lambda = start?.length === rows.length ? start : new Float64Array(rows.length);
    const velocity = new Float64Array(frozen.dimension);
    const isNested = rows.some(({ slopes }) => slopes?.some((slope) => slope !== 0));
    let ended = true;
    let before = Infinity;
    // bounds of kinks below others depend on the multipliers of these
    for (let round = 0; round < 100; round++) {
      if (isNested && (round > 0 || start)) {
        frozen.sweep(x, pattern.sides, gradient, bounds, rows, lambda);
      }
      const last = lambda.slice();
      const sets = multiplierSets(
        (kink) => kinks[kink]!.kind,
        rows,
        (kink) => bounds[kink]!,
      );
      ended = shortestVelocity(g, rows, sets, lambda, velocity);
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
}

/** Whether two ways have one velocity. */
export function isSameWay(a: Way, b: Way): boolean {
  let apart = 0;
  for (let i = 0; i < a.velocity.length; i++) apart += (a.velocity[i]! - b.velocity[i]!) ** 2;
  return (
    Math.sqrt(apart) <= 1e-9 * Math.max(norm2(a.velocity), norm2(b.velocity)) + a.noise + b.noise
  );
}
