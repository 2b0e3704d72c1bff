import { primitive, toNumbers, type IntegerVector } from '../exact/integer-vector.js';
import { add, multiply, negate, zero, type Rational } from '../exact/rational.js';

/**
 * A piecewise linear function in abs-normal form, all numbers exact:
 * z = Z·d + L·|z|, Δf(d) = a·d + b·|z|, L strictly lower triangular. Here without a, which any gradient g
 * enters only through g − a.
 */
export interface AbsLinearForm {
  /** Number of variables. */
  readonly dimension: number;
  /** Z: one row per switching variable. */
  readonly switchingByInput: readonly (readonly Rational[])[];
  /** L: row i holds ∂z_i/∂|z_j| for j < i. */
  readonly switchingByAbs: readonly (readonly Rational[])[];
  /** b. */
  readonly outputByAbs: readonly Rational[];
}

/** An arrangement of hyperplanes ⟨rows_i, d⟩ = 0: the abs-linear form with L = 0 and b = 0. */
export function arrangement(rows: readonly (readonly Rational[])[]): AbsLinearForm {
  return {
    dimension: rows[0]?.length ?? 0,
    switchingByInput: rows,
    switchingByAbs: rows.map((_, i) => new Array<Rational>(i).fill(zero)),
    outputByAbs: rows.map(() => zero),
  };
}

/** ∇z_i^σ up to a positive factor: as integers, and as doubles that agree to one rounding per entry. */
export interface SwitchingRow {
  readonly integers: IntegerVector;
  readonly numbers: Float64Array;
  readonly isZero: boolean;
}

/** The row with these integer entries, and the same entries as doubles. */
export function switchingRow(integers: IntegerVector): SwitchingRow {
  return { integers, numbers: toNumbers(integers), isZero: integers.every((x) => x === 0n) };
}

/**
 * ∇z_i^σ = Z_i + Σ_{j<i} L_ij σ_j ∇z_j^σ for the given earlier signs, up to a positive factor. `rational` holds
 * the exact rows j < i.
 */
export function rationalRow(
  form: AbsLinearForm,
  i: number,
  signs: ArrayLike<number>,
  earlier: readonly (readonly Rational[])[],
): readonly Rational[] {
  let row = form.switchingByInput[i]!;
  const couplings = form.switchingByAbs[i]!;
  for (let j = 0; j < i; j++) {
    const coupling = couplings[j]!;
    if (coupling.n === 0n || signs[j] === 0) continue;
    const factor = signs[j]! > 0 ? coupling : negate(coupling);
    row = row.map((entry, t) => add(entry, multiply(factor, earlier[j]![t]!)));
  }
  return row;
}

/** Supplies the row of each switching variable under a sign prefix; rows without coupling are made once. */
export interface RowSource {
  /** Valid until the next call with the same i; signs j < i must be those of the calls before. */
  row(i: number, signs: ArrayLike<number>): SwitchingRow;
  /** The exact, unscaled ∇z_i^σ of the last call. */
  rational(i: number): readonly Rational[];
}

/** Computes the rows of the switching variables for given signs of the earlier ones. */
export function rowSource(form: AbsLinearForm): RowSource {
  const coupled = form.switchingByAbs.map((row) => row.some(({ n }) => n !== 0n));
  const fixed = form.switchingByInput.map((row, i) =>
    coupled[i]! ? undefined : switchingRow(primitive(row).vector),
  );
  const current: (readonly Rational[])[] = form.switchingByInput.slice();
  return {
    row(i, signs) {
      const known = fixed[i];
      if (known !== undefined) return known;
      current[i] = rationalRow(form, i, signs, current);
      return switchingRow(primitive(current[i]).vector);
    },
    rational: (i) => current[i]!,
  };
}

/** g_σ − a = Σ b_iσ_i∇z_i^σ. */
export function gradientOffset(
  form: AbsLinearForm,
  signs: ArrayLike<number>,
  rows: readonly (readonly Rational[])[],
): Rational[] {
  const offset = new Array<Rational>(form.dimension).fill(zero);
  form.outputByAbs.forEach((weight, i) => {
    if (weight.n === 0n || signs[i] === 0) return;
    const factor = signs[i]! > 0 ? weight : negate(weight);
    rows[i]!.forEach((entry, t) => {
      if (entry.n !== 0n) offset[t] = add(offset[t]!, multiply(factor, entry));
    });
  });
  return offset;
}
