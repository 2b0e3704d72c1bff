import { ArgumentError, requireKnownOptions, requirePositive } from '@nonsmooth/core';
import { exponential, logarithm } from './power.js';
import { requireProblem, type InitialValueProblem } from './problem.js';

/** A problem in s = ln(1 + (t − t0)/scale), with the way back to t. */
export interface LogTimeProblem<Mode = undefined> {
  /** dy/ds = (t − t0 + scale)·f(t, y). */
  readonly problem: InitialValueProblem<Mode>;
  /** t(s) = t0 + scale·(e^s − 1). */
  readonly time: (s: number) => number;
  readonly logTime: (t: number) => number;
  /**
   * A bound of the error that rounding of the right-hand side alone leaves at time t, along directions in which
   * nothing contracts: |t − t0| times `roundoff`, the absolute error of one right-hand side.
   */
  readonly roundingError: (t: number, roundoff: number) => number;
}

/**
 * The same problem in logarithmic time: for very long horizons, grids of output times per decade, and laws of growth
 * like y ~ a·ln t. It does not save many steps: adaptive ones grow with t anyway.
 * With `roundoff`, the absolute error that rounding leaves in one right-hand side, the solution reports `roundingError`.
 * @throws ArgumentError unless t1 > t0, scale > 0 and roundoff ≥ 0.
 */
export function inLogTime<Mode = undefined>(
  problem: InitialValueProblem<Mode>,
  options: { readonly scale?: number; readonly roundoff?: number } = {},
): LogTimeProblem<Mode> {
  requireProblem(problem);
  requireKnownOptions('options', options, ['scale', 'roundoff']);
  const { scale = 1, roundoff } = options;
  const { t0, t1, rhs, jacobian, jacobianVector, spectralRadius, modes } = problem;
  if (!(t1 > t0)) throw new ArgumentError('t1', t1, `a time after t0 = ${t0}`);
  requirePositive({ scale });
  if (roundoff !== undefined && !(Number.isFinite(roundoff) && roundoff >= 0))
    throw new ArgumentError('roundoff', roundoff, 'a finite number ≥ 0');
  if (modes)
    throw new ArgumentError('modes', 'given', 'none: their surfaces would not stay affine');
  const time = (s: number): number => t0 + scale * (exponential(s) - 1);
  const logTime = (t: number): number => logarithm(1 + (t - t0) / scale);
  const rate = (s: number): number => scale * exponential(s);
  const times = (out: Float64Array, factor: number): void => {
    for (let i = 0; i < out.length; i++) out[i] = factor * out[i]!;
  };
  const roundingError = (t: number, error: number): number => Math.abs(t - t0) * error;
  return {
    time,
    logTime,
    roundingError,
    problem: {
      y0: problem.y0,
      t0: 0,
      t1: logTime(t1),
      symmetric: problem.symmetric ?? false,
      ...(roundoff !== undefined && {
        roundingError: (s: number) => roundingError(time(s), roundoff),
      }),
      rhs(s, y, out, mode) {
        rhs(time(s), y, out, mode);
        times(out, rate(s));
      },
      ...(jacobian && {
        jacobian(s: number, y: Float64Array, out: Float64Array, mode: Mode) {
          jacobian(time(s), y, out, mode);
          times(out, rate(s));
        },
      }),
      ...(jacobianVector && {
        jacobianVector(s: number, y: Float64Array, v: Float64Array, out: Float64Array, mode: Mode) {
          jacobianVector(time(s), y, v, out, mode);
          times(out, rate(s));
        },
      }),
      ...(spectralRadius && {
        spectralRadius: (s: number, y: Float64Array, mode: Mode) =>
          rate(s) * spectralRadius(time(s), y, mode),
      }),
    },
  };
}
