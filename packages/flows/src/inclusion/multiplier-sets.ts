import type { FrozenKink } from '@nonsmooth/autodiff';
import { dot, norm2 } from '@nonsmooth/core';
import type { HeldRow } from './pattern.js';
import type { MultiplierSet } from './flat-minimum.js';
import { productMinimum } from './product-minimum.js';
import type { ActiveRow } from './active-row.js';

type KinkKind = FrozenKink['kind'];

/** How far the multipliers of a slide are from the ends of what they may be, in units of force. */
export interface Margin {
  readonly margin: number;
  /** The kink that is nearest to its end. */
  readonly kink: number;
  /** Multipliers of nested kinks that are beyond no end were sought, and it is not known whether there are any. */
  readonly isOpen?: boolean;
}

/** Where the multipliers of rows may lie; rows of one kink follow each other. */
export function multiplierSets(
  kindOf: (kink: number) => KinkKind,
  rows: readonly HeldRow[],
  boundOf: (kink: number) => number,
): MultiplierSet[] {
  const sets: MultiplierSet[] = [];
  for (let i = 0; i < rows.length;) {
    const { kink } = rows[i]!;
    let size = 1;
    while (rows[i + size]?.kink === kink) size++;
    const kind = kindOf(kink);
    const name = kind === 'abs' ? 'interval' : kind === 'max' ? 'simplex' : 'ball';
    sets.push({ kind: name, start: i, size, bound: boundOf(kink) });
    i += size;
  }
  return sets;
}

/** Which multiplier is nearest to its end, and how far from it. */
export function nearestEnd(
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
  const allowed = sets.map((set) => (set.bound < 0 ? closed(set) : set));
  const ended = productMinimum(gram, h, allowed, lambda);
  for (let l = 0; l < out.length; l++) out[l] = -gradient[l]!;
  rows.forEach(({ gradient: row }, i) => {
    const weight = lambda[i]!;
    if (weight !== 0) for (let l = 0; l < out.length; l++) out[l] = out[l]! - weight * row[l]!;
  });
  return ended;
}

/** With nothing but 0 in it. */
function closed({ kind, start, size }: MultiplierSet): MultiplierSet {
  return { kind, start, size, bound: 0 };
}
