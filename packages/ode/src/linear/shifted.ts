import type { Memory } from '../method.js';
import type { System } from '../system.js';
import { gmres } from './gmres.js';
import type { Linearization } from './linearization.js';
import { luFactorization } from './lu.js';
import { minres } from './minres.js';

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

export function shiftedSolver(system: System, linearization: Linearization): ShiftedSolver {
  return linearization.matrix
    ? direct(system, linearization.matrix)
    : iterative(system, linearization);
}

function direct(system: System, jacobian: Float64Array): ShiftedSolver {
  const n = system.dimension;
  const shift = Float64Array.of(Number.NaN);
  const shifted = new Float64Array(n * n);
  const factorization = luFactorization(n);
  const factorize = (): boolean => {
    const gamma = shift[0]!;
    for (let i = 0; i < n * n; i++) shifted[i] = -gamma * jacobian[i]!;
    for (let i = 0; i < n; i++) shifted[i * (n + 1)] = shifted[i * (n + 1)]! + 1;
    return factorization.factorize(shifted);
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

function iterative(system: System, linearization: Linearization): ShiftedSolver {
  const n = system.dimension;
  const shift = Float64Array.of(Number.NaN);
  const apply = (v: Float64Array, out: Float64Array): void => {
    linearization.product(v, out);
    const gamma = shift[0]!;
    for (let i = 0; i < n; i++) out[i] = v[i]! - gamma * out[i]!;
  };
  const krylov = system.symmetric ? minres(n, apply) : gmres(n, apply);
  return {
    memory: { shift },
    get gamma() {
      return shift[0]!;
    },
    shift(gamma) {
      shift[0] = gamma;
      return true;
    },
    solve: (b, tolerance) => krylov.solve(b, tolerance),
    restored() {},
  };
}
