import { dot } from '@nonsmooth/core';
import type { ActiveKink } from './active-kink.js';
import { copyPattern, setSide, type Pattern } from './pattern.js';
import type { CornerFunction } from './corner-function.js';
import { shortestVelocity } from './multiplier-sets.js';
import type { ActiveRow } from './active-row.js';

/** The gradient on one side of each active kink, with the gradients of their arguments there. */
interface Side {
  readonly signs: readonly number[];
  readonly gradient: Float64Array;
  readonly rows: readonly Float64Array[];
}

/**
 * Convex combinations of the gradients around a corner of |u| and what is made of it: where kinks are nested they make
 * more of Clarke's set than single multipliers do. For few kinks: all sides are looked at.
 */
export class Mixture {
  private readonly sides: Side[] = [];
  private readonly dimension: number;

  constructor(
    frozen: CornerFunction,
    x: Float64Array,
    neutral: Pattern,
    active: readonly ActiveKink[],
  ) {
    const { kinks, dimension } = frozen;
    this.dimension = dimension;
    if (active.some(({ index }) => kinks[index]!.kind !== 'abs')) return;
    const bounds = new Float64Array(kinks.length);
    for (let code = 0; code < 2 ** active.length; code++) {
      const pattern = copyPattern(neutral);
      const signs = active.map((_, i) => ((code >> i) & 1 ? 1 : -1));
      active.forEach(({ index }, i) => setSide(kinks[index]!, index, pattern, signs[i]!));
      const gradient = new Float64Array(dimension);
      frozen.sweep(x, pattern.sides, gradient, bounds);
      const rows = active.map(
        ({ index }) =>
          frozen.rowAt(x, pattern, { kink: index, entry: kinks[index]!.offset, base: -1 }).gradient,
      );
      const side = { signs, gradient, rows };
      if (this.isAttained(side)) this.sides.push(side);
    }
  }

  /** The velocity of least length that moves into no other sides than those it is made of, if there is one. */
  shortest(): Float64Array | undefined {
    let { sides } = this;
    while (sides.length > 0) {
      const velocity = this.hullVelocity(sides.map(({ gradient }) => gradient));
      const kept = sides.filter(({ signs, rows }) =>
        rows.every((row, i) => {
          const rate = dot(row, velocity) * signs[i]!;
          return rate >= -1e-10 * Math.sqrt(dot(row, row) * dot(velocity, velocity));
        }),
      );
      if (kept.length === sides.length) return velocity;
      sides = kept;
    }
    return undefined;
  }

  /** Whether the kinks can be on these sides at once, as far as their gradients tell. */
  private isAttained({ signs, rows }: Side): boolean {
    const signed = rows.flatMap((row, i) => {
      const length = Math.sqrt(dot(row, row));
      return length > 0 ? [row.map((x) => (x * signs[i]!) / length)] : [];
    });
    if (signed.length === 0) return true;
    const direction = this.hullVelocity(signed);
    return dot(direction, direction) > 1e-16;
  }

  /** Minus the shortest vector in the hull of some. */
  private hullVelocity(points: readonly Float64Array[]): Float64Array {
    const [first, ...others] = points as [Float64Array, ...Float64Array[]];
    const out = new Float64Array(this.dimension);
    const rows = others.map((point, i): ActiveRow => {
      const gradient = point.map((x, l) => x - first[l]!);
      return { kink: 0, entry: i, base: -1, gradient, length: 1, slopes: undefined };
    });
    const weights = new Float64Array(others.length);
    const set = { kind: 'simplex', start: 0, size: others.length, bound: 1 } as const;
    shortestVelocity(first, rows, others.length === 0 ? [] : [set], weights, out);
    return out;
  }
}
