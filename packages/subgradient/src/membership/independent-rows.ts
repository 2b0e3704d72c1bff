import { dot, norm2 } from '@nonsmooth/core';
import { areIndependent, type BallRow } from '../dense/row-independence.js';

/** A row by column, each entry known to within its radius. */
export type SparseBallRow = ReadonlyMap<
  number,
  { readonly value: number; readonly radius: number }
>;

/**
 * Rows that are proved to be linearly independent, whatever their entries are within the radii. A row with an entry
 * that is not 0 in a column that no other row touches is independent of the others, which goes on without it; of the
 * rest, Gram–Schmidt proposes rows far from the span of those before, and `areIndependent` proves them: all, or as many
 * of the first ones as halving finds.
 */
export function provedIndependent(rows: readonly SparseBallRow[]): number[] {
  const { peeled, rest } = peel(rows);
  const columns = [...new Set(rest.flatMap((i) => [...rows[i]!.keys()]))];
  const balls = new Map<number, BallRow>(
    rest.map((i) => [
      i,
      {
        values: columns.map((t) => rows[i]!.get(t)?.value ?? 0),
        radii: columns.map((t) => rows[i]!.get(t)?.radius ?? 0),
      },
    ]),
  );
  const proposed = farFromSpan(rest, balls);
  const isProved = (count: number): boolean =>
    areIndependent(proposed.slice(0, count).map((i) => balls.get(i)!));
  let proved = proposed.length;
  if (proved > 0 && !isProved(proved)) {
    let open = proved;
    proved = 0;
    while (open - proved > 1) {
      const middle = (proved + open) >> 1;
      if (isProved(middle)) proved = middle;
      else open = middle;
    }
  }
  return [...peeled, ...proposed.slice(0, proved)].sort((i, j) => i - j);
}

/** Rows that have a column to themselves once those found before are gone, and the others. */
function peel(rows: readonly SparseBallRow[]): { peeled: number[]; rest: number[] } {
  const touching = new Map<number, Set<number>>();
  rows.forEach((row, i) => {
    for (const [t, { value, radius }] of row) {
      if (value === 0 && radius === 0) continue;
      const known = touching.get(t);
      if (known === undefined) touching.set(t, new Set([i]));
      else known.add(i);
    }
  });
  const isLeft = rows.map(() => true);
  const peeled: number[] = [];
  const single = [...touching.keys()].filter((t) => touching.get(t)!.size === 1);
  for (let t = single.pop(); t !== undefined; t = single.pop()) {
    const [i] = touching.get(t)!;
    if (i === undefined || !isLeft[i]) continue;
    const { value, radius } = rows[i]!.get(t)!;
    if (!(Math.abs(value) > radius)) continue;
    isLeft[i] = false;
    peeled.push(i);
    for (const other of rows[i]!.keys()) {
      const known = touching.get(other);
      if (known?.delete(i) && known.size === 1) single.push(other);
    }
  }
  return { peeled, rest: rows.flatMap((_, i) => (isLeft[i] ? [i] : [])) };
}

/** Rows whose distance from the span of the earlier ones exceeds rounding, by Gram–Schmidt: a proposal. */
function farFromSpan(list: readonly number[], balls: ReadonlyMap<number, BallRow>): number[] {
  const kept: number[] = [];
  const orthonormal: Float64Array[] = [];
  for (const i of list) {
    const { values, radii } = balls.get(i)!;
    const vector = Float64Array.from(values);
    const length = norm2(vector);
    for (let pass = 0; pass < 2; pass++) {
      for (const q of orthonormal) {
        const product = dot(q, vector);
        q.forEach((entry, t) => (vector[t]! -= product * entry));
      }
    }
    const distance = norm2(vector);
    if (!(distance > 4 * norm2(radii) + 1e-13 * length)) continue;
    orthonormal.push(vector.map((entry) => entry / distance));
    kept.push(i);
  }
  return kept;
}
