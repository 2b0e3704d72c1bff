import type { Stepper } from '../method.js';
import type { System } from '../system.js';
import { krylovSpace, type KrylovSpace, type PhiSum } from './krylov-space.js';

/** Part of the tolerance that the Krylov approximations may use up, each. */
const krylovPart = 0.01;

const phi1: PhiSum = [[1, 1]];
const phi2: PhiSum = [[2, 1]];
const phi3: PhiSum = [[3, 1]];

/** The weights of D_2 and D_3 at θ: of order 4 at every θ, as both Σ b_i c_i² = 2θ³φ_3 and Σ b_i c_i³ = 6θ⁴φ_4. */
const weights = (theta: number): readonly [PhiSum, PhiSum] => {
  const cube = theta * theta * theta;
  const [third3, fourth3] = [-cube / 0.324, (6 * cube * theta) / 0.324];
  return [
    [
      [3, 8 * cube - 3.24 * third3],
      [4, -3.24 * fourth3],
    ],
    [
      [3, third3],
      [4, fourth3],
    ],
  ];
};

const end = weights(1);
const middle = weights(1 / 2);
/** The weight of D_2 in the embedded solution of order 3. */
const embedded: PhiSum = [[3, 8]];

/**
 * Steps by exprb53s3: with J = ∂f/∂y, v = ∂f/∂t, D_j = f(t + c_j h, U_j) − f − J(U_j − y) − c_j h v,
 *
 *     U_2 = y + h/2·φ_1(hJ/2)f + h²/4·φ_2(hJ/2)v
 *     U_3 = y + 9h/10·φ_1(9hJ/10)f + 81h²/100·φ_2(9hJ/10)v + h(27/25·φ_3(hJ/2) + 729/125·φ_3(9hJ/10))D_2
 *     next = y + hφ_1(hJ)f + h²φ_2(hJ)v + h(18φ_3 − 60φ_4)(hJ)D_2 + h(−250/81·φ_3 + 500/27·φ_4)(hJ)D_3
 */
export function exponentialRosenbrockStepper(system: System): Stepper {
  const n = system.dimension;
  const vector = (): Float64Array => new Float64Array(n);
  const y = vector();
  const derivative = vector();
  const next = vector();
  const error = vector();
  const endDerivative = vector();
  const stage = vector();
  /** In the units of time of the system, as is the step that goes with it. */
  const timeDerivative = vector();
  const { timeUnit } = system;
  const d2 = vector();
  const d3 = vector();
  const space = krylovSpace(system);
  const timeSpace = system.autonomous ? undefined : krylovSpace(system);
  const space2 = krylovSpace(system);
  const space3 = krylovSpace(system);
  const memory = { t: 0, y, derivative };
  let h = 0;
  let started = false;
  let endKnown = false;
  let lost = false;

  /** out += part of the solution from f and v at c·h; `product` += J·(that part) */
  function propagate(c: number, out: Float64Array, product?: Float64Array): boolean {
    const step = c * h;
    return (
      space.add(step, phi1, step, out, product) &&
      (!timeSpace || timeSpace.add(step, phi2, step * (step / timeUnit), out, product))
    );
  }

  /** `d` = f(t + c h, stage) − f − `d` − c h v, where `d` was J(stage − y) */
  function remainder(c: number, d: Float64Array): void {
    system.rhs(memory.t + c * h, stage, error);
    const units = c * (h / timeUnit);
    for (let i = 0; i < n; i++) {
      d[i] = error[i]! - derivative[i]! - d[i]! - units * timeDerivative[i]!;
    }
  }

  const open = (one: KrylovSpace, b: Float64Array): void => {
    one.start(memory.t, y, derivative, b);
  };

  function compute(): boolean {
    if (!started) {
      open(space, derivative);
      if (timeSpace) {
        system.timeDerivative(memory.t, y, derivative, timeDerivative);
        open(timeSpace, timeDerivative);
      }
      started = true;
    }
    if (!space.converge(h, phi1, krylovPart)) return false;
    if (timeSpace && !timeSpace.converge(h, [[2, h / timeUnit]], krylovPart)) return false;

    stage.set(y);
    d2.fill(0);
    if (!propagate(1 / 2, stage, d2)) return false;
    remainder(1 / 2, d2);
    open(space2, d2);
    if (!space2.converge(h, end[0], krylovPart)) return false;

    stage.set(y);
    d3.fill(0);
    if (!propagate(9 / 10, stage, d3)) return false;
    if (!space2.add(0.5 * h, phi3, (27 / 25) * h, stage, d3)) return false;
    if (!space2.add(0.9 * h, phi3, (729 / 125) * h, stage, d3)) return false;
    remainder(9 / 10, d3);
    open(space3, d3);
    if (!space3.converge(h, end[1], krylovPart)) return false;

    error.fill(0);
    if (!space2.add(h, end[0], h, error) || !space3.add(h, end[1], h, error)) return false;
    next.set(y);
    if (!propagate(1, next)) return false;
    for (let i = 0; i < n; i++) next[i] = next[i]! + error[i]!;
    return space2.add(h, embedded, -h, error);
  }

  return {
    memory,
    derivative,
    errorExponent: 4,
    degree: 4,
    next,
    begin(t, start) {
      memory.t = t;
      y.set(start);
      system.rhs(t, y, derivative);
      started = false;
    },
    attempt(step) {
      h = step;
      endKnown = false;
      lost = !compute();
      return lost ? Number.NaN : system.tolerance.size(error, y, next);
    },
    interpolant(coefficients) {
      if (!endKnown) system.rhs(memory.t + h, next, endDerivative);
      endKnown = true;
      stage.set(y);
      propagate(1 / 2, stage);
      space2.add(h / 2, middle[0], h, stage);
      space3.add(h / 2, middle[1], h, stage);
      const [constant, linear, quadratic, cubic, quartic] = coefficients;
      constant!.set(y);
      for (let i = 0; i < n; i++) {
        // the cubic through both ends, and 16θ²(1 − θ)² times what it lacks in the middle
        const rise = next[i]! - y[i]!;
        const first = h * derivative[i]!;
        const last = h * endDerivative[i]!;
        const lack = 16 * (stage[i]! - y[i]! - rise / 2 - (first - last) / 8);
        linear![i] = first;
        quadratic![i] = 3 * rise - 2 * first - last + lack;
        cubic![i] = first + last - 2 * rise - 2 * lack;
        quartic![i] = lack;
      }
      return 4;
    },
    accept(t, projected) {
      memory.t = t;
      y.set(next);
      if (endKnown && !projected) derivative.set(endDerivative);
      else system.rhs(t, y, derivative);
      started = false;
    },
    ownFactor: (accepted) => (!accepted && lost ? 0.5 : undefined),
  };
}
