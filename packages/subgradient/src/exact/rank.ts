import type { IntegerVector } from './integer-vector.js';

/** The largest prime below 2^26: products of residues are exact in doubles. */
const prime = 67108859;

/** The rank of a matrix modulo a prime, with rows and columns that attain it. */
export interface RankModPrime {
  /** Rows that are independent, and columns on which they are: rows.length = columns.length = rank mod p. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/**
 * Gaussian elimination modulo a prime. Rows independent modulo p are independent over the rationals; the
 * converse fails only where p divides a determinant, so a smaller rank proves nothing by itself.
 */
export function rankModPrime(matrix: readonly IntegerVector[]): RankModPrime {
  const width = matrix[0]?.length ?? 0;
  const residues = matrix.map((row) =>
    Float64Array.from(row, (entry) => {
      const residue = Number(entry % BigInt(prime));
      return residue < 0 ? residue + prime : residue;
    }),
  );
  const rows: number[] = [];
  const columns: number[] = [];
  residues.forEach((row, i) => {
    rows.forEach((r, t) => {
      const factor = row[columns[t]!]!;
      if (factor === 0) return;
      const pivot = residues[r]!;
      for (let j = 0; j < width; j++) row[j] = (row[j]! + (prime - factor) * pivot[j]!) % prime;
    });
    const column = row.findIndex((entry) => entry !== 0);
    if (column < 0) return;
    const inverse = inverseModPrime(row[column]!);
    for (let j = 0; j < width; j++) row[j] = (row[j]! * inverse) % prime;
    rows.push(i);
    columns.push(column);
  });
  return { rows, columns };
}

/** Extended Euclid. */
function inverseModPrime(x: number): number {
  let [a, b] = [x, prime];
  let [u, v] = [1, 0];
  while (b !== 0) {
    const q = Math.floor(a / b);
    [a, b] = [b, a - q * b];
    [u, v] = [v, u - q * v];
  }
  return ((u % prime) + prime) % prime;
}
