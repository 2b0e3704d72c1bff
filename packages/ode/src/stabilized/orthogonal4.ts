import { fewest, fourthOrderCoefficients, most } from './fourth-order.js';
import type { StabilizedScheme } from './stepper.js';

/**
 * The scheme of ROCK4: s − 4 stages by the recursion of orthogonal polynomials, then four stages that make the order
 * 4; with the right-hand side at the new point they estimate the error of order 3.
 * Abdulle, "Fourth order Chebyshev methods with recurrence relation", SIAM J. Sci. Comput. 23 (2002) 2041–2054.
 */
export const orthogonal4: StabilizedScheme = {
  errorExponent: 4,
  largestStages: most,
  scratchVectors: 4,
  stages(x) {
    let stages = fewest;
    while (stages <= most && !(orthogonal4.boundary(stages) >= x)) stages++;
    return stages;
  },
  boundary: (stages) => fourthOrderCoefficients(stages).boundary,
  step({ system, t, h, y, derivative, next, error, end, scratch }, stages) {
    const n = y.length;
    const { mu, nu, finish } = fourthOrderCoefficients(stages);
    let before = scratch[0]!;
    let last = scratch[1]!;
    let current = next;
    let time2 = 0;
    let time1 = mu[0]!;
    before.set(y);
    for (let i = 0; i < n; i++) last[i] = y[i]! + h * time1 * derivative[i]!;
    for (let j = 1; j < stages - 4; j++) {
      const muJ = mu[j]!;
      const nuJ = nu[j]!;
      system.rhs(t + time1 * h, last, error);
      for (let i = 0; i < n; i++) {
        current[i] = before[i]! + nuJ * (last[i]! - before[i]!) + h * muJ * error[i]!;
      }
      const time = muJ + nuJ * time1 + (1 - nuJ) * time2;
      const free = before;
      before = last;
      last = current;
      current = free;
      time2 = time1;
      time1 = time;
    }
    // `last` is P_(s−4)(hJ)y; all others are free
    const { start, c, a, b, e } = finish;
    const [k1, k2, k3, k4] = [before, current, scratch[2]!, scratch[3]!];
    const [, [a21], [a31, a32], [a41, a42, a43]] = a;
    system.rhs(t + start * h, last, k1);
    for (let i = 0; i < n; i++) error[i] = last[i]! + h * a21 * k1[i]!;
    system.rhs(t + (start + c[1]) * h, error, k2);
    for (let i = 0; i < n; i++) error[i] = last[i]! + h * (a31 * k1[i]! + a32 * k2[i]!);
    system.rhs(t + (start + c[2]) * h, error, k3);
    for (let i = 0; i < n; i++) {
      error[i] = last[i]! + h * (a41 * k1[i]! + a42 * k2[i]! + a43 * k3[i]!);
    }
    system.rhs(t + (start + c[3]) * h, error, k4);
    for (let i = 0; i < n; i++) {
      error[i] = h * (e[0] * k1[i]! + e[1] * k2[i]! + e[2] * k3[i]! + e[3] * k4[i]!);
      next[i] = last[i]! + h * (b[0] * k1[i]! + b[1] * k2[i]! + b[2] * k3[i]! + b[3] * k4[i]!);
    }
    system.rhs(t + h, next, end);
    for (let i = 0; i < n; i++) error[i] = error[i]! + h * e[4] * end[i]!;
    return true;
  },
};
