import { hermiteCoefficients } from '../hermite-coefficients.js';
import { spectralRadius, stir } from './spectral-radius.js';
import type { Stepper } from '../method.js';
import type { System } from '../system.js';

/** What one step of a stabilized method reads and writes. */
export interface StageWork {
  readonly system: System;
  readonly t: number;
  readonly h: number;
  readonly y: Float64Array;
  /** f(t, y) */
  readonly derivative: Float64Array;
  readonly next: Float64Array;
  readonly error: Float64Array;
  /** f(t + h, next), where the scheme needs it. */
  readonly end: Float64Array;
  /** As many as the scheme asks for. */
  readonly scratch: readonly Float64Array[];
}

/** An explicit scheme with any number of stages, stable on the real axis from −boundary(stages) to 0. */
export interface StabilizedScheme {
  readonly errorExponent: number;
  readonly largestStages: number;
  /** At least 1. */
  readonly scratchVectors: number;
  /** Stages that are enough for steps h with h·ρ = x. */
  stages(x: number): number;
  boundary(stages: number): number;
  /** Writes `next` and `error`; says whether it wrote `end`. */
  step(work: StageWork, stages: number): boolean;
}

/** Accepted steps that one estimate of the spectral radius serves for. */
const stepsPerEstimate = 25;

/** Chooses the stages of every step by the spectral radius, which it estimates where it must. */
export function stabilizedStepper(scheme: StabilizedScheme, system: System): Stepper {
  const n = system.dimension;
  const vector = (): Float64Array => new Float64Array(n);
  const work = {
    system,
    t: 0,
    h: 0,
    y: vector(),
    derivative: vector(),
    next: vector(),
    error: vector(),
    end: vector(),
    scratch: Array.from({ length: scheme.scratchVectors }, vector),
  };
  const { y, derivative, next, error, end } = work;
  /** h·ρ of the longest steps, with room for their rounding. */
  const longest = scheme.boundary(scheme.largestStages) * (1 - 1e-9);
  /** `age`: accepted steps since the radius was estimated. */
  const memory = { t: 0, y, derivative, radius: 0, age: 0, direction: vector() };
  let endKnown = false;
  let attempted = false;
  let tooLong = false;

  const estimate = (): void => {
    memory.radius = spectralRadius(
      system,
      memory.t,
      y,
      derivative,
      memory.direction,
      work.scratch[0]!,
    );
    memory.age = 0;
  };
  const knowEnd = (): void => {
    if (!endKnown) system.rhs(memory.t + work.h, next, end);
    endKnown = true;
  };

  return {
    memory,
    derivative,
    errorExponent: scheme.errorExponent,
    degree: 3,
    next,
    begin(t, start) {
      memory.t = t;
      y.set(start);
      system.rhs(t, y, derivative);
      memory.age = stepsPerEstimate;
      attempted = false;
    },
    /** One Euler step of 1/ρ shows the curvature; a tenth of the step whose error is then at the tolerance. */
    firstStep(direction, interval) {
      estimate();
      const probe = Math.min(interval, memory.radius > 0 ? 1 / memory.radius : interval);
      for (let i = 0; i < n; i++) next[i] = y[i]! + direction * probe * derivative[i]!;
      system.rhs(memory.t + direction * probe, next, end);
      for (let i = 0; i < n; i++) error[i] = probe * (end[i]! - derivative[i]!);
      const size = Math.sqrt(system.tolerance.size(error, y, y));
      // a component without any tolerance
      if (!(size < Infinity)) return 1e-6 * interval;
      return 0.1 * probe < interval * size ? (0.1 * probe) / size : interval;
    },
    attempt(h) {
      const stale = attempted && memory.age > 0;
      // the rejection may mean that the vector has no part along a new large eigenvalue
      if (stale) stir(memory.direction);
      if (stale || memory.age >= stepsPerEstimate) estimate();
      else if (system.spectralRadius && memory.age > 0) estimate();
      endKnown = false;
      const stages = scheme.stages(Math.abs(h) * memory.radius);
      tooLong = !(stages <= scheme.largestStages);
      if (tooLong) return Number.NaN;
      attempted = true;
      work.t = memory.t;
      work.h = h;
      endKnown = scheme.step(work, stages);
      return system.tolerance.size(error, y, next);
    },
    interpolant(coefficients) {
      knowEnd();
      return hermiteCoefficients(work.h, y, derivative, next, end, coefficients);
    },
    accept(t, projected) {
      if (projected) endKnown = false;
      memory.t = t;
      y.set(next);
      if (endKnown) derivative.set(end);
      else system.rhs(t, y, derivative);
      memory.age++;
      attempted = false;
    },
    get longestStep() {
      return longest / memory.radius;
    },
    // to the longest step
    ownFactor: () => (tooLong ? 1 : undefined),
  };
}
