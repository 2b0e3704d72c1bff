import { activeFactor, type ActiveFactor } from './active-factor.js';

/**
 * min over λ ≥ 0 of ‖target − Σ λ_j·rows_j‖, by the active-set method of Lawson and Hanson (Solving Least
 * Squares Problems, 1974, ch. 23) on an updated QR factorization. At the solution ⟨rows_j, residual⟩ ≤ 0 for
 * all j: a residual that is not 0 separates the target from the cone; otherwise λ shows the target inside.
 */
export interface NonnegativeLeastSquares {
  /** Indices of the rows with λ > 0, linearly independent. */
  readonly support: Int32Array;
  readonly supportSize: number;
  /** λ on the support. */
  readonly multipliers: Float64Array;
  readonly residual: Float64Array;
  readonly residualNorm: number;
  /** False if the iteration limit was met: the answer is a guess. */
  readonly converged: boolean;
}

/** Solves problems of nonnegative least squares in memory that it keeps. */
export interface NonnegativeSolver {
  /** Uses rows[from..count−1]; the result is overwritten by the next call. */
  solve(
    rows: readonly Float64Array[],
    count: number,
    target: Float64Array,
  ): NonnegativeLeastSquares;
}

/** Relative size below which a gradient ⟨row, residual⟩ counts as 0. */
const relativeTolerance = 1e-13;

/** A solver for up to `capacity` rows of length `dimension`; all memory is allocated here. */
export function nonnegativeSolver(dimension: number, capacity: number): NonnegativeSolver {
  const factor: ActiveFactor = activeFactor(dimension, capacity);
  const support = new Int32Array(capacity);
  const lambda = new Float64Array(capacity);
  const trial = new Float64Array(capacity);
  const residual = new Float64Array(dimension);
  const isActive = new Uint8Array(capacity);

  function solve(
    rows: readonly Float64Array[],
    count: number,
    target: Float64Array,
  ): NonnegativeLeastSquares {
    factor.clear();
    isActive.fill(0, 0, count);
    residual.set(target);
    let targetNorm = 0;
    for (let t = 0; t < dimension; t++) targetNorm += target[t]! * target[t]!;
    targetNorm = Math.sqrt(targetNorm);
    let size = 0;
    let converged = false;
    for (let iteration = 0; iteration < 4 * (count + dimension) + 8; iteration++) {
      let best = -1;
      let steepest = relativeTolerance * targetNorm;
      for (let j = 0; j < count; j++) {
        if (isActive[j] !== 0) continue;
        const row = rows[j]!;
        let product = 0;
        let length = 0;
        for (let t = 0; t < dimension; t++) {
          const entry = row[t]!;
          product += entry * residual[t]!;
          length += entry * entry;
        }
        if (product <= 0) continue;
        const slope = product / Math.sqrt(length);
        if (slope > steepest) {
          steepest = slope;
          best = j;
        }
      }
      if (best < 0) {
        converged = true;
        break;
      }
      if (!factor.append(rows[best]!)) {
        isActive[best] = 2; // in the span of the active rows: rounding, not a descent direction
        continue;
      }
      isActive[best] = 1;
      lambda[size] = 0;
      support[size++] = best;
      for (;;) {
        factor.solve(target, trial);
        let step = 1;
        let blocking = -1;
        for (let j = 0; j < size; j++) {
          if (trial[j]! > 0) continue;
          const ratio = lambda[j]! > 0 ? lambda[j]! / (lambda[j]! - trial[j]!) : 0;
          if (blocking < 0 || ratio < step) {
            step = ratio;
            blocking = j;
          }
        }
        if (blocking < 0) {
          lambda.set(trial.subarray(0, size));
          break;
        }
        for (let j = 0; j < size; j++) lambda[j]! += step * (trial[j]! - lambda[j]!);
        lambda[blocking] = 0;
        for (let j = size - 1; j >= 0; j--) {
          if (lambda[j]! > 0) continue;
          factor.remove(j);
          isActive[support[j]!] = 0;
          for (let later = j; later < size - 1; later++) {
            lambda[later] = lambda[later + 1]!;
            support[later] = support[later + 1]!;
          }
          size--;
        }
        if (size === 0) break;
      }
      for (let j = 0; j < count; j++) if (isActive[j] === 2) isActive[j] = 0;
      residual.set(target);
      factor.reject(residual);
    }
    let norm = 0;
    for (let t = 0; t < dimension; t++) norm += residual[t]! * residual[t]!;
    return {
      support,
      supportSize: size,
      multipliers: lambda,
      residual,
      residualNorm: Math.sqrt(norm),
      converged,
    };
  }

  return { solve };
}
