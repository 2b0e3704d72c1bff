import { ArgumentError, once, VectorBlock } from '@nonsmooth/core';
import type { Memory } from '../memory.js';
import type { Method, Stepper } from '../method.js';
import { spectralRadius } from '../stabilized/spectral-radius.js';
import type { System } from '../system.js';

/** Beyond this |h|·ρ an explicit method of order 5 is held back by its stability: its limit is about 3.3. */
const stiffBound = 3;
const stiffSteps = 8;
/** Below this |h|·ρ an explicit method would take the same steps. */
const easyBound = 1;
const easyChecks = 2;
const stepsPerCheck = 20;

/** What it carries from step to step: which method is active, and the signs that it should be the other one. */
interface Judgement extends Memory {
  active: number;
  signs: number;
  contrary: number;
  steps: number;
  h: number;
}

/**
 * Steps by an explicit method until its steps are held back by stability, then by a stiff one until an explicit one
 * would do again.
 */
export class SwitchingStepper implements Stepper {
  readonly degree: number;
  private readonly explicit: Method;
  private readonly stiff: Method;
  private readonly system: System;
  private readonly found: { isStiff: boolean };
  private readonly explicitStepper: Stepper;
  /** What many integrations never ask for has matrices. */
  private readonly stiffStepper: () => Stepper;
  private readonly vector: Float64Array;
  private readonly product: Float64Array;
  private readonly end: Float64Array;
  private readonly own: Judgement;
  private active: Stepper;

  constructor(
    explicit: Method,
    stiff: Method,
    system: System,
    stiffness: { isStiff: boolean } = { isStiff: false },
  ) {
    const n = system.dimension;
    const block = new VectorBlock(3 * n);
    this.explicit = explicit;
    this.stiff = stiff;
    this.system = system;
    this.found = stiffness;
    this.explicitStepper = explicit.stepper(system);
    this.stiffStepper = once(() => stiff.stepper(system));
    this.vector = block.next(n);
    this.product = block.next(n);
    this.end = block.next(n);
    this.own = { active: stiffness.isStiff ? 1 : 0, signs: 0, contrary: 0, steps: 0, h: 0 };
    this.active = this.stepperOf(this.own.active);
    const degree = stiff.interpolantDegree ?? this.stiffStepper().degree;
    this.degree = Math.max(this.explicitStepper.degree, degree);
  }

  get memory(): Memory {
    const { own, vector } = this;
    const { memory: explicit } = this.explicitStepper;
    return { own, explicit, stiff: this.stiffStepper().memory, vector };
  }

  get derivative(): Float64Array {
    return this.active.derivative;
  }

  get coarseInterpolant(): boolean {
    return (this.own.active === 0 ? this.explicit : this.stiff).coarseInterpolant ?? false;
  }

  get errorExponent(): number {
    return this.active.errorExponent;
  }

  get longestStep(): number {
    return this.active.longestStep ?? Infinity;
  }

  get next(): Float64Array {
    return this.active.next;
  }

  begin(t: number, y: Float64Array): void {
    this.active.begin(t, y);
  }

  attempt(h: number): number {
    this.own.h = h;
    return this.active.attempt(h);
  }

  interpolant(coefficients: readonly Float64Array[]): number {
    return this.active.interpolant(coefficients);
  }

  ownFactor(accepted: boolean, error: number): number | undefined {
    return this.active.ownFactor?.(accepted, error);
  }

  accept(t: number, projected: boolean): void {
    const { own, active } = this;
    const isHeld = own.active === 0 && (active.stiffness ?? 0) > stiffBound;
    active.accept(t, projected);
    own.steps++;
    if (own.active === 0) {
      if (isHeld) {
        own.signs++;
        own.contrary = 0;
        if (own.signs === stiffSteps) this.change(1, t);
      } else if (own.signs > 0 && ++own.contrary === stiffSteps) own.signs = 0;
    } else if (own.steps % stepsPerCheck === 0) {
      const { system, vector, product } = this;
      const radius = spectralRadius(system, t, active.next, active.derivative, vector, product);
      own.signs = Math.abs(own.h) * radius < easyBound ? own.signs + 1 : 0;
      if (own.signs === easyChecks) this.change(0, t);
    }
  }

  restored(): void {
    const { active } = this.own;
    if (active !== 0 && active !== 1) {
      throw new ArgumentError('from.stepper.own.active', active, '0, 1');
    }
    this.active = this.stepperOf(active);
    this.active.restored?.();
  }

  private stepperOf(index: number): Stepper {
    return index === 0 ? this.explicitStepper : this.stiffStepper();
  }

  private change(to: 0 | 1, t: number): void {
    const { own, end } = this;
    end.set(this.active.next);
    own.active = to;
    this.found.isStiff = to === 1;
    own.signs = 0;
    own.contrary = 0;
    own.steps = 0;
    this.active = this.stepperOf(to);
    this.active.begin(t, end);
  }
}
