import {
  ArgumentError,
  requireFunction,
  requireObject,
  requireOneOf,
  requirePositive,
} from '@nonsmooth/core';
import type { ScalarFunction } from '@nonsmooth/autodiff';

/** C¹ functions A_ε that tend to relu as ε → 0, with locally bounded derivatives. */
export interface ApproximationFamily {
  readonly name: string;
  /** lim A_ε'(0): the value of relu'(0) that the limit of the gradients corresponds to in the first layer. */
  readonly derivativeAtZero: number;
  /**
   * The side on which A_ε differs from relu within (0, ε) or (−ε, 0) only: there every fixed argument is
   * eventually treated exactly. 'none' if A_ε differs from relu everywhere and merely converges.
   */
  readonly inexactSide: 'positive' | 'negative' | 'none';
  at(epsilon: number): ScalarFunction;
}

/** The members of a family, for ε > 0. */
function checked(at: (epsilon: number) => ScalarFunction): (epsilon: number) => ScalarFunction {
  return (epsilon) => {
    requirePositive({ epsilon });
    return at(epsilon);
  };
}

/** Throws ArgumentError unless the family has a name, a side and its members. */
export function requireFamily(family: ApproximationFamily): void {
  requireObject('family', family);
  if (typeof family.name !== 'string') {
    throw new ArgumentError('family.name', family.name, 'a name');
  }
  requireOneOf('family.inexactSide', family.inexactSide, ['positive', 'negative', 'none']);
  requireFunction('family.at', (family as { readonly at: unknown }).at);
}

/**
 * A_ε(x) = 0 for x ≤ 0, ε·h(x/ε) on (0, ε) with h(t) = 2t² − t³, x for x ≥ ε; 0 ≤ A_ε' ≤ 4/3 and
 * 0 ≤ relu − A_ε ≤ 4ε/27 (arXiv 2501.15646, convention relu'(0) = 0).
 */
export const eventuallyExact: ApproximationFamily = {
  name: 'eventuallyExact',
  derivativeAtZero: 0,
  inexactSide: 'positive',
  at: checked((epsilon) => ({
    name: `eventuallyExact(ε=${epsilon})`,
    value(x) {
      if (x <= 0) return 0;
      if (x >= epsilon) return x;
      const t = x / epsilon;
      return epsilon * (t * t * (2 - t));
    },
    derivative(x) {
      if (x <= 0) return 0;
      if (x >= epsilon) return 1;
      const t = x / epsilon;
      return t * (4 - 3 * t);
    },
    secondDerivative: (x) => (x <= 0 || x >= epsilon ? 0 : (4 - (6 * x) / epsilon) / epsilon),
  })),
};

/** x + A_ε(−x), with derivatives in [−1/3, 1]: the convention relu'(0) = 1. */
export const eventuallyExactMirrored: ApproximationFamily = {
  name: 'eventuallyExactMirrored',
  derivativeAtZero: 1,
  inexactSide: 'negative',
  at: checked((epsilon) => {
    const fn = eventuallyExact.at(epsilon);
    return {
      name: `eventuallyExactMirrored(ε=${epsilon})`,
      // beyond the kink the value is 0 exactly, not x + (−x) of a rounded −x
      value: (x) => (x <= -epsilon ? 0 : x + fn.value(-x)),
      derivative: (x) => 1 - fn.derivative(-x),
      secondDerivative: (x) => fn.secondDerivative!(-x),
    };
  }),
};

/** ε·log(1 + exp(x/ε)): only converges, and shifts deeper kinks by O(ε). */
export const softplusFamily: ApproximationFamily = {
  name: 'softplus',
  derivativeAtZero: 0.5,
  inexactSide: 'none',
  at: checked((epsilon) => ({
    name: `softplus(ε=${epsilon})`,
    value: (x) => Math.max(x, 0) + epsilon * Math.log1p(Math.exp(-Math.abs(x) / epsilon)),
    derivative: (x) => logistic(x / epsilon),
    secondDerivative: (x) => (logistic(x / epsilon) * logistic(-x / epsilon)) / epsilon,
  })),
};

/** 0 for x ≤ 0, x²/(2ε) on (0, ε), x − ε/2 for x ≥ ε: only converges. */
export const huberFamily: ApproximationFamily = {
  name: 'huber',
  derivativeAtZero: 0,
  inexactSide: 'none',
  at: checked((epsilon) => ({
    name: `huber(ε=${epsilon})`,
    value(x) {
      if (x <= 0) return 0;
      return x >= epsilon ? x - epsilon / 2 : (x * x) / (2 * epsilon);
    },
    derivative: (x) => Math.min(1, Math.max(0, x / epsilon)),
    secondDerivative: (x) => (x > 0 && x < epsilon ? 1 / epsilon : 0),
  })),
};

/** All families of smooth approximations of ReLU in this package. */
export const approximationFamilies: readonly ApproximationFamily[] = [
  eventuallyExact,
  eventuallyExactMirrored,
  softplusFamily,
  huberFamily,
];

function logistic(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}
