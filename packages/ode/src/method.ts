import { ArgumentError } from '@nonsmooth/core';
import type { Controller } from './control/controller.js';
import type { Memory } from './memory.js';
import type { System } from './system.js';

/** A method for initial value problems, as a value: what it is, whose it is, and how it steps. */
export interface Method {
  readonly name: string;
  /** Order of the solution that is continued; the highest one of a method of variable order. */
  readonly order: number;
  /** Order of the interpolant. */
  readonly interpolantOrder: number;
  /**
   * Whether the interpolant is less accurate than the steps, as for long steps of stiff, stabilized and exponential
   * methods. Then steps end at the times of `saveAt`, and where `dense`, events or modes need the interpolant, steps
   * are kept so short that it is within the tolerance. Default false.
   */
  readonly coarseInterpolant?: boolean;
  /** Highest degree of the interpolant, where it is known before there is a stepper. */
  readonly interpolantDegree?: number;
  /** Whether the method estimates its error. If not, it needs `fixedStep`. */
  readonly adaptive: boolean;
  /** The controller that suits the method; default the elementary one. */
  readonly controller?: Controller;
  readonly citation: string;
  stepper(system: System): Stepper;
}

/**
 * One run of a method on one system. All steps start from the current point; step sizes, acceptance and events are
 * the caller's.
 */
export interface Stepper<Kept extends Memory = Memory> {
  /** What a checkpoint copies, and all that the next step depends on. */
  readonly memory: Kept;
  /** y' at the current point. */
  readonly derivative: Float64Array;
  /** The error of a step is O(h^errorExponent). */
  readonly errorExponent: number;
  /** Highest degree of the interpolant. */
  readonly degree: number;
  /** Whether the interpolant of the next step will be coarse; default: as the method says. */
  readonly coarseInterpolant?: boolean;
  /** Starts at a point, forgetting every step before. */
  begin(t: number, y: Float64Array): void;
  /** The method's own first step size, if it has one. */
  firstStep?(direction: number, interval: number): number;
  /** Computes `next` at t + h. Returns the size of the error, 1 at the tolerance; NaN where there is no result. */
  attempt(h: number): number;
  readonly next: Float64Array;
  /**
   * Writes the interpolant of the last attempt, y(t + θh) = Σ_j c_j θ^j, 0 ≤ θ ≤ 1; returns its degree. Called
   * before `accept`.
   */
  interpolant(coefficients: readonly Float64Array[]): number;
  /** Moves to `next`, which a projection may have changed. */
  accept(t: number, projected: boolean): void;
  /** The method's own factor from the step just tried to the next one; undefined leaves it to the controller. */
  ownFactor?(accepted: boolean, error: number): number | undefined;
  /** The longest step |h| that can have a result, as far as is known; default ∞. */
  readonly longestStep?: number;
  /** A lower estimate of |h|·ρ(∂f/∂y) of the last attempt, if it comes for free. */
  readonly stiffness?: number;
  /** Rebuilds what follows from `memory`, after it was restored. */
  restored?(): void;
}

/** Throws ArgumentError unless a method has made a stepper. */
export function requireStepper(stepper: Stepper): void {
  const { begin, attempt, interpolant, accept } = Object(stepper) as Partial<Stepper>;
  if ([begin, attempt, interpolant, accept].every((part) => typeof part === 'function')) return;
  throw new ArgumentError('method.stepper(…)', stepper, 'a stepper');
}
