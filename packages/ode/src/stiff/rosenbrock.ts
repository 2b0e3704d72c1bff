import { requireCount, requireLength, requireObject, requirePositive } from '@nonsmooth/core';
import type { Controller } from '../control/controller.js';
import { predictive } from '../control/controller.js';
import { linearization } from '../linear/linearization.js';
import { relativeResidual, shiftedSolver } from '../linear/shifted.js';
import type { Method, Stepper } from '../method.js';
import { requireRows, requireText } from '../requirements.js';
import type { System } from '../system.js';

/**
 * A Rosenbrock method in the form without products by the Jacobian,
 * (I/(γh) − J)·u_i = f(t + α_i h, y + Σ_j a_ij u_j) + Σ_j c_ij u_j/h + γ_i h·∂f/∂t, y₁ = y + Σ_i m_i u_i.
 * Hairer, Wanner, Solving ODEs II, equations (IV.7.25) and (IV.7.26).
 */
export interface RosenbrockTableau {
  readonly stages: number;
  readonly gamma: number;
  /** Strictly lower triangular, row i for stage i, as `c`. */
  readonly a: readonly (readonly number[])[];
  readonly c: readonly (readonly number[])[];
  readonly m: readonly number[];
  /** The error is Σ_i e_i u_i. */
  readonly e: readonly number[];
  /** α_i */
  readonly alpha: readonly number[];
  /** γ_i */
  readonly gammas: readonly number[];
  /** y(t + θh) = (1 − θ)·y + θ·(y₁ + (1 − θ)·(Σ d_0i u_i + θ·Σ d_1i u_i)), continued by more rows. */
  readonly d: readonly (readonly number[])[];
}

/** A Rosenbrock method of given coefficients. */
export interface RosenbrockMethod extends Method, RosenbrockTableau {
  readonly embeddedOrder: number;
}

/** All that defines one. */
export type RosenbrockDefinition = RosenbrockTableau &
  Pick<RosenbrockMethod, 'name' | 'order' | 'embeddedOrder' | 'interpolantOrder' | 'citation'> & {
    readonly controller?: Controller;
  };

/** Makes a method of its coefficients. @throws ArgumentError where they are not as many as the stages ask for. */
export function rosenbrockMethod(definition: RosenbrockDefinition): RosenbrockMethod {
  requireObject('definition', definition);
  const { name, citation, stages, gamma, a, c, m, e, alpha, gammas, d } = definition;
  requireText('name', name);
  requireText('citation', citation);
  requireCount('stages', stages);
  requirePositive({ gamma });
  requireRows('a', a, stages);
  requireRows('c', c, stages);
  for (const [list, values] of Object.entries({ m, e, alpha, gammas })) {
    requireLength(list, values, stages);
  }
  requireRows('d', d, 1);
  return {
    controller: predictive,
    ...definition,
    coarseInterpolant: true,
    adaptive: true,
    stepper: (system) => rosenbrockStepper(definition, system),
  };
}

function rosenbrockStepper(method: RosenbrockDefinition, system: System): Stepper {
  const { stages, gamma, a, c, m, e, alpha, gammas, d } = method;
  const n = system.dimension;
  const u = Array.from({ length: stages }, () => new Float64Array(n));
  const y = new Float64Array(n);
  const derivative = new Float64Array(n);
  /** In the units of time of the system. */
  const byTime = new Float64Array(n);
  const stage = new Float64Array(n);
  const next = new Float64Array(n);
  const error = new Float64Array(n);
  const inner = d.map(() => new Float64Array(n));
  const jacobian = linearization(system);
  const linear = shiftedSolver(system, jacobian);
  const degree = d.length + 1;
  const memory = {
    t: 0,
    /** 1 if the Jacobian is that of the current point; always is when a step was rejected. */
    linearized: 0,
    y,
    derivative,
    byTime,
    jacobian: jacobian.memory,
    linear: linear.memory,
  };

  /** out = base + factor·Σ weights_i·u_i */
  const combine = (
    base: Float64Array | undefined,
    factor: number,
    weights: readonly number[],
    out: Float64Array,
  ): void => {
    if (base) out.set(base);
    else out.fill(0);
    for (let i = 0; i < weights.length; i++) {
      const weight = factor * weights[i]!;
      if (weight === 0) continue;
      const from = u[i]!;
      for (let k = 0; k < n; k++) out[k] = out[k]! + weight * from[k]!;
    }
  };

  return {
    memory,
    derivative,
    errorExponent: method.embeddedOrder + 1,
    degree,
    next,
    begin(t, start) {
      memory.t = t;
      memory.linearized = 0;
      y.set(start);
      system.rhs(t, y, derivative);
    },
    attempt(h) {
      const shift = gamma * h;
      if (memory.linearized === 0) {
        jacobian.at(memory.t, y, derivative);
        system.timeDerivative(memory.t, y, derivative, byTime);
        memory.linearized = 1;
        if (!linear.shift(shift)) return Number.NaN;
      } else if (linear.gamma !== shift && !linear.shift(shift)) {
        return Number.NaN;
      }
      for (let i = 0; i < stages; i++) {
        const target = u[i]!;
        if (i === 0) target.set(derivative);
        else {
          combine(y, 1, a[i]!, stage);
          system.rhs(memory.t + alpha[i]! * h, stage, target);
        }
        const ofTime = gammas[i]! * (h / system.timeUnit);
        for (let k = 0; k < n; k++) target[k] = h * (target[k]! + ofTime * byTime[k]!);
        if (i > 0) {
          combine(target, 1, c[i]!, stage);
          target.set(stage);
        }
        for (let k = 0; k < n; k++) target[k] = gamma * target[k]!;
        // an error in u enters the step undiminished
        const residual = relativeResidual(system, target, y, 1e-3);
        if (!linear.solve(target, residual)) return Number.NaN;
      }
      combine(y, 1, m, next);
      combine(undefined, 1, e, error);
      return system.tolerance.size(error, y, next);
    },
    interpolant(coefficients) {
      d.forEach((weights, row) => combine(undefined, 1, weights, inner[row]!));
      coefficients[0]!.set(y);
      for (let k = 0; k < n; k++) {
        // θ·(y₁ − y) + (θ − θ²)·Σ_r θ^r·inner_r
        coefficients[1]![k] = next[k]! - y[k]! + inner[0]![k]!;
        for (let power = 2; power <= degree; power++) {
          coefficients[power]![k] = (inner[power - 1]?.[k] ?? 0) - inner[power - 2]![k]!;
        }
      }
      return degree;
    },
    accept(t) {
      memory.t = t;
      memory.linearized = 0;
      y.set(next);
      system.rhs(t, y, derivative);
    },
    restored() {
      linear.restored();
    },
  };
}
