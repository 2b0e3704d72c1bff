import type { Memory } from '../memory.js';
import type { System } from '../system.js';
import { complexLuFactorization } from './complex-lu.js';
import { gmres } from './gmres.js';
import type { Linearization } from './linearization.js';

/** Solves (I − γJ)·x = b for a real Jacobian that is kept, and a complex γ. */
export interface ComplexShiftedSolver {
  readonly memory: Memory;
  /** Sets γ; necessary after each new linearization. False if the matrix is singular. */
  shift(re: number, im: number): boolean;
  /** Solves in place; without a matrix to a relative residual of `tolerance`, false if that is not reached. */
  solve(re: Float64Array, im: Float64Array, tolerance: number): boolean;
  /** Rebuilds what follows from `memory`. */
  restored(): void;
}

/** A solver by factorizations, or by products if the Jacobian has no matrix. */
export function complexShiftedSolver(
  system: System,
  linearization: Linearization,
): ComplexShiftedSolver {
  return linearization.matrix
    ? direct(system, linearization.matrix)
    : iterative(system, linearization);
}

function direct(system: System, jacobian: Float64Array): ComplexShiftedSolver {
  const n = system.dimension;
  const complexShift = Float64Array.of(Number.NaN, Number.NaN);
  const real = new Float64Array(n * n);
  const imaginary = new Float64Array(n * n);
  const factorization = complexLuFactorization(n);
  const factorize = (): boolean => {
    const [re, im] = [complexShift[0]!, complexShift[1]!];
    for (let i = 0; i < n * n; i++) {
      real[i] = -re * jacobian[i]!;
      imaginary[i] = -im * jacobian[i]!;
    }
    for (let i = 0; i < n; i++) real[i * (n + 1)] = real[i * (n + 1)]! + 1;
    return factorization.factorize(real, imaginary);
  };
  return {
    memory: { complexShift },
    shift(re, im) {
      complexShift[0] = re;
      complexShift[1] = im;
      system.counts.factorizations++;
      return factorize();
    },
    solve(re, im) {
      factorization.solve(re, im);
      return true;
    },
    restored() {
      if (!Number.isNaN(complexShift[0])) factorize();
    },
  };
}

/** As a real system of twice the dimension, in units of the tolerances. */
function iterative(system: System, linearization: Linearization): ComplexShiftedSolver {
  const n = system.dimension;
  const { scales } = linearization;
  const complexShift = Float64Array.of(Number.NaN, Number.NaN);
  const both = new Float64Array(2 * n);
  const scaled = new Float64Array(n);
  const realImage = new Float64Array(n);
  const imaginaryImage = new Float64Array(n);
  const krylov = gmres(2 * n, (v, out) => {
    for (let i = 0; i < n; i++) scaled[i] = scales[i]! * v[i]!;
    linearization.product(scaled, realImage);
    for (let i = 0; i < n; i++) scaled[i] = scales[i]! * v[n + i]!;
    linearization.product(scaled, imaginaryImage);
    const [re, im] = [complexShift[0]!, complexShift[1]!];
    for (let i = 0; i < n; i++) {
      out[i] = v[i]! - (re * realImage[i]! - im * imaginaryImage[i]!) / scales[i]!;
      out[n + i] = v[n + i]! - (re * imaginaryImage[i]! + im * realImage[i]!) / scales[i]!;
    }
  });
  return {
    memory: { complexShift },
    shift(re, im) {
      complexShift[0] = re;
      complexShift[1] = im;
      return true;
    },
    solve(re, im, tolerance) {
      for (let i = 0; i < n; i++) {
        both[i] = re[i]! / scales[i]!;
        both[n + i] = im[i]! / scales[i]!;
      }
      const solved = krylov.solve(both, tolerance);
      for (let i = 0; i < n; i++) {
        re[i] = both[i]! * scales[i]!;
        im[i] = both[n + i]! * scales[i]!;
      }
      return solved;
    },
    restored() {},
  };
}
