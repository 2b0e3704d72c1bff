import type { Tolerance } from './control/norm.js';
import { IntegrationError, type FailureReason } from './errors.js';
import type { InitialValueProblem, Statistics } from './problem.js';

/** What a method sees of a problem: counted, guarded evaluations in the current mode. */
export interface System {
  readonly dimension: number;
  readonly tolerance: Tolerance;
  readonly symmetric: boolean;
  readonly autonomous: boolean;
  /** Whether linear systems are to be solved by products with the Jacobian only. */
  readonly matrixFree: boolean;
  readonly suppliesJacobian: boolean;
  readonly suppliesJacobianVector: boolean;
  rhs(t: number, y: Float64Array, out: Float64Array): void;
  /** ∂f/∂y at (t, y), where f(t, y) = f, row by row. */
  jacobian(t: number, y: Float64Array, f: Float64Array, out: Float64Array): void;
  jacobianVector(
    t: number,
    y: Float64Array,
    f: Float64Array,
    v: Float64Array,
    out: Float64Array,
  ): void;
  timeDerivative(t: number, y: Float64Array, f: Float64Array, out: Float64Array): void;
  /** The problem's own bound, if it has one. */
  readonly spectralRadius: ((t: number, y: Float64Array) => number) | undefined;
  readonly counts: { -readonly [Name in keyof Statistics]: Statistics[Name] };
  fail(reason: FailureReason, detail: string, options?: ErrorOptions): never;
  /** Reports what one of the problem's functions threw; failures that know more pass through. */
  threw(name: string, cause: unknown): never;
}

/** The current point of an integration. */
export interface Position<Mode> {
  readonly progress: { readonly t: number; readonly h: number };
  readonly y: Float64Array;
  mode: Mode;
}

const difference = Math.sqrt(Number.EPSILON);

/** Makes what a method sees of a problem. */
export function system<Mode>(
  problem: InitialValueProblem<Mode>,
  position: Position<Mode>,
  { tolerance, matrixFree }: Pick<System, 'tolerance' | 'matrixFree'>,
): System {
  const n = position.y.length;
  const counts = {
    rhs: 0,
    jacobians: 0,
    jacobianVectors: 0,
    factorizations: 0,
    spectralRadii: 0,
    accepted: 0,
    rejected: 0,
    restarts: 0,
  };
  const fail = (reason: FailureReason, detail: string, options?: ErrorOptions): never => {
    const { t, h } = position.progress;
    throw new IntegrationError(reason, detail, t, h, position.y.slice(), options);
  };
  const threw = (name: string, cause: unknown): never => {
    if (cause instanceof IntegrationError) throw cause;
    return fail(name === 'rhs' ? 'rhsThrew' : 'callbackThrew', `${name} threw ${String(cause)}`, {
      cause,
    });
  };
  const guard = <T>(name: string, call: () => T): T => {
    try {
      return call();
    } catch (cause) {
      return threw(name, cause);
    }
  };
  const moved = new Float64Array(n);
  const value = new Float64Array(n);
  const rhs = (t: number, y: Float64Array, out: Float64Array): void => {
    counts.rhs++;
    let returned: unknown;
    try {
      returned = problem.rhs(t, y, out, position.mode);
    } catch (cause) {
      threw('rhs', cause);
    }
    if (returned !== undefined && returned !== out && typeof returned === 'object') {
      const { length } = returned as { length?: unknown };
      fail(
        'wrongShape',
        `rhs returned an object${typeof length === 'number' ? ` of length ${length}` : ''} instead of ` +
          `writing its ${n} components into out`,
      );
    }
  };
  return {
    dimension: n,
    tolerance,
    symmetric: problem.symmetric ?? false,
    autonomous: problem.autonomous ?? false,
    matrixFree,
    suppliesJacobian: problem.jacobian !== undefined,
    suppliesJacobianVector: problem.jacobianVector !== undefined,
    counts,
    fail,
    threw,
    rhs,
    jacobian(t, y, f, out) {
      const { jacobian } = problem;
      counts.jacobians++;
      if (jacobian) {
        guard('jacobian', () => jacobian(t, y, out, position.mode));
      } else {
        // forward differences, one column at a time
        moved.set(y);
        for (let j = 0; j < n; j++) {
          const atol = typeof tolerance.atol === 'number' ? tolerance.atol : tolerance.atol[j]!;
          const step = difference * Math.max(Math.abs(y[j]!), atol, difference);
          moved[j] = y[j]! + (f[j]! < 0 ? -step : step);
          const actual = moved[j]! - y[j]!;
          rhs(t, moved, value);
          moved[j] = y[j]!;
          for (let i = 0; i < n; i++) out[i * n + j] = (value[i]! - f[i]!) / actual;
        }
      }
      for (let i = 0; i < n * n; i++) {
        if (!Number.isFinite(out[i])) {
          fail('nonFinite', `∂f_${Math.floor(i / n)}/∂y_${i % n} = ${out[i]} is not finite`);
        }
      }
    },
    jacobianVector(t, y, f, v, out) {
      const { jacobianVector } = problem;
      if (jacobianVector) {
        counts.jacobianVectors++;
        guard('jacobianVector', () => jacobianVector(t, y, v, out, position.mode));
        for (let i = 0; i < n; i++) {
          if (!Number.isFinite(out[i])) {
            fail('nonFinite', `component ${i} of jacobianVector is ${out[i]}, not finite,`);
          }
        }
        return;
      }
      let sizeOfV = 0;
      let sizeOfY = 0;
      for (let i = 0; i < n; i++) {
        sizeOfV += v[i]! * v[i]!;
        sizeOfY += y[i]! * y[i]!;
      }
      if (sizeOfV === 0) {
        out.fill(0);
        return;
      }
      const step = (difference * (1 + Math.sqrt(sizeOfY))) / Math.sqrt(sizeOfV);
      for (let i = 0; i < n; i++) moved[i] = y[i]! + step * v[i]!;
      rhs(t, moved, out);
      for (let i = 0; i < n; i++) out[i] = (out[i]! - f[i]!) / step;
    },
    timeDerivative(t, y, f, out) {
      const { timeDerivative } = problem;
      if (problem.autonomous) out.fill(0);
      else if (timeDerivative) {
        guard('timeDerivative', () => timeDerivative(t, y, out, position.mode));
      } else {
        const step = difference * Math.max(1e-5, Math.abs(t));
        const moment = t + Math.sign(problem.t1 - problem.t0) * step;
        rhs(moment, y, out);
        for (let i = 0; i < n; i++) out[i] = (out[i]! - f[i]!) / (moment - t);
      }
    },
    spectralRadius:
      problem.spectralRadius &&
      ((t, y) => {
        counts.spectralRadii++;
        return guard('spectralRadius', () => problem.spectralRadius!(t, y, position.mode));
      }),
  };
}
