import { predictive } from '../control/controller.js';
import { complexShiftedSolver } from '../linear/complex-shifted.js';
import { linearization } from '../linear/linearization.js';
import { relativeResidual, shiftedSolver } from '../linear/shifted.js';
import type { Stepper } from '../method.js';
import type { System } from '../system.js';
import { isSameStep } from '../time.js';
import { linearFraction, newtonTolerance } from './newton.js';
import {
  alpha,
  beta,
  c,
  collocation,
  e,
  inverseOfA,
  inverseOfT,
  mu,
  t,
} from './radau-coefficients.js';

const maximumIterations = 7;
type Triple<T> = readonly [T, T, T];

/** Rates of convergence above this ask for a new Jacobian. */
const slowRate = 0.05;
/** Rate of convergence that the next step may be expected to reach. */
const steepestRate = 0.3;
const errorExponent = 4;

/**
 * The collocation method at the Radau nodes, z_i = h·Σ_j a_ij·f(t + c_j h, y + z_j), by a simplified Newton iteration
 * in coordinates W = T⁻¹Z in which it falls into one real and one complex system of dimension n.
 */
export function radauStepper(system: System): Stepper {
  const n = system.dimension;
  const vectors = (): [Float64Array, Float64Array, Float64Array] => [
    new Float64Array(n),
    new Float64Array(n),
    new Float64Array(n),
  ];
  const z = vectors();
  const w = vectors();
  const f = vectors();
  const y = new Float64Array(n);
  const derivative = new Float64Array(n);
  const stage = new Float64Array(n);
  const next = new Float64Array(n);
  const error = new Float64Array(n);
  const estimated = new Float64Array(n);
  /** Coefficients of θ, θ², θ³ of the step before. */
  const polynomial = new Float64Array(3 * n);
  const jacobian = linearization(system);
  const real = shiftedSolver(system, jacobian);
  const complex = complexShiftedSolver(system, jacobian);
  const tolerance = newtonTolerance(system.tolerance.rtol, 0.001);
  const memory = {
    t: 0,
    /** 0 if there is no step before. */
    previousStep: 0,
    previousError: 0,
    rate: 0,
    rejectedBefore: 0,
    /** 1 if the Jacobian is that of the current point, 0 of an earlier one, −1 if a new one is wanted. */
    jacobianIsCurrent: -1,
    y,
    derivative,
    polynomial,
    jacobian: jacobian.memory,
    real: real.memory,
    complex: complex.memory,
  };
  let h = 0;
  let iterations = 0;
  let converged = false;

  /** out_i = Σ_j matrix_ij·from_j, which may be the same vectors. */
  const transform = (
    matrix: readonly (readonly number[])[],
    from: readonly Float64Array[],
    out: readonly Float64Array[],
  ): void => {
    const [p, q, r] = from as Triple<Float64Array>;
    const [first, second, third] = out as Triple<Float64Array>;
    const [[m00, m01, m02], [m10, m11, m12], [m20, m21, m22]] = matrix as Triple<Triple<number>>;
    for (let i = 0; i < n; i++) {
      const u = p[i]!;
      const v = q[i]!;
      const x = r[i]!;
      first[i] = m00 * u + m01 * v + m02 * x;
      second[i] = m10 * u + m11 * v + m12 * x;
      third[i] = m20 * u + m21 * v + m22 * x;
    }
  };

  function shift(): boolean {
    memory.rate = 0;
    // h/(α − iβ)
    const square = alpha * alpha + beta * beta;
    return real.shift(h / mu) && complex.shift((h * alpha) / square, (h * beta) / square);
  }

  /** Whether the Jacobian will be differences from y', which must then be exact to rounding. */
  const differences = system.matrixFree ? !system.suppliesJacobianVector : !system.suppliesJacobian;

  function linearize(): boolean {
    if (differences && memory.previousStep !== 0) system.rhs(memory.t, y, derivative);
    jacobian.at(memory.t, y, derivative);
    memory.jacobianIsCurrent = 1;
    return shift();
  }

  /** The collocation polynomial of the step before, continued. */
  function predict(): void {
    const ratio = memory.previousStep === 0 ? 0 : h / memory.previousStep;
    for (let row = 0; row < 3; row++) {
      const target = z[row]!;
      const theta = 1 + c[row]! * ratio;
      for (let i = 0; i < n; i++) {
        const p = polynomial[i]!;
        const q = polynomial[n + i]!;
        const r = polynomial[2 * n + i]!;
        target[i] = p * (theta - 1) + q * (theta * theta - 1) + r * (theta * theta * theta - 1);
      }
    }
    transform(inverseOfT, z, w);
  }

  /** The size of the last changes where y has no tolerance because it is 0: by the tolerances of y + z. */
  function sizeFromZero(): number {
    for (let i = 0; i < n; i++) next[i] = y[i]! + z[2][i]!;
    return Math.max(...f.map((change) => system.tolerance.size(change, y, next)));
  }

  function newton(): boolean {
    predict();
    let before = 0;
    for (iterations = 1; iterations <= maximumIterations; iterations++) {
      for (let row = 0; row < 3; row++) {
        const own = z[row]!;
        for (let i = 0; i < n; i++) stage[i] = y[i]! + own[i]!;
        system.rhs(memory.t + c[row]! * h, stage, f[row]!);
      }
      // Λ⁻¹·h·T⁻¹F − W, the right-hand sides for matrices I − γJ
      const square = alpha * alpha + beta * beta;
      transform(inverseOfT, f, f);
      const [first, second, third] = f;
      for (let i = 0; i < n; i++) {
        const g1 = second[i]!;
        const g2 = third[i]!;
        first[i] = (h / mu) * first[i]! - w[0][i]!;
        second[i] = (h / square) * (alpha * g1 - beta * g2) - w[1][i]!;
        third[i] = (h / square) * (beta * g1 + alpha * g2) - w[2][i]!;
      }
      const allowed = linearFraction * tolerance;
      if (!real.solve(f[0], relativeResidual(system, f[0], y, allowed))) return false;
      const residual = Math.min(
        relativeResidual(system, f[1], y, allowed),
        relativeResidual(system, f[2], y, allowed),
      );
      if (!complex.solve(f[1], f[2], residual)) return false;
      let size = 0;
      for (let row = 0; row < 3; row++) {
        const change = f[row]!;
        size = Math.max(size, system.tolerance.size(change, y, y));
        const target = w[row]!;
        for (let i = 0; i < n; i++) target[i] = target[i]! + change[i]!;
      }
      transform(t, w, z);
      if (size === Infinity) size = sizeFromZero();
      if (!Number.isFinite(size)) return false;
      if (size === 0) return true;
      if (iterations > 1) {
        memory.rate = iterations === 2 ? size / before : Math.sqrt(memory.rate * (size / before));
        const { rate } = memory;
        if (rate >= 1) return false;
        let expected = size / (1 - rate);
        for (let left = iterations; left <= maximumIterations; left++) expected *= rate;
        if (expected > tolerance) return false;
      }
      const { rate } = memory;
      const expected = (rate / (1 - rate)) * size;
      // the rate of earlier steps is trusted less
      if (iterations > 1 ? expected < tolerance : rate > 0 && expected < 0.1 * tolerance) {
        return true;
      }
      before = size;
    }
    return false;
  }

  /** (I − h/μ·J)⁻¹·(h/μ·slope + Σ e_i z_i/μ) */
  function estimate(slope: Float64Array): number {
    for (let i = 0; i < n; i++) {
      error[i] = (h * slope[i]! + e[0] * z[0][i]! + e[1] * z[1][i]! + e[2] * z[2][i]!) / mu;
    }
    if (!real.solve(error, relativeResidual(system, error, y, 0.01))) return Number.NaN;
    return system.tolerance.size(error, y, next);
  }

  return {
    memory,
    derivative,
    errorExponent,
    degree: 3,
    next,
    begin(start, state) {
      y.set(state);
      system.rhs(start, y, derivative);
      polynomial.fill(0);
      Object.assign(memory, { t: start, previousStep: 0, previousError: 0, rate: 0 });
      Object.assign(memory, { rejectedBefore: 0, jacobianIsCurrent: -1 });
    },
    attempt(step) {
      h = step;
      converged = false;
      if (memory.jacobianIsCurrent === -1) {
        if (!linearize()) return Number.NaN;
      } else if (!isSameStep(mu * real.gamma, h, memory.t) && !shift()) {
        return Number.NaN;
      }
      converged = newton();
      if (!converged && memory.jacobianIsCurrent === 0) {
        if (!linearize()) return Number.NaN;
        converged = newton();
      }
      if (!converged) return Number.NaN;
      for (let i = 0; i < n; i++) next[i] = y[i]! + z[2][i]!;
      const size = estimate(derivative);
      if (size < 1 || (memory.previousStep !== 0 && memory.rejectedBefore === 0)) return size;
      // once more, for stiff components that the first estimate exaggerates
      for (let i = 0; i < n; i++) stage[i] = y[i]! + error[i]!;
      system.rhs(memory.t, stage, estimated);
      return estimate(estimated);
    },
    interpolant(coefficients) {
      coefficients[0]!.set(y);
      for (let power = 1; power <= 3; power++) {
        const coefficient = coefficients[power]!;
        for (let i = 0; i < n; i++) coefficient[i] = powerOf(power, i);
      }
      return 3;
    },
    accept(end, projected) {
      for (let power = 1; power <= 3; power++) {
        for (let i = 0; i < n; i++) polynomial[(power - 1) * n + i] = powerOf(power, i);
      }
      y.set(next);
      if (projected) system.rhs(end, y, derivative);
      else {
        // f at the last node, by the equations just solved
        const row = inverseOfA[2];
        for (let i = 0; i < n; i++) {
          derivative[i] = (row[0] * z[0][i]! + row[1] * z[1][i]! + row[2] * z[2][i]!) / h;
        }
      }
      memory.t = end;
      memory.previousStep = h;
      memory.rejectedBefore = 0;
      memory.jacobianIsCurrent = iterations > 2 && memory.rate > slowRate ? -1 : 0;
    },
    ownFactor(accepted, size) {
      if (!accepted) memory.rejectedBefore = 1;
      if (!converged) return 0.5;
      const safety = (0.9 * (2 * maximumIterations + 1)) / (2 * maximumIterations + iterations);
      const stepRatio = memory.previousStep === 0 ? 1 : h / memory.previousStep;
      const history = { error: size, previous: memory.previousError, beforePrevious: 0, stepRatio };
      let factor = safety * predictive.propose(history, errorExponent);
      if (!accepted) return Math.max(0.2, Math.min(0.9, factor));
      if (memory.rejectedBefore === 1) factor = Math.min(factor, 1);
      memory.previousError = Math.max(size, 1e-2);
      // the rate of convergence grows with the step: not so far that the next iteration fails
      if (memory.rate > 0) factor = Math.min(factor, Math.max(1, steepestRate / memory.rate));
      // a step of the same size needs no new factorization
      return factor >= 1 && factor < 1.2 ? 1 : Math.max(0.2, Math.min(8, factor));
    },
    restored() {
      real.restored();
      complex.restored();
    },
  };

  /** Coefficient of θ^power, component i, of the collocation polynomial. */
  function powerOf(power: number, i: number): number {
    return (
      collocation[0][power - 1]! * z[0][i]! +
      collocation[1][power - 1]! * z[1][i]! +
      collocation[2][power - 1]! * z[2][i]!
    );
  }
}
