import type { Memory } from '../memory.js';
import type { System } from '../system.js';

/** The Jacobian at one point of the trajectory, kept over many steps. */
export interface Linearization {
  /** What a checkpoint needs; shared arrays. */
  readonly memory: Memory;
  /** Row by row; undefined if only products are available. */
  readonly matrix: Float64Array | undefined;
  /** The tolerances of the components at this point, > 0; only kept where there is no matrix. */
  readonly scales: Float64Array;
  /** Linearizes at (t, y), where f(t, y) = f. */
  at(t: number, y: Float64Array, f: Float64Array): void;
  /** out = J·v */
  product(v: Float64Array, out: Float64Array): void;
}

/** A matrix, or only products if the system is to be solved matrix-free. */
export function linearization(system: System): Linearization {
  return system.matrixFree ? products(system) : matrix(system);
}

function matrix(system: System): Linearization {
  const n = system.dimension;
  const jacobian = new Float64Array(n * n);
  return {
    memory: { jacobian },
    matrix: jacobian,
    scales: new Float64Array(0),
    at(t, y, f) {
      system.jacobian(t, y, f, jacobian);
    },
    product(v, out) {
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let j = 0; j < n; j++) sum += jacobian[i * n + j]! * v[j]!;
        out[i] = sum;
      }
    },
  };
}

function products(system: System): Linearization {
  const n = system.dimension;
  const linearizedAt = new Float64Array(1);
  const linearizedState = new Float64Array(n);
  const linearizedDerivative = new Float64Array(n);
  const scales = new Float64Array(n);
  const { atol, rtol } = system.tolerance;
  return {
    memory: { linearizedAt, linearizedState, linearizedDerivative, scales },
    matrix: undefined,
    scales,
    at(t, y, f) {
      linearizedAt[0] = t;
      linearizedState.set(y);
      linearizedDerivative.set(f);
      for (let i = 0; i < n; i++) {
        const absolute = typeof atol === 'number' ? atol : atol[i]!;
        scales[i] = absolute + rtol * Math.abs(y[i]!) || rtol;
      }
    },
    product(v, out) {
      system.jacobianVector(linearizedAt[0]!, linearizedState, linearizedDerivative, v, out);
    },
  };
}
