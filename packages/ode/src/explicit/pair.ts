import type { Controller } from '../control/controller.js';
import { ArgumentError } from '../errors.js';
import type { Method } from '../method.js';
import { explicitStepper } from './stepper.js';

/** The coefficients of an explicit Runge–Kutta method in the notation of Hairer, Nørsett, Wanner. */
export interface Tableau {
  readonly stages: number;
  /** Strictly lower triangular, row i for stage i. */
  readonly a: readonly (readonly number[])[];
  readonly b: readonly number[];
  readonly c: readonly number[];
  /** b minus the embedded weights; missing if the method has no error estimate. */
  readonly e?: readonly number[];
  /** A second estimate ê of lower order: the error is then |e|²/√(|e|² + 0.01·|ê|²). */
  readonly lowerE?: readonly number[];
  /** Whether the last stage is the right-hand side at the new point (first same as last). */
  readonly firstSameAsLast: boolean;
}

export interface Interpolant {
  readonly order: number;
  /** y(t + θh) = y + h Σ_i k_i Σ_j p[i][j]·θ^(j+1), over the stages, y' at the end if not a stage, and `extra`. */
  readonly p: readonly (readonly number[])[];
  /** Stages that only the interpolant needs: rows over all earlier ones. */
  readonly extra?: {
    readonly a: readonly (readonly number[])[];
    readonly c: readonly number[];
  };
}

/** An explicit Runge–Kutta method, usually with an embedded one of lower order. */
export interface ExplicitMethod extends Method, Tableau {
  /** Order of the embedded solution. */
  readonly embeddedOrder: number;
  readonly interpolant: Interpolant;
}

export interface ExplicitDefinition extends Tableau {
  readonly name: string;
  readonly order: number;
  readonly embeddedOrder: number;
  readonly interpolant: Interpolant;
  readonly controller?: Controller;
  readonly citation: string;
}

/** Makes a method of its coefficients. @throws ArgumentError where they are not as many as the stages ask for. */
export function explicitMethod(definition: ExplicitDefinition): ExplicitMethod {
  const { stages, a, b, c, e = [], lowerE = [] } = definition;
  for (const [name, { length }] of Object.entries({ a, c })) {
    if (length !== stages) throw new ArgumentError(`${name}.length`, length, `${stages}: stages`);
  }
  // missing ones are 0
  for (const [name, { length }] of Object.entries({ b, e, lowerE })) {
    if (length > stages) throw new ArgumentError(`${name}.length`, length, `at most ${stages}`);
  }
  return {
    ...definition,
    interpolantOrder: definition.interpolant.order,
    adaptive: definition.e !== undefined,
    stepper: (system) => explicitStepper(definition, system),
  };
}
