import { rationalRow, type AbsLinearForm } from '../cells/abs-linear.js';
import type { Meter } from '../cells/budget.js';
import { primitive } from '../exact/integer-vector.js';
import { strictDirectionWithin } from '../exact/nonnegative-solution.js';
import type { Rational } from '../exact/rational.js';

/** A sign pattern of Δz, faces of cells included, and a direction at which it is taken. */
export interface Face {
  readonly pattern: readonly number[];
  readonly direction: readonly bigint[];
}

/**
 * Visits every pattern s ∈ {−1, 0, 1}^k that Δz = Z·d + L·|Δz| takes, by exact linear programs along the
 * switching variables. True from `visit` ends the search; the result is false if the budget ended it. Of patterns
 * that differ only where ∇z_i = 0 there is one, with 0 there.
 */
export function searchFaces(
  form: AbsLinearForm,
  visit: (face: Face) => boolean,
  limits: Meter,
): boolean {
  const kinks = form.switchingByInput.length;
  const pattern: number[] = [];
  const rows: (readonly Rational[])[] = [];
  let stopped = false;

  function descend(
    i: number,
    strict: readonly (readonly bigint[])[],
    zeros: readonly (readonly bigint[])[],
    at: readonly bigint[],
  ): void {
    if (stopped || limits.exhausted !== undefined) return;
    if (i === kinks) {
      if (limits.spend('cells')) stopped = visit({ pattern, direction: at });
      return;
    }
    rows[i] = rationalRow(form, i, pattern, rows);
    const row = primitive(rows[i]).vector;
    if (row.every((entry) => entry === 0n)) {
      pattern[i] = 0;
      descend(i + 1, strict, zeros, at);
      return;
    }
    const here = row.reduce((sum, entry, t) => sum + entry * at[t]!, 0n);
    for (const side of [0, 1, -1]) {
      if (stopped || !limits.spend('tests')) return;
      const isHere = side === 0 ? here === 0n : here * BigInt(side) > 0n;
      const signed = side < 0 ? row.map((entry) => -entry) : row;
      const nextStrict = side === 0 ? strict : [...strict, signed];
      const nextZeros = side === 0 ? [...zeros, row] : zeros;
      const direction = isHere ? at : strictDirectionWithin(nextStrict, nextZeros, form.dimension);
      if (direction === undefined) continue;
      pattern[i] = side;
      rows[i] = rationalRow(form, i, pattern, rows);
      descend(i + 1, nextStrict, nextZeros, direction);
    }
  }

  descend(0, [], [], new Array<bigint>(form.dimension).fill(0n));
  return limits.exhausted === undefined;
}
