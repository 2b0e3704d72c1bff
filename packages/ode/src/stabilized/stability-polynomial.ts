import {
  orthogonalPolynomials,
  stageRecursion,
  type Recursion,
  type StageRecursion,
} from './orthogonal-polynomials.js';

/**
 * The stability polynomial R(z) = w(z)·P_(s−2)(z) of ROCK2: P_0, P_1, … are orthogonal with respect to
 * w(x)²/√(1−x²) on [−1, 1] and 1 at z = 0, x = a + d·z. So P_j obey a three-term recursion, which the stages repeat.
 */
export interface StabilityPolynomial extends StageRecursion {
  /** |R(z)| ≤ 1 for −boundary ≤ z ≤ 0. */
  readonly boundary: number;
  /** w(z) = 1 + 2σz + τz² */
  readonly sigma: number;
  readonly tau: number;
}

const known = new Map<number, StabilityPolynomial>();

/**
 * The polynomial of degree s ≥ 3. The zeros p ± iq of w are those that make [−boundary, 0] longest while |R| ≤ 0.95
 * outside a neighbourhood of 0; found by a numerical search for s = 3, …, 120, they are p = 1 − p̂/s², q = q̂/s² with
 * p̂, q̂ as below to three digits. The point a, where R(z) = 1 + z + z²/2 + O(z³), is solved for every s.
 * Construction: Abdulle, Medovikov, "Second order Chebyshev methods based on orthogonal polynomials", Numer. Math. 90
 * (2001) 1–18.
 */
export function stabilityPolynomial(s: number): StabilityPolynomial {
  const before = known.get(s);
  if (before) return before;
  const square = s * s;
  const p = 1 - (3.0121 - 3 / square) / square;
  const q = (3.3705 + (2 + 7 / square) / square) / square;
  const recursion = orthogonalPolynomials([{ p, q }], s - 2);
  const { a, slope } = orderTwoPoint(recursion, p, q, 1 + (0.2845 + 4 / square) / square);
  // R'(z = 0) = d·(ln R)'(a) = 1
  const d = 1 / slope;
  const weight = (a - p) * (a - p) + q * q;
  const polynomial = {
    boundary: (a + 1) * slope,
    ...stageRecursion(recursion, a, d),
    sigma: ((a - p) * d) / weight,
    tau: (d * d) / weight,
  };
  known.set(s, polynomial);
  return polynomial;
}

/** Where R''·R = R'², R = w·φ, from a guess by Newton's method; and (ln R)' there. */
function orderTwoPoint(
  { alpha, beta }: Recursion,
  p: number,
  q: number,
  guess: number,
): { a: number; slope: number } {
  let a = guess;
  for (let iteration = 0; ; iteration++) {
    // φ and its first three derivatives, of the last degree and the one before
    let [f, f1, f2, f3] = [1, 0, 0, 0];
    let [g, g1, g2, g3] = [0, 0, 0, 0];
    for (let j = 0; j < alpha.length; j++) {
      const x = 2 * (a - alpha[j]!);
      const b = beta[j]!;
      const next = [x * f - b * g, x * f1 + 2 * f - b * g1, x * f2 + 4 * f1 - b * g2] as const;
      const third = x * f3 + 6 * f2 - b * g3;
      [g, g1, g2, g3] = [f, f1, f2, f3];
      [f, f1, f2, f3] = [...next, third];
    }
    const w = (a - p) * (a - p) + q * q;
    const w1 = 2 * (a - p);
    const r = w * f;
    const r1 = w1 * f + w * f1;
    const r2 = 2 * f + 2 * w1 * f1 + w * f2;
    const r3 = 6 * f1 + 3 * w1 * f2 + w * f3;
    const change = (r2 * r - r1 * r1) / (r3 * r - r2 * r1);
    if (iteration === 20 || Math.abs(change) <= 1e-15) return { a, slope: r1 / r };
    a -= change;
  }
}
