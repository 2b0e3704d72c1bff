import { rationalRow, type AbsLinearForm } from '../cells/abs-linear.js';
import type { Meter } from '../cells/budget.js';
import { dotIntegers, primitive } from '../exact/integer-vector.js';
import { strictDirectionWithin } from '../exact/nonnegative-solution.js';
import { multiply, print, type Rational } from '../exact/rational.js';
import type { FaceStep } from './proofs.js';

/** A sign pattern of Δz, faces of cells included, and a direction at which it is taken. */
export interface Face {
  readonly pattern: readonly number[];
  /** Of no meaning where all patterns are visited. */
  readonly direction: readonly bigint[];
}

/** Callbacks of the search for faces. */
export interface FaceHooks {
  /** True ends the search. */
  face(face: Face): boolean;
  step?(step: FaceStep): void;
}

/** The patterns that Δz takes, or all of {−1, 0, 1}^k. */
export type FaceScope = 'attained' | 'all';

/** At each kink, in this order. */
export const faceSigns: readonly number[] = [0, 1, -1];

/**
 * Visits every pattern s ∈ {−1, 0, 1}^k that Δz = Z·d + L·|Δz| takes, by exact linear programs along the
 * switching variables; or simply every one. The budget can end it. Of attained patterns that differ only where
 * ∇z_i = 0 there is one, with 0 there.
 */
export function searchFaces(
  form: AbsLinearForm,
  hooks: FaceHooks,
  limits: Meter,
  scope: FaceScope = 'attained',
): void {
  const kinks = form.switchingByInput.length;
  const pattern: number[] = [];
  const rows: (readonly Rational[])[] = [];
  let stopped = false;

  function descend(
    i: number,
    strict: readonly Signed[],
    zeros: readonly Signed[],
    at: Point,
  ): void {
    if (stopped || limits.exhausted !== undefined) return;
    if (i === kinks) {
      if (limits.spend('cells')) stopped = hooks.face({ pattern, direction: at });
      return;
    }
    const rational = rationalRow(form, i, pattern, rows);
    rows[i] = rational;
    const { vector: row, factor } = primitive(rational);
    if (scope === 'attained' && row.every((entry) => entry === 0n)) {
      pattern[i] = 0;
      descend(i + 1, strict, zeros, at);
      return;
    }
    for (const side of faceSigns) {
      if (stopped || !limits.spend('tests')) return;
      const own = { kink: i, factor, row: side < 0 ? row.map((entry) => -entry) : row };
      const nextStrict = side === 0 ? strict : [...strict, own];
      const nextZeros = side === 0 ? [...zeros, own] : zeros;
      const next = scope === 'all' ? at : attain(nextStrict, nextZeros, at, own, side);
      if (!Array.isArray(next)) {
        hooks.step?.(next as FaceStep);
        continue;
      }
      hooks.step?.({ kind: 'open' });
      pattern[i] = side;
      rows[i] = rational;
      descend(i + 1, nextStrict, nextZeros, next as Point);
    }
  }

  function attain(
    strict: readonly Signed[],
    zeros: readonly Signed[],
    at: Point,
    { row }: Signed,
    side: number,
  ): Point | FaceStep {
    const here = dotIntegers(row, at);
    if (side === 0 ? here === 0n : here > 0n) return at;
    const found = strictDirectionWithin(
      strict.map((own) => own.row),
      zeros.map((own) => own.row),
      form.dimension,
    );
    if ('direction' in found) return found.direction;
    const multipliers = [
      ...found.multipliers.map(({ at: j, multiplier }) => [strict[j]!, multiplier] as const),
      ...found.free.map(({ at: j, multiplier }) => [zeros[j]!, multiplier] as const),
    ].map(([{ kink, factor }, n]) => [kink, print(multiply(factor, { n, d: 1n }))] as const);
    return { kind: 'refuted', multipliers };
  }

  descend(0, [], [], new Array<bigint>(form.dimension).fill(0n));
}

type Point = readonly bigint[];

/** s_i·∇z_i times a positive factor, as integers. */
interface Signed {
  readonly kink: number;
  readonly factor: Rational;
  readonly row: readonly bigint[];
}
