/** A matrix by its nonzero entries, row by row: those of row i stand at starts[i] … starts[i + 1] − 1. */
export interface SparseMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly starts: Int32Array;
  /** Column of each entry, increasing within a row. */
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** One row's entries: columns in increasing order, and their values. */
export interface SparseRow {
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** The matrix of these rows, restricted to the columns from `first` to `first + columns − 1`. */
export function sparseMatrix(
  rows: readonly SparseRow[],
  first: number,
  columns: number,
): SparseMatrix {
  const starts = new Int32Array(rows.length + 1);
  const from = rows.map(({ indices }, i) => {
    const begin = lowerBound(indices, first);
    starts[i + 1] = starts[i]! + lowerBound(indices, first + columns) - begin;
    return begin;
  });
  const count = starts[rows.length]!;
  const indices = new Int32Array(count);
  const values = new Float64Array(count);
  rows.forEach((row, i) => {
    for (let at = starts[i]!, k = from[i]!; at < starts[i + 1]!; at++, k++) {
      indices[at] = row.indices[k]! - first;
      values[at] = row.values[k]!;
    }
  });
  return { rows: rows.length, columns, starts, indices, values };
}

function lowerBound(sorted: Int32Array, x: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Σ_j A_ij·x[at + j] for row i. */
export function rowProduct(
  { starts, indices, values }: SparseMatrix,
  i: number,
  x: ArrayLike<number>,
  at = 0,
): number {
  let total = 0;
  for (let k = starts[i]!; k < starts[i + 1]!; k++) total += values[k]! * x[at + indices[k]!]!;
  return total;
}

/** y[at + j] += factor·A_ij for row i. */
export function addRow(
  { starts, indices, values }: SparseMatrix,
  i: number,
  factor: number,
  y: Float64Array,
  at = 0,
): void {
  for (let k = starts[i]!; k < starts[i + 1]!; k++) y[at + indices[k]!]! += factor * values[k]!;
}
