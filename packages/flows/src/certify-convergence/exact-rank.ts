/**
 * The rank of a matrix of floating-point numbers (rows × columns, row-major), exactly: as integers, by elimination without
 * fractions (Bareiss, Math. Comp. 22, 1968).
 */
export function exactRank(A: ArrayLike<number>, rows: number, columns: number): number {
  const M = integers(A, rows, columns);
  let rank = 0;
  let previous = 1n;
  for (let c = 0; c < columns && rank < rows; c++) {
    const pivot = M.findIndex((row, i) => i >= rank && row[c] !== 0n);
    if (pivot < 0) continue;
    [M[rank], M[pivot]] = [M[pivot]!, M[rank]!];
    const top = M[rank]!;
    for (let i = rank + 1; i < rows; i++) {
      const row = M[i]!;
      const factor = row[c]!;
      for (let j = c; j < columns; j++) {
        row[j] = (row[j]! * top[c]! - factor * top[j]!) / previous;
      }
    }
    previous = top[c]!;
    rank++;
  }
  return rank;
}

/** The matrix times a power of two per column, which changes no rank. */
function integers(A: ArrayLike<number>, rows: number, columns: number): bigint[][] {
  const M = Array.from({ length: rows }, () => Array<bigint>(columns).fill(0n));
  for (let j = 0; j < columns; j++) {
    const parts = Array.from({ length: rows }, (_, i) => mantissa(A[i * columns + j]!));
    const nonzero = parts.filter(([digits]) => digits !== 0n);
    const least = nonzero.reduce((low, [, exponent]) => Math.min(low, exponent), Infinity);
    parts.forEach(([digits, exponent], i) => {
      M[i]![j] = digits === 0n ? 0n : digits << BigInt(exponent - least);
    });
  }
  return M;
}

const bits = new DataView(new ArrayBuffer(8));

/** x = digits·2^exponent. */
function mantissa(x: number): [bigint, number] {
  bits.setFloat64(0, x);
  const raw = bits.getBigUint64(0);
  const field = Number((raw >> 52n) & 0x7ffn);
  const fraction = raw & 0xfffffffffffffn;
  const digits = field === 0 ? fraction : fraction | 0x10000000000000n;
  return [raw >> 63n === 0n ? digits : -digits, Math.max(field, 1) - 1075];
}
