import { requireCount, requireLength, requireObject, requirePositive } from '@nonsmooth/core';
import type { Controller } from '../control/controller.js';
import { predictive } from '../control/controller.js';
import { hermiteCoefficients } from '../hermite-coefficients.js';
import { linearization } from '../linear/linearization.js';
import { shiftedSolver } from '../linear/shifted.js';
import type { Method, Stepper } from '../method.js';
import { requireRows, requireText } from '../requirements.js';
import type { System } from '../system.js';
import { isSameStep } from '../time.js';
import { newtonIteration } from './newton.js';

/**
 * A diagonally implicit Runge–Kutta pair whose first stage is explicit, whose other diagonal entries are all the
 * same, and whose last stage is the new point. Kennedy, Carpenter, "Diagonally implicit Runge–Kutta methods for
 * ordinary differential equations. A review", NASA/TM-2016-219173.
 */
export interface DiagonallyImplicitTableau {
  readonly stages: number;
  readonly gamma: number;
  /** Lower triangular with the diagonal; the last row is b. */
  readonly a: readonly (readonly number[])[];
  readonly c: readonly number[];
  /** b minus the embedded weights. */
  readonly e: readonly number[];
}

/** A diagonally implicit method of given coefficients. */
export interface DiagonallyImplicitMethod extends Method, DiagonallyImplicitTableau {
  readonly embeddedOrder: number;
}

/** All that defines one. */
export type DiagonallyImplicitDefinition = DiagonallyImplicitTableau &
  Pick<DiagonallyImplicitMethod, 'name' | 'order' | 'embeddedOrder' | 'citation'> & {
    readonly controller?: Controller;
  };

/**
 * Makes a method of its coefficients; the interpolant is the cubic through both ends with their derivatives.
 * @throws ArgumentError where the coefficients are not as many as the stages ask for.
 */
export function diagonallyImplicitMethod(
  definition: DiagonallyImplicitDefinition,
): DiagonallyImplicitMethod {
  requireObject('definition', definition);
  const { name, citation, stages, gamma, a, c, e } = definition;
  requireText('name', name);
  requireText('citation', citation);
  requireCount('stages', stages);
  requirePositive({ gamma });
  requireRows('a', a, stages);
  requireLength('c', c, stages);
  requireLength('e', e, stages);
  return {
    controller: predictive,
    ...definition,
    interpolantOrder: 3,
    coarseInterpolant: true,
    adaptive: true,
    stepper: (system) => diagonallyImplicitStepper(definition, system),
  };
}

/** Weights of the stages before stage i that extrapolate quadratically, from the last three, to its time. */
function extrapolation(c: readonly number[], i: number): number[] {
  const first = Math.max(0, i - 3);
  return c.slice(0, i).map((node, j) => {
    if (j < first) return 0;
    let weight = 1;
    for (let m = first; m < i; m++) if (m !== j) weight *= (c[i]! - c[m]!) / (node - c[m]!);
    return weight;
  });
}

const errorFraction = 0.01;

function diagonallyImplicitStepper(
  { stages, gamma, a, c, e, embeddedOrder }: DiagonallyImplicitDefinition,
  system: System,
): Stepper {
  const n = system.dimension;
  /** h·k_i */
  const z = Array.from({ length: stages }, () => new Float64Array(n));
  const guesses = c.map((_, i) => extrapolation(c, i));
  const y = new Float64Array(n);
  const derivative = new Float64Array(n);
  const base = new Float64Array(n);
  const w = new Float64Array(n);
  const next = new Float64Array(n);
  const error = new Float64Array(n);
  const jacobian = linearization(system);
  const linear = shiftedSolver(system, jacobian);
  const newton = newtonIteration(system, linear, errorFraction);
  const differences = system.matrixFree ? !system.suppliesJacobianVector : !system.suppliesJacobian;
  const memory = {
    t: 0,
    /** 1 if the Jacobian is that of the current point, 0 of an earlier one, −1 if a new one is wanted. */
    jacobianIsCurrent: -1,
    /** 1 if the derivative is a right-hand side, 0 if it follows from the equations of the last stage. */
    exact: 1,
    y,
    derivative,
    jacobian: jacobian.memory,
    linear: linear.memory,
    newton: newton.memory,
  };
  let h = 0;
  let converged = false;
  let slowest = 0;

  function linearize(): boolean {
    // differences need y' to rounding
    if (differences && memory.exact === 0) {
      system.rhs(memory.t, y, derivative);
      memory.exact = 1;
    }
    jacobian.at(memory.t, y, derivative);
    memory.jacobianIsCurrent = 1;
    newton.forget();
    return linear.shift(gamma * h);
  }

  const add = (weight: number, from: Float64Array, to: Float64Array): void => {
    if (weight !== 0) for (let k = 0; k < n; k++) to[k] = to[k]! + weight * from[k]!;
  };

  function solveStages(): boolean {
    slowest = 0;
    for (let k = 0; k < n; k++) z[0]![k] = h * derivative[k]!;
    for (let i = 1; i < stages; i++) {
      base.set(y);
      w.fill(0);
      for (let j = 0; j < i; j++) {
        add(a[i]![j]!, z[j]!, base);
        add(gamma * guesses[i]![j]!, z[j]!, w);
      }
      if (!newton.solve(memory.t + c[i]! * h, base, undefined, gamma * h, w, next)) return false;
      slowest = Math.max(slowest, newton.iterations);
      const own = z[i]!;
      for (let k = 0; k < n; k++) own[k] = w[k]! / gamma;
    }
    return true;
  }

  return {
    memory,
    derivative,
    errorExponent: embeddedOrder + 1,
    degree: 3,
    next,
    begin(t, start) {
      y.set(start);
      system.rhs(t, y, derivative);
      newton.forget();
      Object.assign(memory, { t, jacobianIsCurrent: -1, exact: 1 });
    },
    attempt(step) {
      h = step;
      converged = false;
      if (memory.jacobianIsCurrent === -1) {
        if (!linearize()) return Number.NaN;
      } else if (!isSameStep(linear.gamma / gamma, h, memory.t)) {
        newton.forget();
        if (!linear.shift(gamma * h)) return Number.NaN;
      }
      converged = solveStages();
      if (!converged && memory.jacobianIsCurrent === 0) {
        if (!linearize()) return Number.NaN;
        converged = solveStages();
      }
      if (!converged) return Number.NaN;
      error.fill(0);
      for (let i = 0; i < stages; i++) add(e[i]!, z[i]!, error);
      return system.tolerance.size(error, y, next);
    },
    interpolant(coefficients) {
      return hermiteCoefficients(1, y, z[0]!, next, z[stages - 1]!, coefficients);
    },
    accept(t, projected) {
      memory.t = t;
      y.set(next);
      if (projected) system.rhs(t, y, derivative);
      else for (let k = 0; k < n; k++) derivative[k] = z[stages - 1]![k]! / h;
      memory.exact = projected ? 1 : 0;
      memory.jacobianIsCurrent = slowest > 2 ? -1 : 0;
    },
    ownFactor() {
      return converged ? undefined : 0.5;
    },
    restored() {
      linear.restored();
    },
  };
}
