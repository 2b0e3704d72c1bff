/** Samples as rows, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** Rows `from` to `to`, without the last. */
export function rowsOf({ columns, data }: Matrix, from: number, to: number): Matrix {
  return { rows: to - from, columns, data: data.slice(from * columns, to * columns) };
}

/** One row. */
export function row({ columns, data }: Matrix, i: number): Float64Array {
  return data.subarray(i * columns, (i + 1) * columns);
}

/** A matrix from a function of the row's number. */
export function matrixOf(
  rows: number,
  columns: number,
  of: (i: number) => ArrayLike<number>,
): Matrix {
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) data.set(of(i), i * columns);
  return { rows, columns, data };
}
