import type { ActiveRow } from './active-row.js';
import type { GramFactor } from './gram-factor.js';
import {
  independentParts,
  jointMargin,
  partOf,
  type HeldTogether,
  type JointMargin,
} from './joint-margin.js';

/** A part of what is held, and how safely its kinks hold each other. */
export interface HeldPart extends JointMargin {
  /** Which rows. */
  readonly rows: readonly number[];
}

/** What holds rows, as a function of |u| is made of them. */
export interface Holding {
  readonly rows: readonly ActiveRow[];
  readonly lambda: Float64Array;
  /** By row: derivatives with respect to |u|, of the function alone and with the multipliers of all rows. */
  readonly bounds: Float64Array;
  readonly nestedBounds: Float64Array;
  /** By rows: what the argument of one owes to |u| of another, if anything does. */
  readonly slopes: Float64Array | undefined;
}

/** Parts of what is held with their margins; undefined where there are too many kinks to tell. */
export function heldParts(
  { rows, lambda, bounds, nestedBounds, slopes }: Holding,
  cosines: Float64Array,
  factor: GramFactor,
): HeldPart[] | undefined {
  const count = rows.length;
  const forces = (of: Float64Array): Float64Array => of.map((x, i) => x * rows[i]!.length);
  const held: HeldTogether = {
    count,
    cosines,
    slopes: slopes?.map((slope, at) => {
      const [i, j] = [Math.floor(at / count), at % count];
      return slope === 0 ? 0 : (slope * rows[j]!.length) / rows[i]!.length;
    }),
    bounds: forces(bounds),
    lambda: forces(lambda),
  };
  const found: HeldPart[] = [];
  for (const part of independentParts(held, factor)) {
    if (!part.isDependent) {
      // multipliers are unique, and each one has its own interval
      for (const i of part.rows) {
        const { length } = rows[i]!;
        const pull = lambda[i]!;
        const rates = Float64Array.of(pull > 0 ? 1 : -1);
        const margin = (nestedBounds[i]! - Math.abs(pull)) * length;
        found.push({ rows: [i], margin, rates, along: rates });
      }
      continue;
    }
    const joint = jointMargin(partOf(held, part.rows));
    if (!joint) return undefined;
    found.push({ rows: part.rows, ...joint });
  }
  return found;
}
