import { VectorBlock } from '@nonsmooth/core';
import type { Memory } from '../memory.js';
import type { Stepper } from '../method.js';
import { evaluate, type Segment } from '../segment.js';
import type { System } from '../system.js';

/** Below this ratio of a step to the next one the step before says little about the interpolant. */
const shortest = 0.05;

/**
 * Measures the error of an interpolant that is less accurate than the steps. Continued back to the start of the step
 * before, it misses the state there by w(−r)/w(θ) times its error at θ, where w(θ) = θ²(1 − θ)² for cubics through
 * both ends with their derivatives, and r is the ratio of the steps. Where there is no step before, by half a step.
 */
export class DenseCheck {
  /** The start of the last step, for checkpoints. */
  readonly memory: { known: number; t: number; readonly y: Float64Array } & Memory;
  readonly #system: System;
  readonly #difference: Float64Array;

  constructor(system: System) {
    const { dimension } = system;
    const block = new VectorBlock(2 * dimension);
    this.memory = { known: 0, t: 0, y: block.next(dimension) };
    this.#system = system;
    this.#difference = block.next(dimension);
  }

  /** The solution begins anew: nothing before this point is on it. */
  forget(): void {
    this.memory.known = 0;
  }

  /** A step from here has been taken. */
  remember(t: number, y: Float64Array): void {
    this.memory.known = 1;
    this.memory.t = t;
    this.memory.y.set(y);
  }

  /** Size of the error of the interpolant just computed, 1 at the tolerance; the last attempt may be repeated. */
  size(segment: Segment, stepper: Stepper): number {
    const { known, t, y } = this.memory;
    const ratio = (segment.start - t) / segment.step;
    if (known === 0 || !(ratio >= shortest)) return this.#sizeByHalfStep(segment, stepper);
    const missed = this.#sizeOfMiss(segment, -ratio, y);
    const weight = ratio * (1 + ratio);
    return missed / (16 * weight * weight);
  }

  #sizeOfMiss(segment: Segment, theta: number, y: Float64Array): number {
    const difference = this.#difference;
    evaluate(segment, theta, difference);
    for (let i = 0; i < y.length; i++) difference[i] = difference[i]! - y[i]!;
    return this.#system.tolerance.size(difference, y, y);
  }

  #sizeByHalfStep(segment: Segment, stepper: Stepper): number {
    const half = stepper.attempt(segment.step / 2);
    // half of it has no result: neither has the interpolant
    const size = Number.isNaN(half) ? Infinity : 2 * this.#sizeOfMiss(segment, 0.5, stepper.next);
    const again = stepper.attempt(segment.step);
    stepper.interpolant(segment.coefficients);
    return Number.isNaN(again) ? Infinity : size;
  }
}
