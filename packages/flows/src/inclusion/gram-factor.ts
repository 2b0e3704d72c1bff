import { dot } from '@nonsmooth/core';

/** Rows whose part independent of the earlier ones is below this share of their length are taken for dependent. */
const dependent = 1e-13;

/**
 * Cholesky's factorization of a positive semidefinite Gram matrix with diagonal pivots: the first `rank` of `order`
 * are independent, the others depend on them up to rounding.
 */
export class GramFactor {
  rank = 0;
  readonly order: Int32Array;
  private readonly factor: Float64Array;
  private readonly rest: Float64Array;
  private readonly size: number;

  constructor(size: number) {
    this.size = size;
    this.order = new Int32Array(size);
    this.factor = new Float64Array(size * size);
    this.rest = new Float64Array(size);
  }

  /** Factorizes the leading k × k part of `gram`, whose rows are `stride` apart. */
  factorize(gram: Float64Array, k: number, stride: number = k): void {
    const { order, factor, rest, size } = this;
    for (let i = 0; i < k; i++) {
      order[i] = i;
      rest[i] = gram[i * stride + i]!;
    }
    let rank = 0;
    for (; rank < k; rank++) {
      let best = rank;
      let share = -1;
      for (let i = rank; i < k; i++) {
        const at = order[i]!;
        const whole = gram[at * stride + at]!;
        const ratio = whole > 0 ? rest[at]! / whole : 0;
        if (ratio > share) [best, share] = [i, ratio];
      }
      if (!(share > dependent)) break;
      const pivot = order[best]!;
      order[best] = order[rank]!;
      order[rank] = pivot;
      const root = Math.sqrt(rest[pivot]!);
      factor[pivot * size + rank] = root;
      for (let i = rank + 1; i < k; i++) {
        const at = order[i]!;
        let sum = gram[at * stride + pivot]!;
        for (let l = 0; l < rank; l++) sum -= factor[at * size + l]! * factor[pivot * size + l]!;
        const entry = sum / root;
        factor[at * size + rank] = entry;
        rest[at] = rest[at]! - entry * entry;
      }
    }
    this.rank = rank;
  }

  /** Coordinates of a row in an orthonormal basis of the span of all, for l < rank. */
  coordinate(row: number, l: number): number {
    return this.factor[row * this.size + l]!;
  }

  /** Solves for the independent unknowns, in place; the others become 0. */
  solve(h: Float64Array, k: number): void {
    const { order, factor, size, rank } = this;
    for (let i = 0; i < rank; i++) {
      const at = order[i]!;
      let sum = h[at]!;
      for (let l = 0; l < i; l++) sum -= factor[at * size + l]! * h[order[l]!]!;
      h[at] = sum / factor[at * size + i]!;
    }
    for (let i = rank - 1; i >= 0; i--) {
      const at = order[i]!;
      let sum = h[at]!;
      for (let l = i + 1; l < rank; l++) sum -= factor[order[l]! * size + i]! * h[order[l]!]!;
      h[at] = sum / factor[at * size + i]!;
    }
    for (let i = rank; i < k; i++) h[order[i]!] = 0;
  }
}

/** A row of a Gram matrix. */
interface Row {
  readonly gradient: Float64Array;
  readonly length: number;
}

/** The cosines between rows, row by row. */
export function cosines(rows: readonly Row[]): Float64Array {
  const k = rows.length;
  const gram = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      const [a, b] = [rows[i]!, rows[j]!];
      const entry = dot(a.gradient, b.gradient) / (a.length * b.length || 1);
      gram[i * k + j] = entry;
      gram[j * k + i] = entry;
    }
  }
  return gram;
}

/** Whether a row is a combination of others, up to rounding. */
export function dependsOn(row: Row, others: readonly Row[]): boolean {
  const rankOf = (rows: readonly Row[]): number => {
    const factor = new GramFactor(rows.length);
    factor.factorize(cosines(rows), rows.length);
    return factor.rank;
  };
  return rankOf([...others, row]) === rankOf(others);
}
