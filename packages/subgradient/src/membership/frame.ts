import { denseForm, type ActiveRows } from '../abs-normal/local-form.js';
import type { AbsLinearForm } from '../cells/abs-linear.js';
import { primitive } from '../exact/integer-vector.js';
import { solveIntegers } from '../exact/linear-system.js';
import { rankModPrime } from '../exact/rank.js';
import { add, multiply, negate, one, subtract, zero, type Rational } from '../exact/rational.js';

/** A sparse rational vector: entries that are not stored are 0. */
export type SparseVector = ReadonlyMap<number, Rational>;

/**
 * The question "is g in a subdifferential of Δf" in coordinates: on the columns on which the active rows have
 * full rank every sign vector that is attained at all is attained, and directions are filled up with zeros.
 */
export interface Frame {
  readonly columns: readonly number[];
  readonly form: AbsLinearForm;
  /** g − a on the columns. */
  readonly offset: readonly Rational[];
  /** Rank of the active rows Z. */
  readonly rank: number;
}

/** v with Z·v = 0 and ⟨g − a, v⟩ ≠ 0: g is outside every hull of gradients. */
export interface OutsideRowSpace {
  readonly vector: SparseVector;
}

/** Coordinates of the row space of the active rows, or that the offset lies outside of it. */
export function frame(rows: ActiveRows<Rational>, offset: SparseVector): Frame | OutsideRowSpace {
  const z = rows.switchingByInput;
  const all = [...new Set([...z.flatMap((row) => [...row.keys()]), ...offset.keys()])].sort(
    (s, t) => s - t,
  );
  const dense = z.map((row) => primitive(all.map((t) => row.get(t) ?? zero)).vector);
  const pivots = rankModPrime(dense);
  let chosen = pivots.columns;
  const rank = pivots.rows.length;
  const basis = pivots.rows.map((i) => dense[i]!);
  const dependsOnBasis = dense.every(
    (row, i) => pivots.rows.includes(i) || inSpan(row, basis, chosen) === undefined,
  );
  // p divided a determinant (never seen): keep all columns, which is always right
  if (!dependsOnBasis) chosen = all.map((_, at) => at);
  const goal = primitive(all.map((t) => offset.get(t) ?? zero)).vector;
  const failing = dependsOnBasis ? inSpan(goal, basis, chosen) : undefined;
  if (failing !== undefined) {
    return { vector: annihilator(basis, chosen, failing, all) };
  }
  const columns = chosen.map((at) => all[at]!).sort((s, t) => s - t);
  return {
    columns,
    form: denseForm(rows, columns),
    offset: columns.map((t) => offset.get(t) ?? zero),
    rank,
  };
}

/** A column where `row` differs from the combination of the basis that it equals on the pivot columns. */
function inSpan(
  row: readonly bigint[],
  basis: readonly (readonly bigint[])[],
  pivotColumns: readonly number[],
): number | undefined {
  const restricted = basis.map((b) => pivotColumns.map((t) => b[t]!));
  const solution = solveIntegers(
    restricted,
    pivotColumns.map((t) => row[t]!),
  );
  if (solution === undefined) return undefined;
  const { numerators, denominator } = solution;
  const at = row.findIndex(
    (entry, t) =>
      basis.reduce((sum, b, j) => sum + numerators[j]! * b[t]!, 0n) !== denominator * entry,
  );
  return at < 0 ? undefined : at;
}

/** v with entry 1 at the failing column and such entries on the pivot columns that all rows vanish on it. */
function annihilator(
  basis: readonly (readonly bigint[])[],
  pivotColumns: readonly number[],
  failing: number,
  all: readonly number[],
): SparseVector {
  const columns = pivotColumns.map((t) => basis.map((row) => row[t]!));
  const target = basis.map((row) => -row[failing]!);
  const solution = solveIntegers(columns, target);
  const vector = new Map<number, Rational>([[all[failing]!, one]]);
  pivotColumns.forEach((t, j) => {
    const { numerators, denominator } = solution!;
    const [n, d] = [numerators[j]!, denominator];
    if (n !== 0n) vector.set(all[t]!, multiply({ n, d: 1n }, { n: 1n, d }));
  });
  return vector;
}

/** The form in which |z_i| is replaced by s_i·z_i where s_i ≠ 0, and the offset that goes with it. */
export function fixSigns(
  rows: ActiveRows<Rational>,
  offset: SparseVector,
  pattern: ArrayLike<number>,
): { readonly rows: ActiveRows<Rational>; readonly offset: SparseVector; readonly free: number[] } {
  const free: number[] = [];
  const byInput: SparseVector[] = [];
  const byAbs: SparseVector[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const input = new Map(rows.switchingByInput[i]);
    const absolute = new Map<number, Rational>();
    for (const [j, coupling] of rows.switchingByAbs[i]!) {
      if (pattern[j] === 0) {
        addTo(absolute, free.indexOf(j), coupling);
        continue;
      }
      const factor = pattern[j]! > 0 ? coupling : negate(coupling);
      for (const [t, entry] of byInput[j]!) addTo(input, t, multiply(factor, entry));
      for (const [m, entry] of byAbs[j]!) addTo(absolute, m, multiply(factor, entry));
    }
    byInput.push(input);
    byAbs.push(absolute);
    if (pattern[i] === 0) free.push(i);
  }
  const remaining = new Map(offset);
  const output = free.map((i) => rows.outputByAbs[i]!);
  for (let i = 0; i < pattern.length; i++) {
    const weight = rows.outputByAbs[i]!;
    if (pattern[i] === 0 || weight.n === 0n) continue;
    const factor = pattern[i]! > 0 ? weight : negate(weight);
    for (const [t, entry] of byInput[i]!) addTo(remaining, t, negate(multiply(factor, entry)));
    for (const [m, entry] of byAbs[i]!) output[m] = add(output[m]!, multiply(factor, entry));
  }
  return {
    free,
    offset: remaining,
    rows: {
      switchingByInput: free.map((i) => byInput[i]!),
      switchingByAbs: free.map((i) => byAbs[i]!),
      outputByAbs: output,
    },
  };
}

function addTo(into: Map<number, Rational>, at: number, x: Rational): void {
  const total = add(into.get(at) ?? zero, x);
  if (total.n === 0n) into.delete(at);
  else into.set(at, total);
}

/** g − a, without zeros. */
export function difference(g: SparseVector, a: SparseVector): Map<number, Rational> {
  const out = new Map<number, Rational>();
  for (const t of new Set([...g.keys(), ...a.keys()])) {
    const entry = subtract(g.get(t) ?? zero, a.get(t) ?? zero);
    if (entry.n !== 0n) out.set(t, entry);
  }
  return out;
}

/** The inner product ⟨u, v⟩, exact. */
export function innerProduct(u: SparseVector, v: SparseVector): Rational {
  let total = zero;
  for (const [t, x] of u) {
    const y = v.get(t);
    if (y !== undefined) total = add(total, multiply(x, y));
  }
  return total;
}

/** −u. */
export function negated(u: SparseVector): Map<number, Rational> {
  return new Map([...u].map(([t, x]) => [t, negate(x)]));
}
