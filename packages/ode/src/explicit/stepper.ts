import { norm2, VectorBlock } from '@nonsmooth/core';
import { hermiteCoefficients } from '../hermite-coefficients.js';
import type { Stepper } from '../method.js';
import type { System } from '../system.js';
import type { Combination } from './combination.js';
import type { Combinations } from './combinations.js';
import type { ExplicitDefinition } from './tableau.js';

/** Where |h|·ρ(∂f/∂y) is above this, stability may be what limits the steps. */
const atStabilityLimit = 3;

/** Steps by y_(n+1) = y_n + h Σ b_i k_i, k_i = f(t + c_i h, y_n + h Σ_j a_ij k_j). */
export class ExplicitStepper implements Stepper {
  readonly memory: { t: number; readonly y: Float64Array; readonly derivative: Float64Array };
  readonly derivative: Float64Array;
  readonly errorExponent: number;
  readonly degree: number;
  readonly next: Float64Array;
  private readonly method: ExplicitDefinition;
  private readonly combinations: Combinations;
  private readonly system: System;
  /** All stages one after the other, and each of them. */
  private readonly stages: Float64Array;
  private readonly k: readonly Float64Array[];
  private readonly zero: Float64Array;
  private readonly stage: Float64Array;
  private readonly errors: Float64Array;
  /** The stage that is y' at the end of the step. */
  private readonly end: number;
  /** A stage before it, at the same time and of another state, tells how fast f changes with y; or −1. */
  private readonly twin: number;
  private readonly twinState: Float64Array;
  private h = 0;
  private isEndKnown = false;

  constructor(method: ExplicitDefinition, combinations: Combinations, system: System) {
    const { stages, c, firstSameAsLast, interpolant } = method;
    const n = system.dimension;
    const count = interpolant.p.length;
    const block = new VectorBlock((count + 6) * n);
    this.method = method;
    this.combinations = combinations;
    this.system = system;
    this.stages = block.next(count * n);
    this.k = interpolant.p.map((_, i) => this.stages.subarray(i * n, (i + 1) * n));
    this.zero = block.next(n);
    this.derivative = this.k[0]!;
    this.memory = { t: 0, y: block.next(n), derivative: this.derivative };
    this.stage = block.next(n);
    this.next = block.next(n);
    this.errors = block.next(n);
    this.end = firstSameAsLast ? stages - 1 : stages;
    this.twin = c[this.end - 1] === 1 && interpolant.p.length > this.end ? this.end - 1 : -1;
    this.twinState = block.next(this.twin > 0 ? n : 0);
    this.errorExponent = method.embeddedOrder + 1;
    this.degree = combinations.powers.length;
  }

  begin(t: number, start: Float64Array): void {
    const { memory, derivative, system } = this;
    memory.t = t;
    memory.y.set(start);
    system.rhs(t, memory.y, derivative);
  }

  attempt(h: number): number {
    const { method, combinations, system, memory, k, stage, next, twin, twinState } = this;
    const { stages: all } = this;
    const { stages, c, firstSameAsLast } = method;
    const { rows, step, errorOf, lowerErrorOf } = combinations;
    const { y } = memory;
    this.h = h;
    this.isEndKnown = firstSameAsLast;
    for (let i = 1; i < stages; i++) {
      const isEnd = firstSameAsLast && i === stages - 1;
      const state = isEnd ? next : i === twin ? twinState : stage;
      rows[i]!.write(all, y, h, state);
      system.rhs(memory.t + c[i]! * h, state, k[i]!);
    }
    if (!firstSameAsLast) step.write(all, y, h, next);
    if (!errorOf) {
      for (let i = 0; i < next.length; i++) if (!Number.isFinite(next[i])) return Number.NaN;
      return 0;
    }
    const error = this.estimate(errorOf);
    if (!lowerErrorOf || error === 0) return error;
    const lower = this.estimate(lowerErrorOf);
    return (error * error) / Math.sqrt(error * error + 0.01 * lower * lower);
  }

  private estimate(combination: Combination): number {
    const { stages, zero, h, errors, system, memory, next } = this;
    combination.write(stages, zero, h, errors);
    return system.tolerance.size(errors, memory.y, next);
  }

  get stiffness(): number {
    return this.method.firstSameAsLast ? this.estimateStiffness() : 0;
  }

  /** Hairer, Wanner, Solving Ordinary Differential Equations II, section IV.2; where the last stage is known. */
  private estimateStiffness(): number {
    const { twin, twinState, k, next, h, errors: slopes, stage: distances } = this;
    if (twin < 0) return 0;
    const last = k[this.end]!;
    const before = k[twin]!;
    for (let i = 0; i < next.length; i++) {
      slopes[i] = last[i]! - before[i]!;
      distances[i] = next[i]! - twinState[i]!;
    }
    const distance = norm2(distances);
    return distance > 0 ? Math.abs(h) * (norm2(slopes) / distance) : 0;
  }

  interpolant(coefficients: readonly Float64Array[]): number {
    const { method, combinations, system, memory, k, stage, next, h, degree } = this;
    const { stages: all, zero } = this;
    const { firstSameAsLast, interpolant } = method;
    const { extraRows, powers, quartic } = combinations;
    const { y } = memory;
    const { end } = this;
    // Without the first-same-as-last property the interpolant may use y' at the end as one more stage.
    if (!firstSameAsLast && interpolant.p.length > end) {
      system.rhs(memory.t + h, next, k[end]!);
      this.isEndKnown = true;
    }
    for (let i = 0; i < extraRows.length; i++) {
      extraRows[i]!.write(all, y, h, stage);
      system.rhs(memory.t + interpolant.extra!.c[i]! * h, stage, k[end + 1 + i]!);
    }
    coefficients[0]!.set(y);
    if (quartic) quartic.write(all, zero, h, coefficients);
    else for (let j = 0; j < degree; j++) powers[j]!.write(all, zero, h, coefficients[j + 1]!);
    const isDoubtful = extraRows.length > 0 && this.estimateStiffness() > atStabilityLimit;
    if (!isDoubtful || !this.isCubicBetter(coefficients)) return degree;
    return hermiteCoefficients(h, y, this.derivative, next, k[end]!, coefficients);
  }

  /**
   * Whether the cubic through both ends satisfies the equation better in the middle of the step than the interpolant. At
   * the limit of stability, where steps are short for an interpolant, its further stages enlarge what trembles.
   */
  private isCubicBetter(coefficients: readonly Float64Array[]): boolean {
    const { system, memory, k, stage: state, errors: slope, next, derivative, h, degree } = this;
    const { y } = memory;
    const last = k[this.end]!;
    const spare = k[this.end + 1]!;
    const defect = (): number => {
      system.rhs(memory.t + h / 2, state, spare);
      for (let i = 0; i < y.length; i++) slope[i] = slope[i]! - h * spare[i]!;
      return system.tolerance.size(slope, y, next);
    };
    for (let i = 0; i < y.length; i++) {
      state[i] = 0;
      slope[i] = 0;
      for (let j = degree; j >= 0; j--) {
        slope[i] = slope[i]! / 2 + state[i]!;
        state[i] = state[i]! / 2 + coefficients[j]![i]!;
      }
    }
    const own = defect();
    if (own <= 1) return false;
    for (let i = 0; i < y.length; i++) {
      const rise = next[i]! - y[i]!;
      state[i] = y[i]! + rise / 2 + (h * (derivative[i]! - last[i]!)) / 8;
      slope[i] = 1.5 * rise - (h * (derivative[i]! + last[i]!)) / 4;
    }
    return defect() < own;
  }

  accept(t: number, projected: boolean): void {
    const { memory, derivative, k, next, system } = this;
    memory.t = t;
    memory.y.set(next);
    if (!this.isEndKnown || projected) system.rhs(t, memory.y, derivative);
    else derivative.set(k[this.end]!);
  }
}
