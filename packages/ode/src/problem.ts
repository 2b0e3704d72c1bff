import {
  ArgumentError,
  refuseMisspelt,
  requireBoolean,
  requireNumber,
  type OptionNames,
} from '@nonsmooth/core';
import { isList } from './list.js';
import { requireModes, type Modes } from './modes/modes.js';
import { requireFunctions } from './requirements.js';

/** Writes y'(t) into `out`, every component; must not keep or change `y`. */
export type RightHandSide = (t: number, y: Float64Array, out: Float64Array) => void;

/** A right-hand side that depends on a mode, which is held fixed within each step. */
export type ModalRightHandSide<Mode> = (
  t: number,
  y: Float64Array,
  out: Float64Array,
  mode: Mode,
) => void;

/** y' = rhs(t, y), y(t0) = y0, with what is known about the right-hand side's derivatives. */
export interface InitialValueProblem<Mode = undefined, Note = unknown> {
  readonly rhs: ModalRightHandSide<Mode>;
  readonly y0: ArrayLike<number>;
  readonly t0: number;
  /** May be less than t0: then time runs backward. */
  readonly t1: number;
  /** Writes ∂f/∂y, row by row, n² numbers. Default: forward differences. */
  readonly jacobian?: (t: number, y: Float64Array, out: Float64Array, mode: Mode) => void;
  /** Writes (∂f/∂y)·v. Default: a difference quotient along v, one right-hand side. */
  readonly jacobianVector?: (
    t: number,
    y: Float64Array,
    v: Float64Array,
    out: Float64Array,
    mode: Mode,
  ) => void;
  /** Writes ∂f/∂t; only Rosenbrock methods ask for it. Default: a difference quotient, none if `autonomous`. */
  readonly timeDerivative?: (t: number, y: Float64Array, out: Float64Array, mode: Mode) => void;
  /** Whether f does not depend on t. Default false. */
  readonly autonomous?: boolean;
  /** Whether ∂f/∂y is symmetric, as it is for gradient flows. Default false. */
  readonly symmetric?: boolean;
  /** A bound of the spectral radius of ∂f/∂y, for stabilized methods. Default: estimated by a power method. */
  readonly spectralRadius?: (t: number, y: Float64Array, mode: Mode) => number;
  /** A bound of the error that rounding of the right-hand side alone leaves in the state at t; solutions report it. */
  readonly roundingError?: (t: number) => number;
  /** Takes a discontinuous right-hand side apart into smooth ones. */
  readonly modes?: Modes<Mode, Note>;
}

const names: OptionNames<InitialValueProblem> = {
  rhs: true,
  y0: true,
  t0: true,
  t1: true,
  jacobian: true,
  jacobianVector: true,
  timeDerivative: true,
  autonomous: true,
  symmetric: true,
  spectralRadius: true,
  roundingError: true,
  modes: true,
};

/** Throws ArgumentError where a part of the problem is missing, is wrong, or has a name that looks misspelt. */
export function requireProblem<Mode>(problem: InitialValueProblem<Mode>): void {
  refuseMisspelt('problem', problem, Object.keys(names));
  const { rhs, y0, t0, t1, autonomous, symmetric, modes } = problem;
  if (typeof rhs !== 'function') throw new ArgumentError('rhs', rhs, 'a function (t, y, out)');
  const { jacobian, jacobianVector, timeDerivative, spectralRadius, roundingError } = problem;
  requireFunctions({ jacobian, jacobianVector, timeDerivative, spectralRadius, roundingError });
  requireNumber('t0', t0);
  requireNumber('t1', t1);
  if (t0 === t1) throw new ArgumentError('t1', t1, `a time other than t0 = ${t0}`);
  if (!isList(y0)) throw new ArgumentError('y0', y0, 'a list of finite numbers');
  for (let i = 0; i < y0.length; i++) {
    if (!Number.isFinite(y0[i])) throw new ArgumentError(`y0[${i}]`, y0[i], 'finite numbers');
  }
  requireBoolean('autonomous', autonomous);
  requireBoolean('symmetric', symmetric);
  if (modes !== undefined) requireModes(modes);
}

/** What an integration has cost so far. */
export interface Statistics {
  /** Right-hand sides, all of them: probes, differences and restarts too. */
  readonly rhs: number;
  readonly jacobians: number;
  /** Jacobian–vector products by the problem's own function; difference quotients count as right-hand sides. */
  readonly jacobianVectors: number;
  readonly factorizations: number;
  readonly spectralRadii: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Restarts at events and changes of mode. */
  readonly restarts: number;
}
