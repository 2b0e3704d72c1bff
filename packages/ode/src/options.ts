import { ArgumentError, refuseMisspelt, requirePositive, type OptionNames } from '@nonsmooth/core';
import { integral, type Controller } from './control/controller.js';
import { rootMeanSquare, tolerance, type ErrorNorm, type Tolerance } from './control/norm.js';
import type { Event } from './events/event.js';
import { isList } from './list.js';
import type { Method } from './method.js';
import { dormandPrince54 } from './methods/dormand-prince-54.js';
import { requireProblem, type InitialValueProblem } from './problem.js';
import { requireFunctions } from './requirements.js';

/** Options of `solve` and `integrate`. */
export interface IntegrationOptions {
  /** Default `dormandPrince54`. */
  readonly method?: Method;
  /** Relative tolerance, > 0. Default 1e−3. */
  readonly rtol?: number;
  /** Absolute tolerance, ≥ 0, one or one per component. Default 1e−6. */
  readonly atol?: number | ArrayLike<number>;
  /** Default: root mean square over the components. */
  readonly norm?: ErrorNorm;
  /** Default: the method's. */
  readonly controller?: Controller;
  /** Default: chosen automatically. */
  readonly firstStep?: number;
  /** Longest step |h|, or a function that says it for the step from t. Default ∞. */
  readonly maxStep?: number | ((t: number) => number);
  /**
   * Times at which the right-hand side or a derivative of it jumps: a step ends there, its evaluations stay before the
   * jump, and the method begins anew behind it. Those outside of the interval do not matter.
   */
  readonly tstops?: ArrayLike<number>;
  /**
   * A time: ends the integration where, at its velocity, the state would change by less than the tolerances within
   * it, at the ends of two steps in succession. Explicit methods tremble within the tolerances about a point of rest:
   * a time longer than that of the fastest component asks for an implicit one. Default: does not end.
   */
  readonly steadyState?: number;
  /** Accepted and rejected steps together. Default 1 000 000. */
  readonly maxSteps?: number;
  /**
   * Takes every step with this size (the last one shorter, if it must be) and accepts it whatever its error. Methods
   * of variable order still begin with order 1, and so are of order 2 over all.
   */
  readonly fixedStep?: number;
  /**
   * How implicit methods solve their linear systems: `direct` by factorized matrices, `krylov` by products with the
   * Jacobian. Default: `krylov` if the problem gives `jacobianVector` and no `jacobian`.
   */
  readonly linearSolver?: 'direct' | 'krylov';
  /**
   * Puts the state of every accepted step back, in place, on a manifold that the solution stays on. The order of
   * the method is kept if this moves it by O(h^(order + 1)).
   */
  readonly project?: (t: number, y: Float64Array) => void;
  readonly events?: readonly Event[];
}

/** The names of the options of every integration. */
export const integrationOptionNames: OptionNames<IntegrationOptions> = {
  method: true,
  rtol: true,
  atol: true,
  norm: true,
  controller: true,
  firstStep: true,
  maxStep: true,
  tstops: true,
  steadyState: true,
  maxSteps: true,
  fixedStep: true,
  linearSolver: true,
  project: true,
  events: true,
};

/** The names of common options with further ones. */
export const optionNamesWith = (
  further: Readonly<Record<string, true>>,
): Readonly<Record<string, true>> => ({ ...integrationOptionNames, ...further });

/** Options, checked and completed. */
export interface Settings {
  readonly method: Method;
  readonly tolerance: Tolerance;
  readonly controller: Controller;
  readonly firstStep: number | undefined;
  readonly maxStep: number | ((t: number) => number);
  readonly tstops: Float64Array;
  readonly steadyState: number | undefined;
  readonly maxSteps: number;
  readonly fixedStep: number | undefined;
  readonly matrixFree: boolean;
}

/** The options, checked and completed. @throws ArgumentError */
export function settings<Mode>(
  problem: InitialValueProblem<Mode>,
  options: IntegrationOptions,
): Settings {
  requireProblem(problem);
  const { y0 } = problem;
  const { method = dormandPrince54, firstStep, fixedStep } = options;
  const { rtol = 1e-3, atol = 1e-6, norm = rootMeanSquare } = options;
  const { maxStep = Infinity, maxSteps = 1_000_000, linearSolver } = options;
  const { tstops = [], steadyState } = options;
  const { controller = method?.controller ?? integral, events = [], project } = options;
  const n = y0.length;
  if (typeof method?.stepper !== 'function') {
    throw new ArgumentError('method', method, 'a method such as dormandPrince54');
  }
  if (typeof controller?.propose !== 'function') {
    throw new ArgumentError('controller', controller, 'a controller such as proportionalIntegral');
  }
  const { safety, smallestFactor, largestFactor } = controller;
  requirePositive({ safety, smallestFactor, largestFactor });
  requireFunctions({ norm, project });
  if (!(isNumber(rtol) && rtol > 0 && rtol < Infinity))
    throw new ArgumentError('rtol', rtol, 'a finite number > 0');
  if (!isNumber(atol) && !isList(atol)) {
    throw new ArgumentError('atol', atol, 'a finite number ≥ 0, or one per component');
  }
  const list = typeof atol === 'number' ? [atol] : Array.from(atol);
  if (typeof atol !== 'number' && list.length !== n) {
    throw new ArgumentError('atol.length', list.length, `${n}, one per component`);
  }
  for (const value of list) {
    if (!(isNumber(value) && value >= 0 && value < Infinity)) {
      throw new ArgumentError('atol', value, 'finite numbers ≥ 0');
    }
  }
  const sizes = { maxSteps, firstStep, fixedStep, steadyState };
  const limited = typeof maxStep === 'function' ? sizes : { maxStep, ...sizes };
  for (const [name, value] of Object.entries(limited)) {
    if (value !== undefined && !(isNumber(value) && value > 0)) {
      throw new ArgumentError(name, value, 'a number > 0');
    }
  }
  if (linearSolver !== undefined && linearSolver !== 'direct' && linearSolver !== 'krylov') {
    throw new ArgumentError('linearSolver', linearSolver, "'direct' or 'krylov'");
  }
  if (!isList(tstops)) throw new ArgumentError('tstops', tstops, 'a list of times');
  const noTime = Array.from(tstops).findIndex((time) => !Number.isFinite(time));
  if (noTime >= 0) throw new ArgumentError(`tstops[${noTime}]`, tstops[noTime], 'finite numbers');
  if (!Array.isArray(events)) throw new ArgumentError('events', events, 'a list of events');
  for (const [i, event] of (events as readonly Event[]).entries()) requireEvent(event, i);
  if (!method.adaptive && fixedStep === undefined) {
    throw new ArgumentError(
      'fixedStep',
      fixedStep,
      `a number > 0: ${method.name} has no error estimate`,
    );
  }
  return {
    method,
    tolerance: tolerance(rtol, typeof atol === 'number' ? atol : Float64Array.from(list), norm, n),
    controller,
    firstStep,
    maxStep,
    tstops: Float64Array.from(tstops),
    steadyState,
    maxSteps,
    fixedStep,
    matrixFree: linearSolver
      ? linearSolver === 'krylov'
      : problem.jacobian === undefined && problem.jacobianVector !== undefined,
  };
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

function requireEvent(event: Event, i: number): void {
  refuseMisspelt(`events[${i}]`, event, ['name', 'value', 'direction', 'terminal', 'reset']);
  const { value, direction, terminal = true, reset } = event;
  if (typeof value !== 'function') {
    throw new ArgumentError(`events[${i}].value`, value, 'a function (t, y)');
  }
  requireFunctions({ [`events[${i}].reset`]: reset });
  if (direction !== undefined && direction !== 1 && direction !== -1) {
    throw new ArgumentError(`events[${i}].direction`, direction, '1, −1, or undefined for both');
  }
  if (typeof terminal !== 'boolean' && !(Number.isInteger(terminal) && terminal >= 1)) {
    throw new ArgumentError(`events[${i}].terminal`, terminal, 'a boolean or a count ≥ 1');
  }
}
