import { content, dotIntegers, type IntegerVector } from './integer-vector.js';

/** Either x ≥ 0 with Σ x_j·columns_j = denominator·target, or y with ⟨y, columns_j⟩ ≤ 0 and ⟨y, target⟩ > 0. */
export type FarkasAlternative =
  | {
      readonly feasible: true;
      readonly support: readonly number[];
      readonly numerators: readonly bigint[];
      readonly denominator: bigint;
    }
  | { readonly feasible: false; readonly separator: readonly bigint[] };

/**
 * Decides which alternative of Farkas' lemma holds, without rounding: phase one of the simplex method on an
 * integer tableau with Edmonds' exact division, pivots by Bland's rule, so it always ends.
 */
export function nonnegativeSolution(
  columns: readonly IntegerVector[],
  target: IntegerVector,
): FarkasAlternative {
  const equations = target.length;
  const unknowns = columns.length;
  const right = unknowns + equations;
  const flipped = target.map((entry) => entry < 0n);
  // Rows: one per equation, right side nonnegative, then the artificial columns; last row: reduced costs.
  const tableau = target.map((entry, i) => {
    const row: bigint[] = new Array<bigint>(right + 1).fill(0n);
    for (let j = 0; j < unknowns; j++) row[j] = flipped[i]! ? -columns[j]![i]! : columns[j]![i]!;
    row[unknowns + i] = 1n;
    row[right] = flipped[i]! ? -entry : entry;
    return row;
  });
  const costs: bigint[] = new Array<bigint>(right + 1).fill(0n);
  for (const row of tableau) {
    for (let j = 0; j < unknowns; j++) costs[j]! -= row[j]!;
    costs[right]! -= row[right]!;
  }
  const basis = tableau.map((_, i) => unknowns + i);
  let determinant = 1n;
  for (;;) {
    if (costs[right] === 0n) break;
    let entering = -1;
    for (let j = 0; j < unknowns; j++) {
      if (costs[j]! < 0n) {
        entering = j;
        break;
      }
    }
    if (entering < 0) break;
    let leaving = -1;
    for (let i = 0; i < equations; i++) {
      const entry = tableau[i]![entering]!;
      if (entry <= 0n) continue;
      if (leaving < 0) {
        leaving = i;
        continue;
      }
      const best = tableau[leaving]!;
      const difference = tableau[i]![right]! * best[entering]! - best[right]! * entry;
      if (difference < 0n || (difference === 0n && basis[i]! < basis[leaving]!)) leaving = i;
    }
    const pivot = tableau[leaving]!;
    const lead = pivot[entering]!;
    for (const row of [...tableau, costs]) {
      if (row === pivot) continue;
      const factor = row[entering]!;
      for (let j = 0; j <= right; j++) row[j] = (lead * row[j]! - factor * pivot[j]!) / determinant;
    }
    determinant = lead;
    basis[leaving] = entering;
  }
  if (costs[right] !== 0n) {
    const separator = tableau.map((_, i) => {
      const dual = determinant - costs[unknowns + i]!;
      return flipped[i]! ? -dual : dual;
    });
    const common = content(separator);
    return { feasible: false, separator: separator.map((entry) => entry / common) };
  }
  const support: number[] = [];
  const numerators: bigint[] = [];
  basis.forEach((j, i) => {
    const value = tableau[i]![right]!;
    if (j >= unknowns || value === 0n) return;
    support.push(j);
    numerators.push(value);
  });
  return { feasible: true, support, numerators, denominator: determinant };
}

/**
 * Gordan's alternative: a direction with ⟨row_j, d⟩ > 0 for all j, or multipliers λ ≥ 0, λ ≠ 0, Σ λ_j·row_j = 0.
 */
export function strictDirection(
  rows: readonly IntegerVector[],
  dimension: number,
):
  | { readonly direction: bigint[] }
  | { readonly support: readonly number[]; readonly multipliers: readonly bigint[] } {
  const lifted = rows.map((row) => [...row, 1n]);
  const target = [...new Array<bigint>(dimension).fill(0n), 1n];
  const answer = nonnegativeSolution(lifted, target);
  return answer.feasible
    ? { support: answer.support, multipliers: answer.numerators }
    : { direction: answer.separator.slice(0, dimension).map((entry) => -entry) };
}

/** The integer multiplier of one row. */
export interface Multiplier {
  readonly at: number;
  readonly multiplier: bigint;
}

/** A direction, or the multipliers of strict inequalities and of equations that exclude one. */
export type MotzkinAlternative =
  | { readonly direction: bigint[] }
  | { readonly multipliers: readonly Multiplier[]; readonly free: readonly Multiplier[] };

/**
 * Motzkin's alternative: a direction with ⟨strict_j, d⟩ > 0 for all j and ⟨zeros_i, d⟩ = 0 for all i, or
 * Σ λ_j·strict_j + Σ ν_i·zeros_i = 0 with λ ≥ 0, λ ≠ 0. Of many inequalities few matter: those that a direction
 * for the ones so far violates are added until it violates none. The last ones come first.
 */
export function strictDirectionWithin(
  strict: readonly IntegerVector[],
  zeros: readonly IntegerVector[],
  dimension: number,
): MotzkinAlternative {
  const few = dimension + 2;
  if (strict.length <= 2 * few) return motzkin(strict, zeros, dimension);
  const members = Array.from({ length: few }, (_, j) => strict.length - 1 - j);
  for (;;) {
    const answer = motzkin(
      members.map((j) => strict[j]!),
      zeros,
      dimension,
    );
    if ('multipliers' in answer) {
      const multipliers = answer.multipliers.map(({ at, multiplier }) => ({
        at: members[at]!,
        multiplier,
      }));
      return { multipliers, free: answer.free };
    }
    let added = 0;
    for (let j = 0; j < strict.length && added < few; j++) {
      if (dotIntegers(strict[j]!, answer.direction) > 0n) continue;
      members.push(j);
      added++;
    }
    if (added === 0) return answer;
  }
}

function motzkin(
  strict: readonly IntegerVector[],
  zeros: readonly IntegerVector[],
  dimension: number,
): MotzkinAlternative {
  if (strict.length === 0) return { direction: new Array<bigint>(dimension).fill(0n) };
  const lifted = [
    ...strict.map((row) => [...row, 1n]),
    ...zeros.flatMap((row) => [
      [...row, 0n],
      [...row.map((entry) => -entry), 0n],
    ]),
  ];
  const answer = nonnegativeSolution(lifted, [...new Array<bigint>(dimension).fill(0n), 1n]);
  if (!answer.feasible) {
    return { direction: answer.separator.slice(0, dimension).map((entry) => -entry) };
  }
  const multipliers: Multiplier[] = [];
  const free: Multiplier[] = [];
  answer.support.forEach((at, j) => {
    const multiplier = answer.numerators[j]!;
    const pair = at - strict.length;
    if (pair < 0) multipliers.push({ at, multiplier });
    else free.push({ at: pair >> 1, multiplier: pair % 2 === 0 ? multiplier : -multiplier });
  });
  return { multipliers, free };
}
