import { rationalRow, type AbsLinearForm } from '../cells/abs-linear.js';
import type { Meter } from '../cells/budget.js';
import { content, dotIntegers, primitive, type IntegerVector } from '../exact/integer-vector.js';
import { strictDirectionWithin, type MotzkinAlternative } from '../exact/nonnegative-solution.js';
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
    const oriented = (side: number): Signed => ({
      kink: i,
      factor,
      row: side < 0 ? row.map((entry) => -entry) : row,
    });
    const sides = scope === 'all' ? undefined : attain(strict, zeros, at, oriented);
    for (const side of faceSigns) {
      if (stopped || !limits.spend('tests')) return;
      const own = oriented(side);
      const nextStrict = side === 0 ? strict : [...strict, own];
      const nextZeros = side === 0 ? [...zeros, own] : zeros;
      const next = sides === undefined ? at : sides(side);
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

  /**
   * Directions with these signs of the kinks before and each sign of this one, or refutations. An open cone that
   * the hyperplane of the row meets has points on both sides of it, so 0 is attained where both sides are.
   */
  function attain(
    strict: readonly Signed[],
    zeros: readonly Signed[],
    at: Point,
    oriented: (side: number) => Signed,
  ): (side: number) => Point | FaceStep {
    const { row } = oriented(0);
    const here = dotIntegers(row, at);
    const known = here > 0n ? 1 : here < 0n ? -1 : 0;
    const solve = (side: number): MotzkinAlternative =>
      strictDirectionWithin(
        [...strict, oriented(side)].map((own) => own.row),
        zeros.map((own) => own.row),
        form.dimension,
      );
    const refuted = (found: Refutation, side: number, own: Signed): FaceStep => {
      const signed = found.multipliers.map(({ at: j, multiplier }): Weighted => {
        if (j < strict.length) return [strict[j]!, multiplier];
        return [own, side === 0 && known > 0 ? -multiplier : multiplier];
      });
      const free = found.free.map(({ at: j, multiplier }): Weighted => [zeros[j]!, multiplier]);
      const multipliers = [...signed, ...free].map(
        ([{ kink, factor }, n]) => [kink, print(multiply(factor, { n, d: 1n }))] as const,
      );
      return { kind: 'refuted', multipliers };
    };
    const across = known === 0 ? undefined : solve(-known);
    return (side) => {
      if (side === known) return at;
      const found = across ?? solve(side);
      if (!('direction' in found)) return refuted(found, side, oriented(side));
      return side === 0 ? between(at, found.direction, row) : found.direction;
    };
  }

  descend(0, [], [], new Array<bigint>(form.dimension).fill(0n));
}

type Point = readonly bigint[];
type Refutation = Extract<MotzkinAlternative, { readonly multipliers: unknown }>;
type Weighted = readonly [Signed, bigint];

/** The point of the segment between two points on both sides of a hyperplane that lies on it, up to a factor. */
function between(u: Point, v: Point, row: IntegerVector): Point {
  const absolute = (x: bigint): bigint => (x < 0n ? -x : x);
  const a = absolute(dotIntegers(row, v));
  const b = absolute(dotIntegers(row, u));
  const point = u.map((entry, t) => a * entry + b * v[t]!);
  const common = content(point);
  return common > 1n ? point.map((entry) => entry / common) : point;
}

/** s_i·∇z_i times a positive factor, as integers. */
interface Signed {
  readonly kink: number;
  readonly factor: Rational;
  readonly row: readonly bigint[];
}
