import type { StageRecursion } from './orthogonal-polynomials.js';

/** An explicit method of four stages, to be applied where a recursion of stages has arrived. */
export interface FinishingStages {
  /** How far the recursion comes: its stages are at t + h·c, those that finish at t + h·(start + c_i). */
  readonly start: number;
  readonly c: readonly [0, number, number, number];
  /** Strictly lower triangular. */
  readonly a: readonly [
    readonly [],
    readonly [number],
    readonly [number, number],
    readonly [number, number, number],
  ];
  readonly b: readonly [number, number, number, number];
  /** The error is h Σ_i e_i k_i over the four stages and the right-hand side at the new point. */
  readonly e: readonly [number, number, number, number, number];
}

/**
 * The two parameters that order 4 leaves. With a small negative c_2 all stages lie within the step, between 0.12 and
 * 0.98 of it; |a_ij| < 4.2, after a recursion of one stage 6, and |b_i| < 0.9.
 */
const c2 = -1 / 20;
const c3 = 2 / 5;

/** Scales the error, O(h⁴): with it errors are about those of Dormand–Prince 5(4) at equal tolerances. */
const errorWeight = 0.05;

/**
 * The four stages after which the recursion, of stability polynomial P, has order 4. Their own stability polynomial is
 * w = e^z/P up to z⁴; that is four conditions, Σ b_i = w_1, Σ b_i c_i = w_2, Σ b_i a_ij c_j = w_3 and
 * b_4 a_43 a_32 c_2 = w_4. The conditions of order 4 for the four trees that are not tall give Σ b_i c_i² = S_2,
 * Σ b_i c_i³ = S_3, Σ b_i c_i a_ij c_j = U, and Σ b_i a_ij c_j² = V by the composition of B-series.
 * Composition: Hairer, Nørsett, Wanner, Solving ODEs I, section II.12.
 */
export function finishingStages(recursion: StageRecursion): FinishingStages {
  const { tall, square, cube, mixed, fork } = elementaryWeights(recursion);
  const c = tall[1];
  const [w1, w2, w3, w4] = quotient(tall);
  const sum2 = 1 / 3 - square - c * c * w1 - 2 * c * w2;
  const sum3 = 1 / 4 - cube - c * c * c * w1 - 3 * c * (c * w2 + sum2);
  const u = 1 / 8 - mixed - tall[2] * (c * w1 + w2) - c * (c * w2 + w3 + sum2);
  const v = 1 / 12 - fork - square * w1 - c * c * w2 - 2 * c * w3;

  // what remains of Σ b_i a_ij c_j (c_j − c_2); the fourth condition is then linear in c_4
  const g = v - c2 * w3;
  const c4 = (u * g - w4 * (sum3 - c2 * sum2)) / (w4 * (c2 * w2 - sum2) + w3 * g);
  // Σ b_i c_i (c_i − c_2) and Σ b_i c_i² (c_i − c_2)
  const [b3, b4] = solve2(
    c3 * (c3 - c2),
    c4 * (c4 - c2),
    c3 * c3 * (c3 - c2),
    c4 * c4 * (c4 - c2),
    sum2 - c2 * w2,
    sum3 - c2 * sum2,
  );
  const b2 = (w2 - b3 * c3 - b4 * c4) / c2;
  const a43 = g / (c3 * (c3 - c2)) / b4;
  const a32 = (c4 * w3 - u) / (b3 * c2 * (c4 - c3));
  const a42 = ((w3 - b4 * a43 * c3) / c2 - b3 * a32) / b4;

  // orthogonal to all that has order 3: to 1, c, c², and Σ a_ij c_j, the fifth being at c = w_1 of order 4
  const e5 = errorWeight;
  const [e3, e4] = solve2(
    c3 * (c3 - c2),
    c4 * (c4 - c2),
    a32 * c2,
    a42 * c2 + a43 * c3,
    -e5 * w1 * (w1 - c2),
    -e5 * w2,
  );
  const e2 = -(e3 * c3 + e4 * c4 + e5 * w1) / c2;
  return {
    start: c,
    c: [0, c2, c3, c4],
    a: [[], [c2], [c3 - a32, a32], [c4 - a42 - a43, a42, a43]],
    b: [w1 - b2 - b3 - b4, b2, b3, b4],
    e: [-(e2 + e3 + e4 + e5), e2, e3, e4, e5],
  };
}

interface Weights {
  /** P(z) = Σ_j tall_j z^j up to z⁴: the trees without branches. */
  readonly tall: readonly [number, number, number, number, number];
  /** [τ, τ] */
  readonly square: number;
  /** [τ, τ, τ] */
  readonly cube: number;
  /** [τ, [τ]] */
  readonly mixed: number;
  /** [[τ, τ]] */
  readonly fork: number;
}

const atStart: Weights = { tall: [1, 0, 0, 0, 0], square: 0, cube: 0, mixed: 0, fork: 0 };

/** Of the last stage of the recursion Y_j = h μ_j f(Y_(j−1)) + ν_j Y_(j−1) + (1 − ν_j) Y_(j−2). */
function elementaryWeights({ mu, nu }: StageRecursion): Weights {
  let before = atStart;
  let last = atStart;
  for (let j = 0; j < mu.length; j++) {
    const [older, old] = [before, last];
    const next = (byStage: number, ofOld: number, ofOlder: number): number =>
      mu[j]! * byStage + nu[j]! * ofOld + (1 - nu[j]!) * ofOlder;
    const [p0, p1, p2, p3, p4] = old.tall;
    const [, q1, q2, q3, q4] = older.tall;
    before = old;
    last = {
      tall: [1, next(p0, p1, q1), next(p1, p2, q2), next(p2, p3, q3), next(p3, p4, q4)],
      square: next(p1 * p1, old.square, older.square),
      cube: next(p1 * p1 * p1, old.cube, older.cube),
      mixed: next(p1 * p2, old.mixed, older.mixed),
      fork: next(old.square, old.fork, older.fork),
    };
  }
  return last;
}

/** The coefficients of z to z⁴ in e^z/P(z). */
function quotient([, p1, p2, p3, p4]: Weights['tall']): [number, number, number, number] {
  const w1 = 1 - p1;
  const w2 = 1 / 2 - p1 * w1 - p2;
  const w3 = 1 / 6 - p1 * w2 - p2 * w1 - p3;
  const w4 = 1 / 24 - p1 * w3 - p2 * w2 - p3 * w1 - p4;
  return [w1, w2, w3, w4];
}

/** The solution of m11 x + m12 y = r1, m21 x + m22 y = r2. */
function solve2(
  m11: number,
  m12: number,
  m21: number,
  m22: number,
  r1: number,
  r2: number,
): [number, number] {
  const determinant = m11 * m22 - m12 * m21;
  return [(m22 * r1 - m12 * r2) / determinant, (m11 * r2 - m21 * r1) / determinant];
}
