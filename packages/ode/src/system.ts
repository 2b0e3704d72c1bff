import type { Tolerance } from './control/norm.js';
import { IntegrationError, type FailureReason } from './errors.js';
import { norm2, VectorBlock } from '@nonsmooth/core';
import { binaryScale } from './power.js';
import type { InitialValueProblem, Statistics } from './problem.js';
import { within, type TimeWindow } from './time.js';

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
  /** Sizes by which components are measured that differ much, > 0; undefined where nothing tells them. */
  readonly units: Float64Array | undefined;
  /** A power of two about as long as the interval: times and rates are then numbers in range. */
  readonly timeUnit: number;
  /** `timeUnit`·∂f/∂t at (t, y), where f(t, y) = f. */
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
  /** The step being tried, signed; 0 before there is one. */
  step: number;
  /** Where the problem's functions may be evaluated: from the start of the step to its end. */
  readonly window: TimeWindow;
}

const difference = Math.sqrt(Number.EPSILON);
const smallestNormal = 2 ** -1022;

/**
 * To see whether a component is forgotten, each right-hand side is written into a vector of which one of so many parts
 * is NaN: all of them in turn. The number of stages of no method divides it.
 */
const parts = 31;

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
  const block = new VectorBlock(2 * n);
  const moved = block.next(n);
  const value = block.next(n);
  const { window } = position;
  /** What one of the problem's functions returned, which should be nothing: it writes `length` numbers into `out`. */
  const requireNothing = (name: string, returned: unknown, length: number): void => {
    if (typeof returned !== 'object' || returned === null) return;
    const { length: count } = returned as { length?: unknown };
    fail(
      'wrongShape',
      `${name} returned an object${typeof count === 'number' ? ` of length ${count}` : ''} instead of ` +
        `writing its ${length} components into out`,
    );
  };
  /** What is NaN in a part where `out` was NaN, and 0 where it was 0, was not written. */
  const requireWritten = (
    name: string,
    out: Float64Array,
    write: (out: Float64Array) => void,
    from = 0,
    to = out.length,
  ): void => {
    let i = from;
    while (i < to && !Number.isNaN(out[i])) i++;
    if (i === to) return;
    const again = new Float64Array(out.length);
    write(again);
    while (i < to && !(Number.isNaN(out[i]) && again[i] === 0)) i++;
    if (i === to) return;
    fail('wrongShape', `${name} did not write component ${i} of ${out.length} into out`);
  };
  const timeUnit = binaryScale(Math.abs(problem.t1 - problem.t0));
  const evaluate = (t: number, y: Float64Array, out: Float64Array): void => {
    counts.rhs++;
    let returned: unknown;
    try {
      returned = problem.rhs(within(window, t), y, out, position.mode);
    } catch (cause) {
      threw('rhs', cause);
    }
    if (returned !== undefined && returned !== out) requireNothing('rhs', returned, n);
  };
  let called = false;
  const requireUnchanged = (y: Float64Array, before: Float64Array): void => {
    const i = y.findIndex((one, j) => !Object.is(one, before[j]));
    if (i < 0) return;
    const values = `from ${before[i]} to ${y[i]}`;
    fail('wrongShape', `rhs changed component ${i} of y ${values}; it may write into out only,`);
  };
  const checkFirst = (t: number, y: Float64Array, out: Float64Array): void => {
    called = true;
    const before = y.slice();
    out.fill(Number.NaN);
    evaluate(t, y, out);
    requireUnchanged(y, before);
    requireWritten('rhs', out, (again) => evaluate(t, y, again));
  };
  const rhs = (t: number, y: Float64Array, out: Float64Array): void => {
    if (!called) {
      checkFirst(t, y, out);
      return;
    }
    const part = counts.rhs % parts;
    const from = n < parts ? part % n : Math.floor((part * n) / parts);
    const to = n < parts ? Math.min(from + 1, n) : Math.floor(((part + 1) * n) / parts);
    for (let i = from; i < to; i++) out[i] = Number.NaN;
    evaluate(t, y, out);
    for (let i = from; i < to; i++) {
      if (!Number.isNaN(out[i])) continue;
      requireWritten('rhs', out, (again) => evaluate(t, y, again), from, to);
      return;
    }
  };
  /** A derivative that the problem supplies: it must write all of `out`, which is seen at its first call. */
  const derivative = (
    name: 'jacobian' | 'jacobianVector' | 'timeDerivative',
    write: (t: number, y: Float64Array, out: Float64Array, v: Float64Array) => unknown,
  ): ((t: number, y: Float64Array, out: Float64Array, v?: Float64Array) => void) => {
    const nothing = new Float64Array(0);
    const call = (t: number, y: Float64Array, out: Float64Array, v: Float64Array): void => {
      let returned: unknown;
      try {
        returned = write(within(window, t), y, out, v);
      } catch (cause) {
        threw(name, cause);
      }
      if (returned !== undefined && returned !== out) requireNothing(name, returned, out.length);
    };
    let isChecked = false;
    return (t, y, out, v = nothing) => {
      if (!isChecked) out.fill(Number.NaN);
      call(t, y, out, v);
      if (isChecked) return;
      isChecked = true;
      requireWritten(name, out, (again) => call(t, y, again, v));
    };
  };
  const { jacobian, jacobianVector, timeDerivative } = problem;
  const suppliedJacobian =
    jacobian && derivative('jacobian', (t, y, out) => jacobian(t, y, out, position.mode));
  const suppliedJacobianVector =
    jacobianVector &&
    derivative('jacobianVector', (t, y, out, v) => jacobianVector(t, y, v, out, position.mode));
  const suppliedTimeDerivative =
    timeDerivative &&
    derivative('timeDerivative', (t, y, out) => timeDerivative(t, y, out, position.mode));
  /** How long a step is about to be. */
  const reach = (): number =>
    Math.abs(position.step) || position.progress.h || 1e-6 * Math.abs(problem.t1 - problem.t0);
  /** What components are measured by where they differ in size: tolerances of their own, if all have one. */
  const units =
    typeof tolerance.atol !== 'number' && tolerance.atol.every((one) => one > 0)
      ? tolerance.atol
      : undefined;
  /** The size of the state and of its change within a step: what increments of differences are measured by. */
  const typicalSize = (y: Float64Array, f: Float64Array): number => {
    const h = reach();
    let size = 0;
    for (let i = 0; i < n; i++) {
      const own = Math.max(Math.abs(y[i]!), h * Math.abs(f[i]!));
      size = Math.max(size, units ? own / units[i]! : own);
    }
    return size;
  };
  const norm = (v: Float64Array): number => {
    if (!units) return norm2(v);
    for (let i = 0; i < n; i++) value[i] = v[i]! / units[i]!;
    return norm2(value);
  };
  return {
    dimension: n,
    tolerance,
    symmetric: problem.symmetric ?? false,
    autonomous: problem.autonomous ?? false,
    matrixFree,
    suppliesJacobian: jacobian !== undefined,
    suppliesJacobianVector: jacobianVector !== undefined,
    counts,
    timeUnit,
    units,
    fail,
    threw,
    rhs,
    jacobian(t, y, f, out) {
      counts.jacobians++;
      if (suppliedJacobian) suppliedJacobian(t, y, out);
      else {
        // forward differences, one column at a time; all increments scale with the problem
        const h = reach();
        const size = typicalSize(y, f);
        moved.set(y);
        for (let j = 0; j < n; j++) {
          const typical = units ? size * units[j]! : size;
          const atol = typeof tolerance.atol === 'number' ? tolerance.atol : tolerance.atol[j]!;
          const floor =
            typical > 0
              ? Math.max(
                  Math.min(atol > 0 ? atol : h * Math.abs(f[j]!), typical),
                  difference * typical,
                )
              : atol || 1;
          const step = Math.max(difference * Math.max(Math.abs(y[j]!), floor), smallestNormal);
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
      if (suppliedJacobianVector) {
        counts.jacobianVectors++;
        suppliedJacobianVector(t, y, out, v);
        for (let i = 0; i < n; i++) {
          if (!Number.isFinite(out[i])) {
            fail('nonFinite', `component ${i} of jacobianVector is ${out[i]}, not finite,`);
          }
        }
        return;
      }
      const sizeOfV = norm(v);
      if (sizeOfV === 0) {
        out.fill(0);
        return;
      }
      const { atol } = tolerance;
      const absolute = typeof atol === 'number' ? atol : norm(atol);
      const size = Math.max(norm(y), reach() * norm(f)) || absolute || 1;
      const step = Math.max(difference * size, smallestNormal) / sizeOfV;
      for (let i = 0; i < n; i++) moved[i] = y[i]! + step * v[i]!;
      rhs(t, moved, out);
      for (let i = 0; i < n; i++) out[i] = (out[i]! - f[i]!) / step;
    },
    timeDerivative(t, y, f, out) {
      if (problem.autonomous) out.fill(0);
      else if (suppliedTimeDerivative) {
        suppliedTimeDerivative(t, y, out);
        for (let i = 0; i < n; i++) out[i] = timeUnit * out[i]!;
      } else {
        // within the step; the longer, the more t is rounded relative to it
        const h = Math.abs(position.step);
        const step = h * Math.sqrt(Number.EPSILON * Math.max(1, Math.abs(t) / h));
        const start = within(window, t);
        let moment = within(window, start + Math.sign(position.step) * step);
        if (moment === start) moment = within(window, t + position.step);
        rhs(moment, y, out);
        if (moment === start) out.fill(0);
        else {
          const units = (moment - start) / timeUnit;
          for (let i = 0; i < n; i++) out[i] = (out[i]! - f[i]!) / units;
        }
      }
    },
    spectralRadius:
      problem.spectralRadius &&
      ((t, y) => {
        counts.spectralRadii++;
        return guard('spectralRadius', () =>
          problem.spectralRadius!(within(window, t), y, position.mode),
        );
      }),
  };
}
