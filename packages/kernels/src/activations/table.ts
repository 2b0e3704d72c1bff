import type { Kinks } from '../kinks.js';
import type { Kink, ParameterTraits } from '../traits.js';
import type { ActivationName } from './activation.js';
import {
  bySign,
  logistic,
  mishFactor,
  normalDensity,
  normalDistribution,
  softplus,
  tanhSlope,
  vanishing,
  type ScalarFunction,
} from './scalar-functions.js';

/** Everything that is known of an activation A. */
export interface ActivationTraits {
  /** What stands for it in kernel memory: unique, and never changed. */
  readonly code: number;
  readonly parameter?: ParameterTraits;
  /** The kinks of A in ascending order. */
  readonly kinks: (parameter: number) => readonly Kink[];
  /** Which of `Kinks` chooses the derivative at kinks. */
  readonly kinkPolicy: 'relu' | 'tie';
  /** Whether A(cx) = cA(x) for all c > 0. */
  readonly homogeneous: boolean;
  /** How often A is continuously differentiable away from its kinks. */
  readonly smoothness: number;
  /** A point around which no derivative vanishes for want of smoothness: where Taylor series are developed. */
  readonly seriesCentre: number;
  /** A, A' and A''; `atKink` is the chosen constant. At a kink A'' is 0. */
  readonly scalar: (parameter: number, atKink: number) => ScalarFunction;
}

/** The kink of functions that are different left and right of 0. */
function kinkAtZero(left: number, right: number): readonly Kink[] {
  return left === right ? [] : [{ at: 0, left, right }];
}

const smooth = {
  kinks: () => [],
  kinkPolicy: 'relu',
  homogeneous: false,
  smoothness: Infinity,
  seriesCentre: 0.5,
} as const;

/** Every activation. */
export const activations: { readonly [Name in ActivationName]: ActivationTraits } = {
  identity: {
    ...smooth,
    code: 0,
    homogeneous: true,
    scalar: () => ({
      value: (x) => x,
      derivative: (x) => bySign(x, 1, 1, 1),
      secondDerivative: (x) => bySign(x, 0, 0, 0),
    }),
  },
  // max(x, 0)
  relu: {
    ...smooth,
    code: 1,
    kinks: () => kinkAtZero(0, 1),
    homogeneous: true,
    scalar: (_, kink) => ({
      value: (x) => Math.max(x, 0),
      derivative: (x) => bySign(x, 0, kink, 1),
      secondDerivative: (x) => bySign(x, 0, 0, 0),
    }),
  },
  // max(x, 0) + slope·min(x, 0)
  leakyRelu: {
    ...smooth,
    code: 2,
    parameter: { name: 'slope', default: 0.01, allowed: 'finite' },
    kinks: (slope) => kinkAtZero(slope, 1),
    homogeneous: true,
    scalar: (slope, kink) => ({
      value: (x) => (x > 0 ? x : slope * x),
      derivative: (x) => bySign(x, slope, slope + (1 - slope) * kink, 1),
      secondDerivative: (x) => bySign(x, 0, 0, 0),
    }),
  },
  // x cut to [−1, 1]
  hardTanh: {
    ...smooth,
    code: 11,
    kinks: () => [
      { at: -1, left: 0, right: 1 },
      { at: 1, left: 1, right: 0 },
    ],
    kinkPolicy: 'tie',
    scalar: (_, kink) => ({
      value: (x) => Math.min(Math.max(x, -1), 1),
      derivative: (x) => bySign(1 - Math.abs(x), 0, kink, 1),
      secondDerivative: (x) => bySign(x, 0, 0, 0),
    }),
  },
  // t' = 1 − t²
  tanh: {
    ...smooth,
    code: 3,
    scalar: () => ({
      value: (x) => Math.tanh(x),
      derivative: tanhSlope,
      secondDerivative: (x) => -8 * Math.tanh(x) * logistic(2 * x) * logistic(-2 * x),
    }),
  },
  // s' = s(1 − s), 1 − s(x) = s(−x)
  logistic: {
    ...smooth,
    code: 4,
    scalar: () => ({
      value: (x) => logistic(x),
      derivative: (x) => logistic(x) * logistic(-x),
      secondDerivative: (x) => -logistic(x) * logistic(-x) * Math.tanh(x / 2),
    }),
  },
  softplus: {
    ...smooth,
    code: 5,
    scalar: () => ({
      value: (x) => softplus(x),
      derivative: (x) => logistic(x),
      secondDerivative: (x) => logistic(x) * logistic(-x),
    }),
  },
  // xΦ, Φ + xφ, (2 − x²)φ
  gelu: {
    ...smooth,
    code: 6,
    scalar: () => ({
      value: (x) => vanishing(x, normalDistribution(x)),
      derivative: (x) => normalDistribution(x) + vanishing(x, normalDensity(x)),
      secondDerivative: (x) => vanishing(2 - x * x, normalDensity(x)),
    }),
  },
  // xs, s + xs', 2s' + xs''
  swish: {
    ...smooth,
    code: 7,
    scalar: () => ({
      value: (x) => vanishing(x, logistic(x)),
      derivative: (x) => vanishing(1 + vanishing(x, logistic(-x)), logistic(x)),
      secondDerivative: (x) =>
        vanishing(2 + x * (logistic(-x) - logistic(x)), logistic(x) * logistic(-x)),
    }),
  },
  // xω, ω + xω', 2ω' + xω'' with ω' = s(1 − ω²), ω'' = ω'(1 − s − 2ωs)
  mish: {
    ...smooth,
    code: 8,
    scalar: () => ({
      value: (x) => vanishing(x, mishFactor(x).omega),
      derivative: (x) => {
        const { omega, rest } = mishFactor(x);
        return omega + vanishing(vanishing(x, logistic(x)), rest) * (1 + omega);
      },
      secondDerivative: (x) => {
        const { omega, rest } = mishFactor(x);
        const slope = logistic(x) * rest * (1 + omega);
        return vanishing(2 + x * (logistic(-x) - 2 * omega * logistic(x)), slope);
      },
    }),
  },
  // x for x > 0, α(eˣ − 1) for x < 0; a kink if α ≠ 1
  elu: {
    ...smooth,
    code: 9,
    parameter: { name: 'alpha', default: 1, allowed: 'finite' },
    kinks: (alpha) => kinkAtZero(alpha, 1),
    smoothness: 1,
    seriesCentre: -0.5,
    scalar: (alpha, kink) => ({
      value: (x) => (x > 0 ? x : alpha * Math.expm1(x)),
      derivative: (x) => bySign(x, alpha * Math.exp(x), alpha + (1 - alpha) * kink, 1),
      secondDerivative: (x) => bySign(x, alpha * Math.exp(x), 0, 0),
    }),
  },
  // x/(1 + |x|), 1/(1 + |x|)², −2 sign x/(1 + |x|)³
  softsign: {
    ...smooth,
    code: 10,
    smoothness: 1,
    scalar: () => ({
      value: (x) => (Math.abs(x) === Infinity ? Math.sign(x) : x / (1 + Math.abs(x))),
      derivative: (x) => 1 / (1 + Math.abs(x)) ** 2,
      secondDerivative: (x) => (-2 * Math.sign(x)) / (1 + Math.abs(x)) ** 3,
    }),
  },
};

/** The constant among `kinks` that chooses the derivative of an activation at its kinks. */
export function atKink(name: ActivationName, kinks: Kinks): number {
  return kinks[activations[name].kinkPolicy];
}
