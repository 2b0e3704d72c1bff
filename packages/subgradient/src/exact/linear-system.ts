import type { IntegerVector } from './integer-vector.js';

/** Numerators over one positive denominator. */
export interface IntegerSolution {
  readonly numerators: readonly bigint[];
  readonly denominator: bigint;
}

/**
 * The unique λ with Σ λ_j·columns_j = target, by Bareiss's fraction-free elimination (Math. Comp. 22, 1968);
 * undefined if there is none or the columns are dependent. There may be more equations than columns.
 */
export function solveIntegers(
  columns: readonly IntegerVector[],
  target: IntegerVector,
): IntegerSolution | undefined {
  const unknowns = columns.length;
  const rows = target.map((entry, i) => [...columns.map((column) => column[i]!), entry]);
  let previous = 1n;
  for (let c = 0; c < unknowns; c++) {
    const pivotRow = rows.findIndex((row, i) => i >= c && row[c] !== 0n);
    if (pivotRow < 0) return undefined;
    [rows[c], rows[pivotRow]] = [rows[pivotRow]!, rows[c]!];
    const pivot = rows[c]!;
    const lead = pivot[c]!;
    for (let i = 0; i < rows.length; i++) {
      if (i === c) continue;
      const row = rows[i]!;
      const factor = row[c]!;
      // Gauss–Jordan: rows above stay divisible, so no back substitution is needed.
      for (let j = i < c ? i : c; j <= unknowns; j++) {
        row[j] = (lead * row[j]! - factor * pivot[j]!) / previous;
      }
    }
    previous = lead;
  }
  for (let i = unknowns; i < rows.length; i++) if (rows[i]![unknowns] !== 0n) return undefined;
  const flip = previous < 0n;
  return {
    numerators: rows.slice(0, unknowns).map((row) => (flip ? -row[unknowns]! : row[unknowns]!)),
    denominator: flip ? -previous : previous,
  };
}
