import { ArgumentError, VectorBlock } from '@nonsmooth/core';
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

/**
 * Steps by an explicit method until its steps are held back by stability, then by a stiff one until an explicit one
 * would do again.
 */
export function switchingStepper(
  explicit: Method,
  stiff: Method,
  system: System,
  stiffness: { isStiff: boolean } = { isStiff: false },
): Stepper {
  const steppers: [Stepper, Stepper | undefined] = [explicit.stepper(system), undefined];
  // what many integrations never ask for has matrices
  const stepperOf = (index: 0 | 1): Stepper =>
    index === 0 ? steppers[0] : (steppers[1] ??= stiff.stepper(system));
  const n = system.dimension;
  const block = new VectorBlock(3 * n);
  const vector = block.next(n);
  const product = block.next(n);
  const end = block.next(n);
  const own = { active: stiffness.isStiff ? 1 : 0, signs: 0, contrary: 0, steps: 0, h: 0 };
  let active: Stepper = stepperOf(own.active as 0 | 1);

  const change = (to: 0 | 1, t: number): void => {
    end.set(active.next);
    own.active = to;
    stiffness.isStiff = to === 1;
    own.signs = 0;
    own.contrary = 0;
    own.steps = 0;
    active = stepperOf(to);
    active.begin(t, end);
  };

  return {
    get memory() {
      return { own, explicit: steppers[0].memory, stiff: stepperOf(1).memory, vector };
    },
    get derivative() {
      return active.derivative;
    },
    get coarseInterpolant() {
      return (own.active === 0 ? explicit : stiff).coarseInterpolant ?? false;
    },
    get errorExponent() {
      return active.errorExponent;
    },
    get longestStep() {
      return active.longestStep ?? Infinity;
    },
    degree: Math.max(steppers[0].degree, stiff.interpolantDegree ?? stepperOf(1).degree),
    get next() {
      return active.next;
    },
    begin(t, y) {
      active.begin(t, y);
    },
    attempt(h) {
      own.h = h;
      return active.attempt(h);
    },
    interpolant: (coefficients) => active.interpolant(coefficients),
    ownFactor: (accepted, error) => active.ownFactor?.(accepted, error),
    accept(t, projected) {
      const held = own.active === 0 ? (active.stiffness ?? 0) > stiffBound : false;
      active.accept(t, projected);
      own.steps++;
      if (own.active === 0) {
        if (held) {
          own.signs++;
          own.contrary = 0;
          if (own.signs === stiffSteps) change(1, t);
        } else if (own.signs > 0 && ++own.contrary === stiffSteps) own.signs = 0;
      } else if (own.steps % stepsPerCheck === 0) {
        const radius = spectralRadius(system, t, active.next, active.derivative, vector, product);
        own.signs = Math.abs(own.h) * radius < easyBound ? own.signs + 1 : 0;
        if (own.signs === easyChecks) change(0, t);
      }
    },
    restored() {
      if (own.active !== 0 && own.active !== 1) {
        throw new ArgumentError('from.stepper.own.active', own.active, '0, 1');
      }
      active = stepperOf(own.active);
      active.restored?.();
    },
  };
}
