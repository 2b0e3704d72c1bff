import { heldParts } from './held-together.js';
import type { MultiplierSet } from './flat-minimum.js';
import { multiplierSets, nearestEnd, shortestVelocity, type Margin } from './multiplier-sets.js';
import type { SlidingField } from './sliding-field.js';

/** Rounds of the search for multipliers of nested kinks, and those before it takes longer ways. */
const mostRounds = 20;
const plainRounds = 4;

/**
 * How far the multipliers at x, the state of the last evaluation of a slide with this velocity, are from their ends. Where
 * the functions that are held depend on each other, multipliers are not unique: absolute values are looked at jointly,
 * of others multipliers are searched that are not beyond their ends.
 */
export function slideMargin(field: SlidingField, x: Float64Array, velocity: Float64Array): Margin {
  const { rows, lambda } = field;
  if (field.isNested) field.takeBounds(x, lambda);
  if (field.rank === rows.length) return nearestEnd(setsOf(field), rows, lambda);
  const joint = jointly(field, x);
  if (joint) return joint;
  const nearest = nearestEnd(setsOf(field), rows, lambda);
  if (nearest.margin >= 0) return nearest;
  const { apart, isOpen } = apartFromAllowed(field, x, velocity);
  const { kink } = nearest;
  // forces that the search leaves undecided
  const slack = 1e4 * field.noise();
  return { margin: apart <= slack ? slack : -apart, kink, isOpen };
}

/** Where rows of absolute values depend on each other: how far the part is from leaving that is nearest to it. */
function jointly(field: SlidingField, x: Float64Array): Margin | undefined {
  const { rows, lambda, kinked, isNested, gram, factor } = field;
  const isAbs = rows.every(({ kink, length }) => kinked.kink(kink).kind === 'abs' && length > 0);
  if (!isAbs) return undefined;
  const boundsNow = (): Float64Array => Float64Array.from(rows, ({ kink }) => kinked.boundOf(kink));
  const nestedBounds = boundsNow();
  let bounds = nestedBounds;
  let slopes: Float64Array | undefined;
  if (isNested) {
    slopes = slopesOf(field, x);
    field.takeBounds(x, new Float64Array(rows.length));
    bounds = boundsNow();
    field.takeBounds(x, lambda);
  }
  const parts = heldParts({ rows, lambda, bounds, nestedBounds, slopes }, gram, factor);
  if (!parts) return undefined;
  const part = parts.reduce((least, one) => (one.margin < least.margin ? one : least));
  const rates = part.rates.map(Math.abs);
  const leading = rates.indexOf(Math.max(...rates));
  return { margin: part.margin, kink: rows[part.rows[leading]!]!.kink };
}

/** What the arguments of rows owe to |u| of other rows, row by row; undefined if nothing. */
function slopesOf(field: SlidingField, x: Float64Array): Float64Array | undefined {
  const { rows, kinked } = field;
  const k = rows.length;
  const slopes = new Float64Array(k * k);
  let isCoupled = false;
  rows.forEach((row, i) => {
    if (!kinked.kink(row.kink).nested) return;
    field.passingRow(x, row);
    for (let j = 0; j < i; j++) {
      const slope = kinked.slopeOf(rows[j]!.kink);
      slopes[i * k + j] = slope;
      if (slope !== 0) isCoupled = true;
    }
  });
  return isCoupled ? slopes : undefined;
}

/** How far the velocity is from the shortest one that multipliers which are not beyond their ends make. */
function apartFromAllowed(
  field: SlidingField,
  x: Float64Array,
  velocity: Float64Array,
): { readonly apart: number; readonly isOpen: boolean } {
  const { rows, gradient, isNested } = field;
  const found = field.lambda.slice();
  const before = new Float64Array(found.length);
  const shortest = new Float64Array(velocity.length);
  let isOpen = isNested;
  let isLong = false;
  for (let round = 0; round < mostRounds; round++) {
    before.set(found);
    shortestVelocity(gradient, rows, setsOf(field), found, shortest);
    if (!isNested) break;
    let moved = 0;
    let size = Number.MIN_VALUE;
    for (let i = 0; i < found.length; i++) {
      moved = Math.max(moved, Math.abs(found[i]! - before[i]!));
      size = Math.max(size, Math.abs(found[i]!));
    }
    isOpen = round === 0 || moved > 1e-13 * size;
    if (!isOpen) break;
    // multipliers that depend on each other move on and on: by ever longer ways
    isLong = round >= plainRounds;
    const more = isLong ? 2 ** (round - plainRounds) : 0;
    for (let i = 0; i < found.length; i++) {
      found[i] = found[i]! + more * (found[i]! - before[i]!);
    }
    // bounds of kinks below others depend on the multipliers of these
    field.takeBounds(x, found);
  }
  let apart = 0;
  for (let i = 0; i < velocity.length; i++) apart += (shortest[i]! - velocity[i]!) ** 2;
  apart = Math.sqrt(apart);
  // what was passed by is not known
  return { apart, isOpen: isOpen || (isLong && apart > field.noise()) };
}

function setsOf({ kinked, rows }: SlidingField): MultiplierSet[] {
  return multiplierSets(
    (kink) => kinked.kink(kink).kind,
    rows,
    (kink) => kinked.boundOf(kink),
  );
}
