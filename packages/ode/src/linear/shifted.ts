import type { Memory } from '../memory.js';
import type { System } from '../system.js';
import { gmres } from './gmres.js';
import type { Linearization } from './linearization.js';
import { choleskyFactorization } from './cholesky.js';
import { luFactorization } from './lu.js';
import { minres } from './minres.js';

/**
 * The relative residual at which a solution x of (I − γJ)·x = b has an error of size `allowed`, the tolerance being 1:
 * the inverse of I − γJ does not enlarge where the problem is dissipative.
 */
export function relativeResidual(
  { tolerance, matrixFree }: System,
  b: Float64Array,
  y: Float64Array,
  allowed: number,
): number {
  if (!matrixFree) return 0;
  return Math.min(0.1, Math.max(1e-13, allowed / tolerance.size(b, y, y)));
}

/** Solves (I − γJ)·x = b for a Jacobian that is kept. */
export interface ShiftedSolver {
  readonly memory: Memory;
  /** γ; NaN if there is none yet. */
  readonly gamma: number;
  /** Sets γ; necessary after each new linearization. False if the matrix is singular. */
  shift(gamma: number): boolean;
  /**
   * Solves in place. Without a matrix up to a residual of relative length `tolerance`; false if that is not reached.
   */
  solve(b: Float64Array, tolerance: number): boolean;
  /** Rebuilds what follows from `memory`. */
  restored(): void;
}

/** A solver by factorizations, or by products if the Jacobian has no matrix. */
export function shiftedSolver(system: System, linearization: Linearization): ShiftedSolver {
  return linearization.matrix
    ? direct(system, linearization.matrix)
    : iterative(system, linearization);
}

function direct(system: System, jacobian: Float64Array): ShiftedSolver {
  const n = system.dimension;
  const shift = Float64Array.of(Number.NaN);
  const shifted = new Float64Array(n * n);
  const general = luFactorization(n);
  const definite = system.symmetric ? choleskyFactorization(n) : undefined;
  let factorization = general;
  const fill = (): void => {
    const gamma = shift[0]!;
    for (let i = 0; i < n * n; i++) shifted[i] = -gamma * jacobian[i]!;
    for (let i = 0; i < n; i++) shifted[i * (n + 1)] = shifted[i * (n + 1)]! + 1;
  };
  const factorize = (): boolean => {
    fill();
    if (definite?.factorize(shifted)) {
      factorization = definite;
      return true;
    }
    // negative curvature: I − γJ is indefinite
    if (definite) fill();
    factorization = general;
    return general.factorize(shifted);
  };
  return {
    memory: { shift },
    get gamma() {
      return shift[0]!;
    },
    shift(gamma) {
      shift[0] = gamma;
      system.counts.factorizations++;
      return factorize();
    },
    solve(b) {
      factorization.solve(b);
      return true;
    },
    restored() {
      if (!Number.isNaN(shift[0])) factorize();
    },
  };
}

/** GMRES is scaled by the tolerances; MINRES is not, because scaling would destroy symmetry. */
function iterative(system: System, linearization: Linearization): ShiftedSolver {
  const n = system.dimension;
  const { symmetric } = system;
  const { scales } = linearization;
  const shift = Float64Array.of(Number.NaN);
  const scaled = new Float64Array(n);
  const apply = (v: Float64Array, out: Float64Array): void => {
    const gamma = shift[0]!;
    if (symmetric) {
      linearization.product(v, out);
      for (let i = 0; i < n; i++) out[i] = v[i]! - gamma * out[i]!;
    } else {
      for (let i = 0; i < n; i++) scaled[i] = scales[i]! * v[i]!;
      linearization.product(scaled, out);
      for (let i = 0; i < n; i++) out[i] = v[i]! - (gamma * out[i]!) / scales[i]!;
    }
  };
  const krylov = symmetric ? minres(n, apply) : gmres(n, apply);
  return {
    memory: { shift },
    get gamma() {
      return shift[0]!;
    },
    shift(gamma) {
      shift[0] = gamma;
      return true;
    },
    solve(b, tolerance) {
      if (symmetric) return krylov.solve(b, tolerance);
      for (let i = 0; i < n; i++) b[i] = b[i]! / scales[i]!;
      const solved = krylov.solve(b, tolerance);
      for (let i = 0; i < n; i++) b[i] = b[i]! * scales[i]!;
      return solved;
    },
    restored() {},
  };
}
