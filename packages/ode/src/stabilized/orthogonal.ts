import { stabilityPolynomial } from './stability-polynomial.js';
import type { StabilizedScheme } from './stepper.js';

/**
 * The scheme of ROCK2: s − 2 stages by the recursion of orthogonal polynomials, then two stages for the factor
 * 1 + 2σz + τz². Those two without the term in σ² − τ are of order 1, and estimate the error.
 * Abdulle, Medovikov, "Second order Chebyshev methods based on orthogonal polynomials", Numer. Math. 90 (2001) 1–18.
 */
export const orthogonal2: StabilizedScheme = {
  errorExponent: 2,
  // an error in one stage is amplified by up to about 0.07·s³
  largestStages: 200,
  scratchVectors: 2,
  stages(x) {
    // the boundary is close to 0.807·s² − 1
    let stages = Math.max(3, Math.floor(Math.sqrt((x + 1) / 0.808)));
    if (!(stages < orthogonal2.largestStages)) return stages + 1;
    while (orthogonal2.boundary(stages) < x) stages++;
    return stages;
  },
  boundary: (stages) => stabilityPolynomial(stages).boundary,
  step({ system, t, h, y, derivative, next, error, scratch }, stages) {
    const n = y.length;
    const { mu, nu, sigma, tau } = stabilityPolynomial(stages);
    let before = scratch[0]!;
    let last = scratch[1]!;
    let current = next;
    let c2 = 0;
    let c1 = mu[0]!;
    before.set(y);
    for (let i = 0; i < n; i++) last[i] = y[i]! + h * c1 * derivative[i]!;
    for (let j = 1; j < stages - 2; j++) {
      const muJ = mu[j]!;
      const nuJ = nu[j]!;
      system.rhs(t + c1 * h, last, error);
      for (let i = 0; i < n; i++) {
        current[i] = before[i]! + nuJ * (last[i]! - before[i]!) + h * muJ * error[i]!;
      }
      const cj = muJ + nuJ * c1 + (1 - nuJ) * c2;
      const free = before;
      before = last;
      last = current;
      current = free;
      c2 = c1;
      c1 = cj;
    }
    // `last` is P_(s−2)(hJ)y; `before` and `current` are free
    system.rhs(t + c1 * h, last, before);
    for (let i = 0; i < n; i++) current[i] = last[i]! + h * sigma * before[i]!;
    system.rhs(t + (c1 + sigma) * h, current, error);
    const weight = h * sigma * (1 - tau / (sigma * sigma));
    for (let i = 0; i < n; i++) {
      const end = current[i]! + h * sigma * error[i]!;
      error[i] = weight * (before[i]! - error[i]!);
      next[i] = end + error[i]!;
    }
    return false;
  },
};
