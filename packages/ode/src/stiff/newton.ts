import { relativeResidual, type ShiftedSolver } from '../linear/shifted.js';
import type { Memory } from '../memory.js';
import type { System } from '../system.js';

/**
 * How small, relative to the tolerance of a step, the error left by Newton's iteration has to be: the given fraction,
 * but not below rounding.
 */
export function newtonTolerance(rtol: number, fraction: number): number {
  return Math.max((10 * Number.EPSILON) / rtol, fraction);
}

/** How small, relative to the tolerance of Newton's iteration, the error of its linear systems has to be. */
export const linearFraction = 0.1;

/** After so many iterations without convergence the step is too long. */
export const maximumIterations = 4;

/** Newton's iteration with a Jacobian that is kept, for w = c·f(t, base + w) − offset. */
export interface NewtonIteration {
  readonly memory: Memory;
  /** How many the last solution took. */
  readonly iterations: number;
  /** To be called when the matrix changes: its rate of convergence is then unknown. */
  forget(): void;
  /** Solves from the `w` given, `solver` having γ = c; leaves `value` = base + w. False if it does not converge. */
  solve(
    t: number,
    base: Float64Array,
    offset: Float64Array | undefined,
    c: number,
    w: Float64Array,
    value: Float64Array,
  ): boolean;
}

/** Makes the iteration; `fraction` is what it may leave of the tolerance of a step. */
export function newtonIteration(
  system: System,
  solver: ShiftedSolver,
  fraction: number,
): NewtonIteration {
  const n = system.dimension;
  const f = new Float64Array(n);
  const update = new Float64Array(n);
  const tolerance = newtonTolerance(system.tolerance.rtol, fraction);
  /** Rate of convergence since the last change of the matrix; 0 unknown. */
  const memory = { rate: new Float64Array(1) };
  let iterations = 0;
  return {
    memory,
    get iterations() {
      return iterations;
    },
    forget() {
      memory.rate[0] = 0;
    },
    solve(t, base, offset, c, w, value) {
      let rate = memory.rate[0]!;
      let before = 0;
      for (let i = 0; i < n; i++) value[i] = base[i]! + w[i]!;
      for (iterations = 1; iterations <= maximumIterations; iterations++) {
        system.rhs(t, value, f);
        for (let i = 0; i < n; i++) update[i] = c * f[i]! - (offset ? offset[i]! : 0) - w[i]!;
        const residual = relativeResidual(system, update, base, linearFraction * tolerance);
        if (!solver.solve(update, residual)) return false;
        const size = system.tolerance.size(update, base, base);
        if (!Number.isFinite(size)) return false;
        if (iterations > 1) {
          rate = Math.max(0.2 * rate, size / before);
          memory.rate[0] = rate;
          if (rate >= 1) return false;
          let expected = size / (1 - rate);
          for (let left = iterations; left <= maximumIterations; left++) expected *= rate;
          if (expected > tolerance) return false;
        }
        for (let i = 0; i < n; i++) {
          w[i] = w[i]! + update[i]!;
          value[i] = base[i]! + w[i]!;
        }
        if (size === 0) return true;
        // the rate of earlier steps is trusted less
        const expected = (rate / (1 - rate)) * size;
        if (iterations > 1 ? expected < tolerance : rate > 0 && expected < 0.1 * tolerance) {
          return true;
        }
        before = size;
      }
      return false;
    },
  };
}
