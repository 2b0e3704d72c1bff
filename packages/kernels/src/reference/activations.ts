import type { Activation, ActivationName } from '../activation.js';
import { erf, erfc, expOfMinusSquare } from './erf.js';

/** A function of one variable with its first two derivatives. */
export interface ScalarFunction {
  value(x: number): number;
  derivative(x: number): number;
  secondDerivative(x: number): number;
}

/** 1/(1 + e⁻ˣ), without overflow. */
export function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** log(1 + eˣ), without overflow or cancellation. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** Φ(x), the normal distribution function, relatively exact in the left tail. */
export function normalDistribution(x: number): number {
  return x < 0 ? erfc(-x * Math.SQRT1_2) / 2 : (1 + erf(x * Math.SQRT1_2)) / 2;
}

/** φ(x) = Φ'(x) = e^(−x²/2)/√(2π). */
export function normalDensity(x: number): number {
  return 0.3989422804014327 * expOfMinusSquare(x * Math.SQRT1_2);
}

/** below for x < 0, above for x > 0, atZero at 0; NaN for NaN. */
function bySign(x: number, below: number, atZero: number, above: number): number {
  return x > 0 ? above : x < 0 ? below : x === 0 ? atZero : Number.NaN;
}

/** ω(x) = tanh(softplus x) = q/(q + 2), q = eˣ(eˣ + 2), and 1 − ω = 2/(q + 2). */
function mishFactor(x: number): { omega: number; rest: number } {
  if (x > 20) {
    // q + 2 in units of e²ˣ
    const m = Math.exp(-x);
    return { omega: (1 + 2 * m) / (1 + 2 * m + 2 * m * m), rest: 2 * m * m };
  }
  const q = Math.exp(x) * (Math.exp(x) + 2);
  return { omega: q / (q + 2), rest: 2 / (q + 2) };
}

/**
 * Every activation: value, derivative, second derivative. `parameter` is that of `Activation` (with its default
 * filled in), `kink` is relu'(0). At a kink the second derivative is 0.
 */
const table: {
  readonly [Name in ActivationName]: (parameter: number, kink: number) => ScalarFunction;
} = {
  identity: () => ({
    value: (x) => x,
    derivative: () => 1,
    secondDerivative: () => 0,
  }),
  // max(x, 0)
  relu: (_, kink) => ({
    value: (x) => Math.max(x, 0),
    derivative: (x) => bySign(x, 0, kink, 1),
    secondDerivative: (x) => bySign(x, 0, 0, 0),
  }),
  // max(x, 0) + slope·min(x, 0)
  leakyRelu: (slope, kink) => ({
    value: (x) => (x > 0 ? x : slope * x),
    derivative: (x) => bySign(x, slope, slope + (1 - slope) * kink, 1),
    secondDerivative: (x) => bySign(x, 0, 0, 0),
  }),
  // t' = 1 − t² = 4s(2x)s(−2x) with the logistic function s
  tanh: () => ({
    value: (x) => Math.tanh(x),
    derivative: (x) => 4 * logistic(2 * x) * logistic(-2 * x),
    secondDerivative: (x) => -8 * Math.tanh(x) * logistic(2 * x) * logistic(-2 * x),
  }),
  // s' = s(1 − s), 1 − s(x) = s(−x)
  logistic: () => ({
    value: (x) => logistic(x),
    derivative: (x) => logistic(x) * logistic(-x),
    secondDerivative: (x) => logistic(x) * logistic(-x) * (logistic(-x) - logistic(x)),
  }),
  softplus: () => ({
    value: (x) => softplus(x),
    derivative: (x) => logistic(x),
    secondDerivative: (x) => logistic(x) * logistic(-x),
  }),
  // xΦ, Φ + xφ, (2 − x²)φ
  gelu: () => ({
    value: (x) => x * normalDistribution(x),
    derivative: (x) => normalDistribution(x) + x * normalDensity(x),
    secondDerivative: (x) => (2 - x * x) * normalDensity(x),
  }),
  // xs, s + xs', 2s' + xs''
  swish: () => ({
    value: (x) => x * logistic(x),
    derivative: (x) => logistic(x) * (1 + x * logistic(-x)),
    secondDerivative: (x) => logistic(x) * logistic(-x) * (2 + x * (logistic(-x) - logistic(x))),
  }),
  // xω, ω + xω', 2ω' + xω'' with ω' = s(1 − ω²), ω'' = ω'(1 − s − 2ωs)
  mish: () => ({
    value: (x) => x * mishFactor(x).omega,
    derivative: (x) => {
      const { omega, rest } = mishFactor(x);
      return omega + x * logistic(x) * rest * (1 + omega);
    },
    secondDerivative: (x) => {
      const { omega, rest } = mishFactor(x);
      const slope = logistic(x) * rest * (1 + omega);
      return slope * (2 + x * (logistic(-x) - 2 * omega * logistic(x)));
    },
  }),
  // x for x > 0, α(eˣ − 1) for x < 0; a kink if α ≠ 1
  elu: (alpha, kink) => ({
    value: (x) => (x > 0 ? x : alpha * Math.expm1(x)),
    derivative: (x) => bySign(x, alpha * Math.exp(x), alpha + (1 - alpha) * kink, 1),
    secondDerivative: (x) => bySign(x, alpha * Math.exp(x), 0, 0),
  }),
  // x/(1 + |x|), 1/(1 + |x|)², −2 sign x/(1 + |x|)³
  softsign: () => ({
    value: (x) => x / (1 + Math.abs(x)),
    derivative: (x) => 1 / (1 + Math.abs(x)) ** 2,
    secondDerivative: (x) => (-2 * Math.sign(x)) / (1 + Math.abs(x)) ** 3,
  }),
};

/** The parameter of an activation with its default: slope 0.01 of leakyRelu, α = 1 of ELU. */
export function activationParameter(activation: Activation): number {
  return activation.parameter ?? (activation.name === 'leakyRelu' ? 0.01 : 1);
}

/** The activation as scalar functions. */
export function scalarActivation(activation: Activation, reluDerivativeAtZero = 0): ScalarFunction {
  return table[activation.name](activationParameter(activation), reluDerivativeAtZero);
}
