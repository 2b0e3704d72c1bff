import type { StabilizedScheme } from './stepper.js';

/** ε in w₀ = 1 + ε/s²: damps |R| to about 1 − ε/3 along the real axis, away from its start. */
const damping = 2 / 13;

/**
 * The second order Runge–Kutta–Chebyshev scheme: R(z) = a_s + b_s T_s(w₀ + w₁ z), every stage Y_j = R_j(hJ) y a
 * shifted Chebyshev polynomial too. T, T', T'' at w₀ are those of the Chebyshev polynomials of degree j, by recursion.
 * Sommeijer, Shampine, Verwer, "RKC: an explicit solver for parabolic PDEs", J. Comput. Appl. Math. 88 (1997)
 * 315–326, equations (2.1)–(2.7).
 */
export const chebyshev2: StabilizedScheme = {
  errorExponent: 3,
  // beyond, the rounding of the stages, which grows like s², is no longer small
  largestStages: 20_000,
  scratchVectors: 2,
  stages(x) {
    // β(s) is close to 0.653·(s² − 1)
    let stages = Math.max(2, Math.ceil(Math.sqrt(1 + 1.53 * x)));
    if (!(stages <= chebyshev2.largestStages)) return stages;
    while (stages > 2 && chebyshev2.boundary(stages - 1) >= x) stages--;
    while (chebyshev2.boundary(stages) < x) stages++;
    return stages;
  },
  boundary: (stages) => (2 + damping / (stages * stages)) / chebyshevSlope(stages),
  step({ system, t, h, y, derivative, next, error, end, scratch }, stages) {
    const n = y.length;
    const w0 = 1 + damping / (stages * stages);
    const w1 = chebyshevSlope(stages);
    let before = scratch[0]!;
    let last = scratch[1]!;
    let current = next;
    // T, T', T'' of degrees j − 2 and j − 1
    let t2 = 1;
    let t1 = w0;
    let d2 = 0;
    let d1 = 1;
    let e2 = 0;
    let e1 = 0;
    let b1 = 1 / (4 * w0 * w0);
    let b2 = b1;
    let c2 = 0;
    let c1 = w1 * b1;
    before.set(y);
    for (let i = 0; i < n; i++) last[i] = y[i]! + h * c1 * derivative[i]!;
    for (let j = 2; j <= stages; j++) {
      const tj = 2 * w0 * t1 - t2;
      const dj = 2 * w0 * d1 - d2 + 2 * t1;
      const ej = 2 * w0 * e1 - e2 + 4 * d1;
      const bj = ej / (dj * dj);
      const a1 = 1 - b1 * t1;
      const mu = (2 * w0 * bj) / b1;
      const nu = -bj / b2;
      const muTilde = (mu * w1) / w0;
      system.rhs(t + c1 * h, last, error);
      for (let i = 0; i < n; i++) {
        const rest = y[i]! + mu * (last[i]! - y[i]!) + nu * (before[i]! - y[i]!);
        current[i] = rest + h * muTilde * (error[i]! - a1 * derivative[i]!);
      }
      const cj = mu * c1 + nu * c2 + muTilde * (1 - a1);
      const free = before;
      before = last;
      last = current;
      current = free;
      t2 = t1;
      t1 = tj;
      d2 = d1;
      d1 = dj;
      e2 = e1;
      e1 = ej;
      b2 = b1;
      b1 = bj;
      c2 = c1;
      c1 = cj;
    }
    if (last !== next) next.set(last);
    system.rhs(t + h, next, end);
    for (let i = 0; i < n; i++) {
      error[i] = 0.8 * (y[i]! - next[i]!) + 0.4 * h * (derivative[i]! + end[i]!);
    }
    return true;
  },
};

/** w₁ = T'_s(w₀)/T''_s(w₀) */
function chebyshevSlope(stages: number): number {
  const w0 = 1 + damping / (stages * stages);
  let t2 = 1;
  let t1 = w0;
  let d2 = 0;
  let d1 = 1;
  let e2 = 0;
  let e1 = 0;
  for (let j = 2; j <= stages; j++) {
    const tj = 2 * w0 * t1 - t2;
    const dj = 2 * w0 * d1 - d2 + 2 * t1;
    const ej = 2 * w0 * e1 - e2 + 4 * d1;
    t2 = t1;
    t1 = tj;
    d2 = d1;
    d1 = dj;
    e2 = e1;
    e1 = ej;
  }
  return d1 / e1;
}
