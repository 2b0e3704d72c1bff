import { ArgumentError, IntegrationError } from './errors.js';
import type { Method } from './method.js';
import { dormandPrince54 } from './methods/dormand-prince-54.js';
import { scaledNorm } from './norm.js';
import { root } from './root.js';
import { startingStep } from './starting-step.js';

/** Writes y'(t) into `out`; must not keep or change `y`. */
export type RightHandSide = (t: number, y: Float64Array, out: Float64Array) => void;

export interface InitialValueProblem {
  readonly rhs: RightHandSide;
  readonly y0: ArrayLike<number>;
  readonly t0: number;
  /** May be less than t0: then time runs backward. */
  readonly t1: number;
}

export interface SolveOptions {
  /** Default `dormandPrince54`. */
  readonly method?: Method;
  /** Relative tolerance, > 0. Default 1e−3. */
  readonly rtol?: number;
  /** Absolute tolerance, ≥ 0, one or one per component. Default 1e−6. */
  readonly atol?: number | ArrayLike<number>;
  /** Times between t0 and t1, in order, at which to save instead of after every step. */
  readonly saveAt?: ArrayLike<number>;
  /** Keep what `at` needs to evaluate the solution at any time. Default false. */
  readonly dense?: boolean;
  /**
   * Puts the state of every accepted step back, in place, on a manifold that the solution stays on. The order of
   * the method is kept if this moves it by O(h^(order + 1)).
   */
  readonly project?: (t: number, y: Float64Array) => void;
  /** Default: chosen automatically. */
  readonly firstStep?: number;
  /** Default ∞. */
  readonly maxStep?: number;
  /** Accepted and rejected steps together. Default 1 000 000. */
  readonly maxSteps?: number;
}

export interface Statistics {
  readonly rhs: number;
  readonly accepted: number;
  readonly rejected: number;
}

export interface Solution {
  /** Times: t0 and every accepted step, or `saveAt`. */
  readonly t: Float64Array;
  /** States at the times `t`. */
  readonly y: readonly Float64Array[];
  /** The interpolant at any time between t0 and t1. @throws ArgumentError without `dense` or outside. */
  at(t: number): Float64Array;
  readonly statistics: Statistics;
  readonly status: 'finished';
}

const safety = 0.9;
const smallestFactor = 0.2;
const largestFactor = 10;

/**
 * Integrates y' = rhs(t, y), y(t0) = y0, to t1. The local error of each step is kept below
 * atol + rtol·max(|y_i|) in the root mean square over the components; the higher order solution is continued.
 * @throws ArgumentError for wrong arguments; IntegrationError, with t, h and the last state, where the
 *   right-hand side throws or is not finite at the start, the step size underflows, or `maxSteps` is reached.
 */
export function solve(problem: InitialValueProblem, options: SolveOptions = {}): Solution {
  const { method = dormandPrince54, rtol = 1e-3, dense = false, project } = options;
  const { t0, t1 } = problem;
  const y = Float64Array.from(problem.y0);
  const n = y.length;
  const atol = checkTolerances(rtol, options.atol ?? 1e-6, n);
  checkProblem(problem, y);
  const saveAt = checkSaveAt(options.saveAt, t0, t1);
  const { maxStep = Infinity, maxSteps = 1_000_000 } = options;
  checkPositive('maxStep', maxStep);
  checkPositive('maxSteps', maxSteps);
  if (options.firstStep !== undefined) checkPositive('firstStep', options.firstStep);

  const direction = Math.sign(t1 - t0);
  const interval = Math.abs(t1 - t0);
  const counts = { rhs: 0, accepted: 0, rejected: 0 };
  let t = t0;
  let h = 0;
  const rhs: RightHandSide = (time, state, out) => {
    counts.rhs++;
    try {
      problem.rhs(time, state, out);
    } catch (cause) {
      throw new IntegrationError('rhsThrew', `rhs threw ${String(cause)}`, t, h, y.slice(), {
        cause,
      });
    }
  };

  const { stages, a, b, c, e } = method;
  const k = Array.from({ length: stages }, () => new Float64Array(n));
  const stage = new Float64Array(n);
  const next = new Float64Array(n);
  const error = new Float64Array(n);
  const exponent = method.embeddedOrder + 1;
  // Beyond these errors the factors are at their limits: no root is needed.
  const accuracyFloor = (safety / largestFactor) ** exponent;
  const accuracyCeiling = (safety / smallestFactor) ** exponent;

  rhs(t0, y, k[0]!);
  if (!k[0]!.every(Number.isFinite)) {
    throw new IntegrationError('nonFinite', 'rhs is not finite', t0, 0, y.slice());
  }
  h =
    options.firstStep ??
    startingStep(rhs, t0, y, k[0]!, direction, interval, method.embeddedOrder, atol, rtol);
  h = Math.min(h, maxStep, interval);

  const times: number[] = [];
  const states: Float64Array[] = [];
  const segments: Segment[] = [];
  const save = (time: number, state: Float64Array): void => {
    times.push(time);
    states.push(state.slice());
  };
  let saved = 0;
  if (!saveAt) save(t0, y);
  while (saveAt && saved < saveAt.length && saveAt[saved] === t0) save(saveAt[saved++]!, y);

  let rejectedBefore = false;
  while (t !== t1) {
    if (counts.accepted + counts.rejected >= maxSteps) {
      throw new IntegrationError('maxSteps', `${maxSteps} steps were not enough`, t, h, y.slice());
    }
    const smallest = 16 * Number.EPSILON * Math.max(Math.abs(t), Number.MIN_VALUE);
    if (!(h >= smallest)) {
      throw new IntegrationError('stepUnderflow', 'the step size underflowed', t, h, y.slice());
    }
    const remaining = Math.abs(t1 - t);
    const last = h >= remaining;
    if (last) h = remaining;
    const step = direction * h;
    const end = last ? t1 : t + step;

    for (let i = 1; i < stages; i++) {
      combine(y, step, a[i]!, k, stage);
      rhs(t + c[i]! * step, stage, k[i]!);
    }
    if (method.firstSameAsLast) next.set(stage);
    else combine(y, step, b, k, next);
    error.fill(0);
    for (let i = 0; i < stages; i++) {
      const weight = step * e[i]!;
      if (weight === 0) continue;
      const ki = k[i]!;
      for (let j = 0; j < n; j++) error[j] = error[j]! + weight * ki[j]!;
    }
    const size = scaledNorm(error, y, next, atol, rtol);

    if (!(size < 1)) {
      counts.rejected++;
      rejectedBefore = true;
      // A step that is not finite anywhere says nothing but that it was too long.
      h *=
        size < accuracyCeiling
          ? Math.max(smallestFactor, safety / root(size, exponent))
          : smallestFactor;
      continue;
    }

    counts.accepted++;
    const raw = dense || saveAt ? interpolant(method, t, step, y, k) : undefined;
    t = end;
    y.set(next);
    project?.(t, y);
    if (raw) {
      if (dense) segments.push(raw);
      while (saveAt && saved < saveAt.length && direction * (saveAt[saved]! - end) <= 0) {
        const time = saveAt[saved++]!;
        save(time, time === end ? y : interpolate(raw, time));
      }
    }
    if (!saveAt) save(t, y);
    let factor = size > accuracyFloor ? safety / root(size, exponent) : largestFactor;
    if (rejectedBefore) factor = Math.min(1, factor);
    rejectedBefore = false;
    h = Math.min(h * factor, maxStep);
    if (method.firstSameAsLast && !project) k[0]!.set(k[stages - 1]!);
    else rhs(t, y, k[0]!);
  }

  return {
    t: Float64Array.from(times),
    y: states,
    at(time) {
      if (!dense) throw new ArgumentError('dense', dense, 'true, to evaluate between the steps');
      if (!(direction * (time - t0) >= 0 && direction * (time - t1) <= 0)) {
        throw new ArgumentError('t', time, `between ${t0} and ${t1}`);
      }
      return interpolate(segments[segmentOf(segments, time, direction)]!, time);
    },
    statistics: counts,
    status: 'finished',
  };
}

/** One step's interpolant. */
interface Segment {
  readonly t: number;
  readonly step: number;
  readonly y: Float64Array;
  /** Σ_i k_i·p[i][j], for each j. */
  readonly coefficients: readonly Float64Array[];
}

/** out = y + step·Σ weights_i·k_i */
function combine(
  y: Float64Array,
  step: number,
  weights: readonly number[],
  k: readonly Float64Array[],
  out: Float64Array,
): void {
  out.set(y);
  for (let i = 0; i < weights.length; i++) {
    const weight = step * weights[i]!;
    if (weight === 0) continue;
    const ki = k[i]!;
    for (let j = 0; j < out.length; j++) out[j] = out[j]! + weight * ki[j]!;
  }
}

function interpolant(
  method: Method,
  t: number,
  step: number,
  y: Float64Array,
  k: readonly Float64Array[],
): Segment {
  const { p } = method.interpolant;
  const coefficients = p[0]!.map((_, power) => {
    const coefficient = new Float64Array(y.length);
    for (let i = 0; i < k.length; i++) {
      const weight = p[i]![power]!;
      if (weight === 0) continue;
      for (let j = 0; j < y.length; j++) coefficient[j] = coefficient[j]! + weight * k[i]![j]!;
    }
    return coefficient;
  });
  return { t, step, y: y.slice(), coefficients };
}

function interpolate({ t, step, y, coefficients }: Segment, time: number): Float64Array {
  const theta = (time - t) / step;
  return y.map((start, j) => {
    let sum = 0;
    for (let power = coefficients.length - 1; power >= 0; power--) {
      sum = theta * (sum + coefficients[power]![j]!);
    }
    return start + step * sum;
  });
}

/** The last segment that begins at or before `time`, by bisection. */
function segmentOf(segments: readonly Segment[], time: number, direction: number): number {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (direction * (segments[middle]!.t - time) <= 0) low = middle;
    else high = middle - 1;
  }
  return low;
}

function checkProblem({ rhs, t0, t1 }: InitialValueProblem, y0: Float64Array): void {
  if (typeof rhs !== 'function') throw new ArgumentError('rhs', rhs, 'a function (t, y, out)');
  if (!Number.isFinite(t0)) throw new ArgumentError('t0', t0, 'a finite number');
  if (!Number.isFinite(t1)) throw new ArgumentError('t1', t1, 'a finite number');
  if (t0 === t1) throw new ArgumentError('t1', t1, `a time other than t0 = ${t0}`);
  const wrong = y0.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new ArgumentError(`y0[${wrong}]`, y0[wrong], 'finite numbers');
}

function checkTolerances(
  rtol: number,
  atol: number | ArrayLike<number>,
  n: number,
): number | Float64Array {
  if (!(rtol > 0 && rtol < Infinity)) {
    throw new ArgumentError('rtol', rtol, 'a finite number > 0');
  }
  const list = typeof atol === 'number' ? [atol] : Array.from(atol);
  if (typeof atol !== 'number' && list.length !== n) {
    throw new ArgumentError('atol.length', list.length, `${n}, one per component`);
  }
  for (const value of list) {
    if (!(value >= 0 && value < Infinity)) {
      throw new ArgumentError('atol', value, 'finite numbers ≥ 0');
    }
  }
  return typeof atol === 'number' ? atol : Float64Array.from(list);
}

function checkSaveAt(
  saveAt: ArrayLike<number> | undefined,
  t0: number,
  t1: number,
): Float64Array | undefined {
  if (!saveAt) return undefined;
  const direction = Math.sign(t1 - t0);
  const times = Float64Array.from(saveAt);
  times.forEach((time, i) => {
    const after = i === 0 ? t0 : times[i - 1]!;
    if (!(direction * (time - after) >= 0 && direction * (time - t1) <= 0)) {
      throw new ArgumentError(`saveAt[${i}]`, time, `times from ${t0} to ${t1}, in order`);
    }
  });
  return times;
}

function checkPositive(argument: string, value: number): void {
  if (!(value > 0)) throw new ArgumentError(argument, value, 'a number > 0');
}
