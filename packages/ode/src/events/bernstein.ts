import { bracketedZero } from './bracket.js';

/** The polynomial with these Bernstein coefficients at θ, by de Casteljau; destroys `work`. */
function valueAt(coefficients: ArrayLike<number>, theta: number): number {
  const work = Float64Array.from(coefficients);
  for (let last = work.length - 1; last > 0; last--) {
    for (let k = 0; k < last; k++) work[k] = work[k]! + theta * (work[k + 1]! - work[k]!);
  }
  return work[0]!;
}

/** Coefficients of (p(θ) − p(0))/θ. */
export function deflate(coefficients: Float64Array): Float64Array {
  const m = coefficients.length - 1;
  return Float64Array.from(
    { length: m },
    (_, k) => (m / (k + 1)) * (coefficients[k + 1]! - coefficients[0]!),
  );
}

/**
 * The first θ in [0, 1] at which the polynomial with these Bernstein coefficients leaves the side `side` = ±1:
 * undefined is a proof that it does not, by the signs of the coefficients of a subdivision. A polynomial that only
 * touches zero within rounding does not leave.
 */
export function firstCrossing(coefficients: Float64Array, side: number): number | undefined {
  if (coefficients[0]! * side < 0) return 0;
  const search = (piece: Float64Array, low: number, high: number): number | undefined => {
    let changes = 0;
    let before = side;
    for (const value of piece) {
      if (value * before < 0) {
        changes++;
        before = -before;
      }
    }
    const m = piece.length - 1;
    if (changes === 0) return high === 1 && piece[m] === 0 && piece[0] !== 0 ? 1 : undefined;
    if (changes === 1 && piece[m]! * side < 0) {
      const first = piece[0]! * side > 0 ? piece[0]! : side * Number.MIN_VALUE;
      return bracketedZero((x) => valueAt(coefficients, x), low, high, first, piece[m]!);
    }
    const middle = (low + high) / 2;
    if (high - low < 2 ** -40) return piece[m]! * side < 0 ? high : undefined;
    const left = new Float64Array(m + 1);
    const right = piece.slice();
    for (let last = m; last >= 0; last--) {
      left[m - last] = right[0]!;
      for (let k = 0; k < last; k++) right[k] = (right[k]! + right[k + 1]!) / 2;
    }
    return search(left, low, middle) ?? search(right, middle, high);
  };
  return search(coefficients, 0, 1);
}

/** Inverses of the matrices of the Bernstein polynomials at equidistant nodes, by degree. */
const inverses = new Map<number, readonly Float64Array[]>();

function inverseAtNodes(m: number): readonly Float64Array[] {
  const known = inverses.get(m);
  if (known) return known;
  const rows = Array.from({ length: m + 1 }, (_, j) => {
    const theta = j / m;
    const row = new Float64Array(2 * (m + 1));
    // B_(k, d) = (1 − θ)·B_(k, d−1) + θ·B_(k−1, d−1), degree by degree
    row[0] = 1;
    for (let degree = 1; degree <= m; degree++) {
      for (let k = degree; k >= 0; k--) {
        row[k] = (1 - theta) * (k < degree ? row[k]! : 0) + theta * (k > 0 ? row[k - 1]! : 0);
      }
    }
    row[m + 1 + j] = 1;
    return row;
  });
  // Gauss–Jordan: the matrix is totally positive, pivots on its diagonal are stable
  for (let k = 0; k <= m; k++) {
    const pivot = rows[k]!;
    const scale = pivot[k]!;
    for (let i = 0; i < pivot.length; i++) pivot[i] = pivot[i]! / scale;
    rows.forEach((row, j) => {
      if (j === k) return;
      const factor = row[k]!;
      for (let i = 0; i < row.length; i++) row[i] = row[i]! - factor * pivot[i]!;
    });
  }
  const inverse = rows.map((row) => row.slice(m + 1));
  inverses.set(m, inverse);
  return inverse;
}

/**
 * Replaces values at θ = k/m, k = 0, …, m, in row k, by the Bernstein coefficients of the polynomials of degree m
 * through them: column by column. The first and last are the values themselves.
 */
export function bernsteinOfValues(values: readonly Float64Array[], m: number): void {
  const inverse = inverseAtNodes(m);
  const column = new Float64Array(m + 1);
  const count = values[0]!.length;
  for (let i = 0; i < count; i++) {
    for (let k = 0; k <= m; k++) column[k] = values[k]![i]!;
    for (let k = 1; k < m; k++) {
      const weights = inverse[k]!;
      let sum = 0;
      for (let j = 0; j <= m; j++) sum += weights[j]! * column[j]!;
      values[k]![i] = sum;
    }
  }
}
