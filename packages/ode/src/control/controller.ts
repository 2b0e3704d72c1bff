import { requireKnownOptions, requireLength, requirePositive } from '@nonsmooth/core';
import { requireText } from '../requirements.js';
import { power } from '../power.js';

/** What the controller may look at, the newest first; 0 where there was no earlier step. */
export interface ErrorHistory {
  /** Size of the error of the step just tried, 1 at the tolerance. */
  error: number;
  previous: number;
  beforePrevious: number;
  /** |h| of the step just tried over |h| of the accepted step before. */
  stepRatio: number;
}

/** Proposes the factor from one step size to the next. */
export interface Controller {
  readonly name: string;
  /** Sizes the step to `safety` of what the error suggests. */
  readonly safety: number;
  readonly smallestFactor: number;
  readonly largestFactor: number;
  /** After an accepted step whose error is O(h^exponent); without safety and limits. */
  propose(history: Readonly<ErrorHistory>, exponent: number): number;
}

/** The constants of a controller, all with defaults. */
export interface ControllerLimits {
  readonly safety?: number;
  readonly smallestFactor?: number;
  readonly largestFactor?: number;
}

/** Errors below this say no more than that the step may grow as much as allowed. */
const negligible = 1e-14;

/**
 * h_new = h·ε_n^(−β₁/k)·ε_(n−1)^(−β₂/k)·ε_(n−2)^(−β₃/k), error O(h^k).
 * Söderlind, "Digital filters in adaptive time-stepping", ACM Trans. Math. Softw. 29 (2003) 1–26.
 */
export function digitalFilter(
  name: string,
  betas: readonly [number, number, number],
  limits: ControllerLimits = {},
): Controller {
  requireText('name', name);
  requireLength('betas', betas, 3);
  requireKnownOptions('limits', limits, ['safety', 'smallestFactor', 'largestFactor']);
  const [beta1, beta2, beta3] = betas;
  const { safety = 0.9, smallestFactor = 0.2, largestFactor = 10 } = limits;
  requirePositive({ safety, smallestFactor, largestFactor });
  return {
    name,
    safety,
    smallestFactor,
    largestFactor,
    propose({ error, previous, beforePrevious }, exponent) {
      const now = Math.max(error, negligible);
      const one = previous > 0 ? Math.max(previous, negligible) : now;
      const two = beforePrevious > 0 ? Math.max(beforePrevious, negligible) : one;
      return (
        power(now, -beta1 / exponent) *
        power(one, -beta2 / exponent) *
        power(two, -beta3 / exponent)
      );
    },
  };
}

/** The elementary controller, h_new = h·ε^(−1/k). */
export const integral: Controller = digitalFilter('I', [1, 0, 0]);

/** Gustafsson, "Control theoretic techniques for stepsize selection in explicit RK methods", ACM TOMS 17 (1991). */
export const proportionalIntegral: Controller = digitalFilter('PI', [0.7, -0.4, 0]);

/** The filter H312 of Söderlind's table: smoothest of the three step sequences. */
export const proportionalIntegralDerivative: Controller = digitalFilter('PID', [
  1 / 4,
  1 / 2,
  1 / 4,
]);

/**
 * Extrapolates the growth of the error: h_new = h·(h/h_before)·(ε_before/ε²)^(1/k), where that is the smaller one.
 * Hairer, Wanner, Solving ODEs II, section IV.8, equation (8.25).
 */
export const predictive: Controller = {
  name: 'predictive',
  safety: 0.8,
  smallestFactor: 0.1,
  largestFactor: 10,
  propose({ error, previous, stepRatio }, exponent) {
    const now = Math.max(error, negligible);
    const elementary = power(now, -1 / exponent);
    if (!(previous > 0)) return elementary;
    return Math.min(
      elementary,
      elementary * stepRatio * power(Math.max(previous, negligible) / now, 1 / exponent),
    );
  },
};
