import { roundoff } from '../procedure/ball.js';

/** A row of numbers, each known to within its radius. */
export interface BallRow {
  readonly values: ArrayLike<number>;
  readonly radii: ArrayLike<number>;
}

/**
 * Whether the rows are proved to be linearly independent: with an approximate inverse X of the square part B that a
 * pivot search finds, ‖I − XB‖∞ + ‖|X|·R‖∞ < 1 and all rounding makes B regular for all entries within their radii R.
 */
export function areIndependent(rows: readonly BallRow[]): boolean {
  const m = rows.length;
  const n = rows[0]?.values.length ?? 0;
  if (m > n) return false;
  const columns = pivotColumns(rows, n);
  if (columns === undefined) return false;
  const inverse = inverseOf(rows, columns);
  if (inverse === undefined) return false;
  const gamma = ((m + 2) * roundoff) / (1 - (m + 2) * roundoff);
  for (let i = 0; i < m; i++) {
    let bound = 0;
    for (let j = 0; j < m; j++) {
      let sum = i === j ? -1 : 0;
      let size = i === j ? 1 : 0;
      let doubt = 0;
      for (let t = 0; t < m; t++) {
        const x = inverse[i * m + t]!;
        const b = rows[t]!.values[columns[j]!]!;
        sum += x * b;
        size += Math.abs(x * b);
        doubt += Math.abs(x) * rows[t]!.radii[columns[j]!]!;
      }
      bound += Math.abs(sum) + gamma * size + doubt + m * 2 ** -1020;
    }
    if (!(bound * (1 + 2 ** -30) < 1)) return false;
  }
  return true;
}

/** Columns in which the rows are far from dependent, by elimination with complete pivoting. */
function pivotColumns(rows: readonly BallRow[], n: number): number[] | undefined {
  const matrix = rows.map(({ values }) => Float64Array.from(values));
  const columns: number[] = [];
  for (let k = 0; k < matrix.length; k++) {
    let [pivotRow, pivotColumn, largest] = [k, -1, 0];
    for (let i = k; i < matrix.length; i++) {
      for (let t = 0; t < n; t++) {
        const size = Math.abs(matrix[i]![t]!);
        if (size > largest) [pivotRow, pivotColumn, largest] = [i, t, size];
      }
    }
    if (!(largest > 0 && largest < Infinity)) return undefined;
    [matrix[k], matrix[pivotRow]] = [matrix[pivotRow]!, matrix[k]!];
    columns.push(pivotColumn);
    const pivot = matrix[k]!;
    for (let i = k + 1; i < matrix.length; i++) {
      const row = matrix[i]!;
      const factor = row[pivotColumn]! / pivot[pivotColumn]!;
      if (factor === 0) continue;
      for (let t = 0; t < n; t++) row[t]! -= factor * pivot[t]!;
      row[pivotColumn] = 0;
    }
  }
  return columns;
}

/** An approximate inverse of the rows on these columns, by Gauss–Jordan elimination; row-major. */
function inverseOf(rows: readonly BallRow[], columns: readonly number[]): Float64Array | undefined {
  const m = columns.length;
  const b = Array.from(rows, ({ values }) => Float64Array.from(columns, (t) => values[t]!));
  const x = Array.from({ length: m }, (_, i) => {
    const row = new Float64Array(m);
    row[i] = 1;
    return row;
  });
  for (let k = 0; k < m; k++) {
    let best = k;
    for (let i = k + 1; i < m; i++) if (Math.abs(b[i]![k]!) > Math.abs(b[best]![k]!)) best = i;
    [b[k], b[best]] = [b[best]!, b[k]!];
    [x[k], x[best]] = [x[best]!, x[k]!];
    const pivot = b[k]![k]!;
    if (!(Math.abs(pivot) > 0)) return undefined;
    for (let t = 0; t < m; t++) {
      b[k]![t]! /= pivot;
      x[k]![t]! /= pivot;
    }
    for (let i = 0; i < m; i++) {
      const factor = i === k ? 0 : b[i]![k]!;
      if (factor === 0) continue;
      for (let t = 0; t < m; t++) {
        b[i]![t]! -= factor * b[k]![t]!;
        x[i]![t]! -= factor * x[k]![t]!;
      }
    }
  }
  const out = new Float64Array(m * m);
  x.forEach((row, i) => out.set(row, i * m));
  return out.every(Number.isFinite) ? out : undefined;
}
