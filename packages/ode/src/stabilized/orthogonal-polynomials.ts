/** φ_(j+1)(x) = 2(x − α_j) φ_j(x) − β_j φ_(j−1)(x), φ_0 = 1 */
export interface Recursion {
  readonly alpha: Float64Array;
  readonly beta: Float64Array;
}

/** P_j(z) = (μ_j z + ν_j) P_(j−1)(z) + (1 − ν_j) P_(j−2)(z), P_0 = 1, with μ_j and ν_j at index j − 1. */
export interface StageRecursion {
  readonly mu: Float64Array;
  readonly nu: Float64Array;
}

/** The zeros p ± iq. */
export interface ZeroPair {
  readonly p: number;
  readonly q: number;
}

/**
 * The first polynomials orthogonal with respect to Π ((x − p)² + q²)²/√(1−x²) over pairs of zeros, by Stieltjes'
 * procedure on their Chebyshev coefficients c, where ∫ f² / √(1−x²) ∝ c_0² + Σ_(k>0) c_k²/2.
 */
export function orthogonalPolynomials(pairs: readonly ZeroPair[], count: number): Recursion {
  const alpha = new Float64Array(count);
  const beta = new Float64Array(count);
  const size = count + 2 * pairs.length + 2;
  let last = new Float64Array(size);
  let current = new Float64Array(size);
  let next = new Float64Array(size);
  let weighted = new Float64Array(size);
  let square = new Float64Array(size);
  const shifted = new Float64Array(size);
  current[0] = 1;
  let normBefore = Infinity;
  for (let j = 0; j < count; j++) {
    weighted.set(current);
    for (const { p, q } of pairs) {
      timesX(weighted, shifted);
      timesX(shifted, square);
      for (let k = 0; k < size; k++) {
        square[k] = square[k]! - 2 * p * shifted[k]! + (p * p + q * q) * weighted[k]!;
      }
      [weighted, square] = [square, weighted];
    }
    timesX(weighted, shifted);
    const norm = inner(weighted, weighted);
    alpha[j] = inner(weighted, shifted) / norm;
    beta[j] = norm / normBefore;
    normBefore = norm;
    timesX(current, next);
    for (let k = 0; k < size; k++) {
      next[k] = 2 * (next[k]! - alpha[j]! * current[k]!) - beta[j]! * last[k]!;
    }
    [last, current, next] = [current, next, last];
  }
  return { alpha, beta };
}

/** The same polynomials in z, x = a + d·z, scaled to 1 at z = 0. */
export function stageRecursion({ alpha, beta }: Recursion, a: number, d: number): StageRecursion {
  const mu = new Float64Array(alpha.length);
  const nu = new Float64Array(alpha.length);
  // φ_(j+1)(a)/φ_j(a)
  let growth = 1;
  for (let j = 0; j < alpha.length; j++) {
    const x = 2 * (a - alpha[j]!);
    growth = x - beta[j]! / growth;
    mu[j] = (2 * d) / growth;
    nu[j] = x / growth;
  }
  return { mu, nu };
}

/** x·T_0 = T_1, x·T_k = (T_(k+1) + T_(k−1))/2 */
function timesX(c: Float64Array, out: Float64Array): void {
  out.fill(0);
  out[1] = c[0]!;
  for (let k = 1; k < c.length; k++) {
    out[k - 1] = out[k - 1]! + c[k]! / 2;
    if (k + 1 < c.length) out[k + 1] = out[k + 1]! + c[k]! / 2;
  }
}

function inner(u: Float64Array, v: Float64Array): number {
  let sum = u[0]! * v[0]!;
  for (let k = 1; k < u.length; k++) sum += (u[k]! * v[k]!) / 2;
  return sum;
}
