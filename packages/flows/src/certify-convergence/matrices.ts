// Small dense algebra on row-major Float64Arrays for certificates: what is bounded here is bounded from above, rounding
// included, by a stated multiple of the unit of rounding.

const epsilon = Number.EPSILON;

/** A·B for A (n × k) and B (k × m). */
export function multiply(
  A: ArrayLike<number>,
  B: ArrayLike<number>,
  n: number,
  k: number,
  m: number,
): Float64Array {
  const product = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    const row = product.subarray(i * m, (i + 1) * m);
    for (let l = 0; l < k; l++) {
      const a = A[i * k + l]!;
      if (a === 0) continue;
      const at = l * m;
      for (let j = 0; j < m; j++) row[j] = row[j]! + a * B[at + j]!;
    }
  }
  return product;
}

/** Aᵀ for A (n × m). */
export function transposed(A: ArrayLike<number>, n: number, m: number): Float64Array {
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) out[j * n + i] = A[i * m + j]!;
  return out;
}

/** ‖A‖_F, rounded up. */
export function frobenius(A: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < A.length; i++) sum += A[i]! * A[i]!;
  return Math.sqrt(sum) * (1 + (A.length + 4) * epsilon);
}

/** An upper bound of ‖A‖₂ for A (n × m): the lesser of ‖A‖_F and √(‖A‖₁‖A‖_∞). */
export function spectralBound(A: ArrayLike<number>, n: number, m: number): number {
  const columns = new Float64Array(m);
  let rows = 0;
  for (let i = 0; i < n; i++) {
    let row = 0;
    for (let j = 0; j < m; j++) {
      const size = Math.abs(A[i * m + j]!);
      row += size;
      columns[j] = columns[j]! + size;
    }
    rows = Math.max(rows, row);
  }
  let largest = 0;
  for (const column of columns) largest = Math.max(largest, column);
  return Math.min(frobenius(A), Math.sqrt(rows * largest) * (1 + (n + m + 4) * epsilon));
}

/**
 * An upper bound of the spectral norm of the symmetric positive semidefinite G (n × n): ‖Gᵖ‖_F^{1/p}, within a factor
 * n^{1/2p} of it, for p = 16 by repeated squaring, and for less where n is large.
 */
export function gramNorm(G: Float64Array, n: number): number {
  const scale = frobenius(G);
  if (!(scale > 0)) return scale;
  let power: Float64Array = G.map((g) => g / scale);
  let error = epsilon;
  const squarings = n <= 64 ? 4 : n <= 150 ? 2 : 0;
  for (let p = 0; p < squarings; p++) {
    power = multiply(power, power, n, n, n);
    error = 2 * error + (n + 2) * epsilon;
  }
  // entries of a power are wrong by at most the error, because ‖G/scale‖_F ≤ 1
  return scale * (frobenius(power) + n * error) ** (1 / 2 ** squarings) * (1 + 1e-12);
}

/** The lower Cholesky factor of a symmetric matrix, or undefined where it is not positive definite. */
export function choleskyFactor(A: Float64Array, n: number): Float64Array | undefined {
  const L = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= L[i * n + k]! * L[j * n + k]!;
      if (i === j) {
        if (!(sum > 0)) return undefined;
        L[i * n + i] = Math.sqrt(sum);
      } else L[i * n + j] = sum / L[j * n + j]!;
    }
  }
  return L;
}

/** X with X·Lᵀ = A for A (n × m) and L lower triangular (m × m). */
export function solveTransposed(
  A: Float64Array,
  L: Float64Array,
  n: number,
  m: number,
): Float64Array {
  const X = A.slice();
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let sum = X[i * m + j]!;
      for (let k = 0; k < j; k++) sum -= X[i * m + k]! * L[j * m + k]!;
      X[i * m + j] = sum / L[j * m + j]!;
    }
  }
  return X;
}

/** The inverse of a square matrix by Gauss–Jordan with partial pivoting, approximate: what relies on it checks it. */
export function approximateInverse(A: ArrayLike<number>, n: number): Float64Array | undefined {
  const work = Float64Array.from(A);
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) inverse[i * n + i] = 1;
  const swap = (M: Float64Array, i: number, j: number): void => {
    for (let k = 0; k < n; k++) {
      const kept = M[i * n + k]!;
      M[i * n + k] = M[j * n + k]!;
      M[j * n + k] = kept;
    }
  };
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let i = c + 1; i < n; i++) {
      if (Math.abs(work[i * n + c]!) > Math.abs(work[pivot * n + c]!)) pivot = i;
    }
    const value = work[pivot * n + c]!;
    if (!(Math.abs(value) > 0 && Math.abs(value) < Infinity)) return undefined;
    if (pivot !== c) {
      swap(work, pivot, c);
      swap(inverse, pivot, c);
    }
    for (let k = 0; k < n; k++) {
      work[c * n + k] = work[c * n + k]! / value;
      inverse[c * n + k] = inverse[c * n + k]! / value;
    }
    for (let i = 0; i < n; i++) {
      const factor = work[i * n + c]!;
      if (i === c || factor === 0) continue;
      for (let k = 0; k < n; k++) {
        work[i * n + k] = work[i * n + k]! - factor * work[c * n + k]!;
        inverse[i * n + k] = inverse[i * n + k]! - factor * inverse[c * n + k]!;
      }
    }
  }
  return inverse;
}

/**
 * A lower bound of σ_min(A) for A (k × d), k ≤ d: with X ≈ Aᵀ(AAᵀ)⁻¹, σ_min(A) ≥ (1 − ‖AX − I‖)/‖X‖; 0 where that is not
 * positive. X may be anything: it only decides how good the bound is.
 */
export function leastSingularValue(
  A: Float64Array,
  k: number,
  d: number,
  X: Float64Array | undefined,
): number {
  if (X === undefined || k > d) return 0;
  const product = multiply(A, X, k, d, k);
  for (let i = 0; i < k; i++) product[i * k + i] = product[i * k + i]! - 1;
  const [normA, normX] = [frobenius(A), frobenius(X)];
  const defect = frobenius(product) + (d + 4) * epsilon * normA * normX;
  return defect < 0.5 ? ((1 - defect) / spectralBound(X, d, k)) * (1 - 1e-12) : 0;
}
