import { ArgumentError } from '@nonsmooth/core';
import { linearization } from '../linear/linearization.js';
import { shiftedSolver } from '../linear/shifted.js';
import type { Stepper } from '../method.js';
import { power } from '../power.js';
import type { System } from '../system.js';
import { isSameStep } from '../time.js';
import { basisByPowers, highestDifference, rescale } from './differences.js';
import { maximumIterations, newtonIteration } from './newton.js';

const minimumFactor = 0.2;
const maximumFactor = 10;

/**
 * Steps by Σ_(j=1..k) ∇^j y_(n+1)/j − κ_k·γ_k·(y_(n+1) − predicted) = h·f(t_(n+1), y_(n+1)), γ_k = Σ_(j=1..k) 1/j,
 * on backward differences that are interpolated anew where the step size changes.
 */
export function backwardDifferentiationStepper(
  system: System,
  kappa: readonly number[],
  maximumOrder: number,
): Stepper {
  const n = system.dimension;
  const gamma = [0];
  for (let j = 1; j <= maximumOrder + 1; j++) gamma.push(gamma[j - 1]! + 1 / j);
  const alpha = gamma.map((sum, order) => (1 - (kappa[order] ?? 0)) * sum);
  const errorConstant = gamma.map((sum, order) => (kappa[order] ?? 0) * sum + 1 / (order + 1));

  const history = new Float64Array((highestDifference + 1) * n);
  const differences = Array.from({ length: highestDifference + 1 }, (_, j) =>
    history.subarray(j * n, (j + 1) * n),
  );
  const derivative = new Float64Array(n);
  const predicted = new Float64Array(n);
  const psi = new Float64Array(n);
  const correction = new Float64Array(n);
  const next = new Float64Array(n);
  const f = new Float64Array(n);
  const scaled = new Float64Array(n);
  const jacobian = linearization(system);
  const linear = shiftedSolver(system, jacobian);
  const newton = newtonIteration(system, linear, 0.03);
  const memory = {
    t: 0,
    /** Signed; the differences are those at this distance. */
    step: 1,
    order: 1,
    nextOrder: 1,
    equalSteps: 0,
    /** 1 if the Jacobian was computed at the current point, 0 if earlier, −1 never. */
    jacobianIsCurrent: -1,
    history,
    derivative,
    jacobian: jacobian.memory,
    linear: linear.memory,
    newton: newton.memory,
  };
  let converged = false;
  let c = 0;

  function solve(t: number): boolean {
    correction.fill(0);
    return newton.solve(t, predicted, psi, c, correction, next);
  }

  /** Size of the error of the method of some order, whose leading term is correction + sign·difference. */
  function errorOf(order: number, sign: number, difference: Float64Array): number {
    const constant = errorConstant[order]!;
    for (let i = 0; i < n; i++) scaled[i] = constant * (correction[i]! + sign * difference[i]!);
    return system.tolerance.size(scaled, next, next);
  }

  return {
    memory,
    derivative,
    get errorExponent() {
      return memory.order + 1;
    },
    degree: maximumOrder,
    next,
    begin(t, y) {
      system.rhs(t, y, derivative);
      differences[0]!.set(y);
      differences[1]!.set(derivative);
      for (let j = 2; j <= highestDifference; j++) differences[j]!.fill(0);
      Object.assign(memory, { t, step: 1, order: 1, nextOrder: 1, equalSteps: 0 });
      memory.jacobianIsCurrent = -1;
    },
    attempt(h) {
      const { order } = memory;
      if (h !== memory.step) {
        rescale(differences, order, h / memory.step);
        // equal steps end at rounded times
        if (!isSameStep(h, memory.step, memory.t)) memory.equalSteps = 0;
        memory.step = h;
      }
      const t = memory.t + h;
      c = h / alpha[order]!;
      predicted.set(differences[0]!);
      psi.fill(0);
      for (let j = 1; j <= order; j++) {
        const difference = differences[j]!;
        const weight = gamma[j]! / alpha[order]!;
        for (let i = 0; i < n; i++) {
          predicted[i] = predicted[i]! + difference[i]!;
          psi[i] = psi[i]! + weight * difference[i]!;
        }
      }
      converged = false;
      if (memory.jacobianIsCurrent === -1) {
        jacobian.at(memory.t, differences[0]!, derivative);
        memory.jacobianIsCurrent = 1;
        newton.forget();
        if (!linear.shift(c)) return Number.NaN;
      } else if (!isSameStep(alpha[order]! * linear.gamma, h, memory.t)) {
        newton.forget();
        if (!linear.shift(c)) return Number.NaN;
      }
      converged = solve(t);
      if (!converged && memory.jacobianIsCurrent === 0) {
        system.rhs(t, predicted, f);
        for (let i = 0; i < n; i++) if (!Number.isFinite(f[i])) return Number.NaN;
        jacobian.at(t, predicted, f);
        memory.jacobianIsCurrent = 1;
        newton.forget();
        if (!linear.shift(c)) return Number.NaN;
        converged = solve(t);
      }
      if (!converged) return Number.NaN;
      return errorOf(order, 0, correction);
    },
    interpolant(coefficients) {
      const { order } = memory;
      for (let power = 0; power <= order; power++) coefficients[power]!.fill(0);
      // ∇^j y_(n+1) = correction + Σ_(i ≥ j) ∇^i y_n
      scaled.set(correction);
      for (let j = order; j >= 0; j--) {
        const difference = differences[j]!;
        for (let i = 0; i < n; i++) scaled[i] = scaled[i]! + difference[i]!;
        const polynomial = basisByPowers[j]!;
        for (let power = 1; power <= j; power++) {
          const coefficient = coefficients[power]!;
          const weight = polynomial[power]!;
          for (let i = 0; i < n; i++) coefficient[i] = coefficient[i]! + weight * scaled[i]!;
        }
      }
      coefficients[0]!.set(differences[0]!);
      return order;
    },
    accept(t) {
      const { order } = memory;
      for (let i = 0; i < n; i++) {
        derivative[i] = (psi[i]! + correction[i]!) / c;
        // not the correction: a projection may have moved the end
        const difference = next[i]! - predicted[i]!;
        differences[order + 2]![i] = difference - differences[order + 1]![i]!;
        differences[order + 1]![i] = difference;
      }
      for (let j = order; j >= 0; j--) {
        const difference = differences[j]!;
        const higher = differences[j + 1]!;
        for (let i = 0; i < n; i++) difference[i] = difference[i]! + higher[i]!;
      }
      differences[0]!.set(next);
      memory.t = t;
      memory.equalSteps++;
      memory.jacobianIsCurrent = 0;
      if (memory.nextOrder !== order) {
        memory.order = memory.nextOrder;
        memory.equalSteps = 0;
      }
    },
    ownFactor(accepted, error) {
      const { order } = memory;
      memory.nextOrder = order;
      if (!converged) return 0.5;
      const safety =
        (0.9 * (2 * maximumIterations + 1)) / (2 * maximumIterations + newton.iterations);
      if (!accepted) {
        return Math.max(minimumFactor, safety * power(error, -1 / (order + 1)));
      }
      if (memory.equalSteps < order) return 1;
      let factor = factorFor(error, order);
      if (order > 1) {
        const lower = errorOf(order - 1, 1, differences[order]!);
        const candidate = factorFor(lower, order - 1);
        if (candidate > factor) {
          factor = candidate;
          memory.nextOrder = order - 1;
        }
      }
      if (order < maximumOrder) {
        const higher = errorOf(order + 1, -1, differences[order + 1]!);
        const candidate = factorFor(higher, order + 1);
        if (candidate > factor) {
          factor = candidate;
          memory.nextOrder = order + 1;
        }
      }
      return Math.min(maximumFactor, safety * factor);
    },
    restored() {
      for (const name of ['order', 'nextOrder'] as const) {
        const order = memory[name];
        if (Number.isInteger(order) && order >= 1 && order <= maximumOrder) continue;
        throw new ArgumentError(
          `from.stepper.${name}`,
          order,
          `an integer from 1 to ${maximumOrder}`,
        );
      }
      linear.restored();
    },
  };
}

function factorFor(error: number, order: number): number {
  return power(Math.max(error, 1e-14), -1 / (order + 1));
}
