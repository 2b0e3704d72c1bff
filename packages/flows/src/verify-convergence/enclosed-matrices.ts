import { down, midpoint, up, type Interval } from './interval.js';

// Matrices are row-major. Bounds of norms are sums rounded upwards; products are computed as usual, with the a-priori bound
// of their rounding, |fl(AB) − AB| ≤ γ_k|A||B| for inner dimension k (Higham, Accuracy and Stability, 2002, 3.5).

/** Midpoints of an enclosed matrix, and a bound of the Frobenius norm of what is around them. */
export interface Enclosed {
  readonly mid: Float64Array;
  readonly radius: number;
}

/** The entries, row by row, as midpoints and a radius. */
export function enclosed(rows: readonly (readonly Interval[])[]): Enclosed {
  const width = rows[0]?.length ?? 0;
  const mid = new Float64Array(rows.length * width);
  const radii = new Float64Array(mid.length);
  rows.forEach((row, i) =>
    row.forEach((entry, j) => {
      const { at, radius } = midpoint(entry);
      mid[i * width + j] = at;
      radii[i * width + j] = radius;
    }),
  );
  return { mid, radius: frobeniusNorm(radii) };
}

/** ‖A‖_F, rounded up. */
export function frobeniusNorm(A: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < A.length; i++) if (A[i] !== 0) sum = up(sum + up(A[i]! * A[i]!));
  return sum === 0 ? 0 : up(Math.sqrt(sum));
}

/** An upper bound of ‖A‖₂: the lesser of ‖A‖_F and √(‖A‖₁‖A‖_∞). */
export function operatorNorm(A: ArrayLike<number>, rows: number, columns: number): number {
  const sums = new Float64Array(columns);
  let widest = 0;
  for (let i = 0; i < rows; i++) {
    let row = 0;
    for (let j = 0; j < columns; j++) {
      const size = Math.abs(A[i * columns + j]!);
      row = up(row + size);
      sums[j] = up(sums[j]! + size);
    }
    widest = Math.max(widest, row);
  }
  let tallest = 0;
  for (const sum of sums) tallest = Math.max(tallest, sum);
  return Math.min(frobeniusNorm(A), up(Math.sqrt(up(widest * tallest))));
}

/** k·u/(1 − k·u) and more. */
function gamma(k: number): number {
  return (k + 2) * Number.EPSILON;
}

/** A product and a bound of the Frobenius norm of its rounding error. */
export function product(
  A: ArrayLike<number>,
  B: ArrayLike<number>,
  rows: number,
  inner: number,
  columns: number,
): Enclosed {
  const mid = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let l = 0; l < inner; l++) {
      const a = A[i * inner + l]!;
      if (a === 0) continue;
      for (let j = 0; j < columns; j++) {
        mid[i * columns + j] = mid[i * columns + j]! + a * B[l * columns + j]!;
      }
    }
  }
  // products that underflow
  const lost = rows * columns * inner * Number.MIN_VALUE;
  return { mid, radius: up(up(gamma(inner) * up(frobeniusNorm(A) * frobeniusNorm(B))) + lost) };
}

/** Aᵀ. */
export function transpose(A: ArrayLike<number>, rows: number, columns: number): Float64Array {
  return Float64Array.from(
    { length: rows * columns },
    (_, i) => A[(i % rows) * columns + Math.floor(i / rows)]!,
  );
}

/**
 * X with AX ≈ I, columns × rows, by A = LQ with rows made orthogonal twice (Gram and Schmidt); undefined where a row is left
 * with nothing. Nothing is promised of it: what uses it looks at AX − I.
 */
export function rightInverse(
  A: ArrayLike<number>,
  rows: number,
  columns: number,
): Float64Array | undefined {
  if (rows > columns) return undefined;
  const Q = Float64Array.from({ length: rows * columns }, (_, i) => A[i]!);
  const L = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    const row = Q.subarray(i * columns, (i + 1) * columns);
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < i; k++) {
        let along = 0;
        for (let j = 0; j < columns; j++) along += row[j]! * Q[k * columns + j]!;
        for (let j = 0; j < columns; j++) row[j] = row[j]! - along * Q[k * columns + j]!;
        L[i * rows + k] = L[i * rows + k]! + along;
      }
    }
    let size = 0;
    for (const value of row) size += value * value;
    size = Math.sqrt(size);
    if (!(size > 0 && size < Infinity)) return undefined;
    for (let j = 0; j < columns; j++) row[j] = row[j]! / size;
    L[i * rows + i] = size;
  }
  // X = Qᵀ·L⁻¹: column by column from the last
  const X = new Float64Array(columns * rows);
  for (let c = rows - 1; c >= 0; c--) {
    for (let j = 0; j < columns; j++) {
      let value = Q[c * columns + j]!;
      for (let k = c + 1; k < rows; k++) value -= X[j * rows + k]! * L[k * rows + c]!;
      X[j * rows + c] = value / L[c * rows + c]!;
    }
  }
  return X;
}

/** A lower bound of σ_min of every rows × columns matrix in A, 0 where there is none: with X as above it is ≥ (1 − ‖AX − I‖)/‖X‖. */
export function leastSingular({ mid, radius }: Enclosed, rows: number, columns: number): number {
  const X = rightInverse(mid, rows, columns);
  if (X === undefined) return 0;
  const { mid: I, radius: rounding } = product(mid, X, rows, columns, rows);
  for (let i = 0; i < rows; i++) I[i * rows + i] = I[i * rows + i]! - 1;
  // the subtraction of 1 rounds, too
  const defect = up(
    up(frobeniusNorm(I) * (1 + 2 * Number.EPSILON)) + up(rounding + rows * Number.EPSILON),
  );
  if (!(defect < 1)) return 0;
  return Math.max(0, down(down(down(1 - defect) / operatorNorm(X, columns, rows)) - radius));
}

/**
 * Whether the symmetric matrix with this lower triangle, up to `radius` in norm, is positive definite: if Cholesky's
 * factorization of A − c·I runs to its end, λ_min(A − c·I) ≥ −γ·tr(A − c·I) with γ = (n + 1)u/(1 − 2(n + 1)u) (Rump, BIT 46, 2006).
 */
export function isPositiveDefinite(A: Float64Array, n: number, radius: number): boolean {
  let trace = 0;
  for (let i = 0; i < n; i++) {
    if (!(A[i * n + i]! > 0)) return false;
    trace = up(trace + A[i * n + i]!);
  }
  const shift = up(up(radius + up(2 * (n + 2) * Number.EPSILON * trace)) + n * Number.MIN_VALUE);
  const L = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? down(A[i * n + i]! - shift) : A[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= L[i * n + k]! * L[j * n + k]!;
      if (i === j) {
        if (!(sum > 0)) return false;
        L[i * n + i] = Math.sqrt(sum);
      } else L[i * n + j] = sum / L[j * n + j]!;
    }
  }
  return true;
}

/** An upper bound of the greatest eigenvalue of the positive semidefinite G, up to `radius` in norm. */
export function greatestEigenvalue(G: Float64Array, n: number, radius: number): number {
  const total = up(frobeniusNorm(G) + radius);
  const estimate = powerIteration(G, n);
  for (const factor of [1 + 1e-6, 1 + 1e-3, 1.03, 1.2]) {
    const bound = up(estimate * factor);
    if (!(bound < total)) break;
    const rest = G.map((value, i) => (i % (n + 1) === 0 ? down(bound - value) : -value));
    if (isPositiveDefinite(rest, n, radius)) return bound;
  }
  return total;
}

function powerIteration(G: Float64Array, n: number): number {
  let x = Float64Array.from({ length: n }, (_, i) => 1 + 0.1 * Math.sin(i + 1));
  let size = 0;
  for (let iteration = 0; iteration < 60; iteration++) {
    const y = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) y[i] = y[i]! + G[i * n + j]! * x[j]!;
    }
    size = Math.sqrt(y.reduce((sum, value) => sum + value * value, 0));
    if (!(size > 0)) return 0;
    x = y.map((value) => value / size);
  }
  return size;
}
