import { dot } from '@nonsmooth/core';
import type { ActiveKink } from './active-kink.js';
import { copyPattern, setSide, type Pattern } from './pattern.js';
import type { CornerFunction } from './corner-function.js';
import { hullVelocity } from './hull-velocity.js';

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
      const velocity = hullVelocity(
        sides.map(({ gradient }) => gradient),
        this.dimension,
      ).velocity;
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
    const direction = hullVelocity(signed, this.dimension).velocity;
    return dot(direction, direction) > 1e-16;
  }
}
