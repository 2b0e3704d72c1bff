import type { ActiveRow } from './active-row.js';
import { shortestVelocity } from './multiplier-sets.js';

/** Minus the shortest vector in the hull of some, and the weights that make it. */
export function hullVelocity(
  points: readonly Float64Array[],
  dimension: number,
): { velocity: Float64Array; weights: Float64Array } {
  const [first, ...others] = points as [Float64Array, ...Float64Array[]];
  const velocity = new Float64Array(dimension);
  const rows = others.map((point, i): ActiveRow => {
    const gradient = point.map((x, l) => x - first[l]!);
    return { kink: 0, entry: i, base: -1, gradient, length: 1, slopes: undefined };
  });
  const found = new Float64Array(others.length);
  const set = { kind: 'simplex', start: 0, size: others.length, bound: 1 } as const;
  shortestVelocity(first, rows, others.length === 0 ? [] : [set], found, velocity);
  const rest = found.reduce((left, weight) => left - weight, 1);
  return { velocity, weights: Float64Array.from([rest, ...found]) };
}
