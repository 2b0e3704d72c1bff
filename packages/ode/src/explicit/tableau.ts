import type { Controller } from '../control/controller.js';

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

/** The dense output of an explicit Runge–Kutta method. */
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

/** All that defines an explicit Runge–Kutta method. */
export interface ExplicitDefinition extends Tableau {
  readonly name: string;
  readonly order: number;
  /** Order of the embedded solution. */
  readonly embeddedOrder: number;
  readonly interpolant: Interpolant;
  readonly controller?: Controller;
  readonly citation: string;
}
