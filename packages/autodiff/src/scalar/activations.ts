import type { ScalarFunction } from '../scalar-function.js';
import { normalDensity, normalDistribution } from './gaussian.js';
import { logistic, logisticSlope } from './logistic-family.js';

/** x·g for a factor g that vanishes faster than any power of x grows. */
function vanishing(x: number, g: number): number {
  return g !== 0 ? x * g : x < 0 ? -0 : 0;
}

/** xΦ and its derivatives Φ + xφ, (2 − x²)φ, (x³ − 4x)φ, (−4 + 7x² − x⁴)φ. */
export const smoothGelu: ScalarFunction = {
  name: 'gelu',
  value: (x) => vanishing(x, normalDistribution(x)),
  derivative: (x) => normalDistribution(x) + vanishing(x, normalDensity(x)),
  secondDerivative: (x) => vanishing(2 - x * x, normalDensity(x)),
  thirdDerivative: (x) => vanishing(x * (x * x - 4), normalDensity(x)),
  fourthDerivative: (x) => vanishing(x * x * (7 - x * x) - 4, normalDensity(x)),
};

/** The derivatives of orders 0 to 4 of the logistic function, with t = tanh(x/2) and S = s′. */
function logisticDerivatives(x: number): readonly [number, number, number, number, number] {
  const slope = logisticSlope(x);
  const t = Math.tanh(x / 2);
  return [
    logistic(x),
    slope,
    -slope * t,
    slope * (t * t - 2 * slope),
    slope * t * (8 * slope - t * t),
  ];
}

/** xs, with derivatives x·s⁽ⁿ⁾ + n·s⁽ⁿ⁻¹⁾. */
export const smoothSwish: ScalarFunction = {
  name: 'swish',
  value: (x) => vanishing(x, logistic(x)),
  derivative: (x) => logistic(x) + vanishing(x, logisticSlope(x)),
  secondDerivative: (x) => vanishing(2 - x * Math.tanh(x / 2), logisticSlope(x)),
  thirdDerivative: (x) => ofProduct(x, 3, logisticDerivatives(x)),
  fourthDerivative: (x) => ofProduct(x, 4, logisticDerivatives(x)),
};

function ofProduct(x: number, order: number, factor: readonly number[]): number {
  return vanishing(x, factor[order]!) + order * factor[order - 1]!;
}

/** ω = tanh(softplus x) = q/(q + 2), q = eˣ(eˣ + 2), and 1 − ω². */
function mishFactor(x: number): { readonly omega: number; readonly rest: number } {
  if (x > 20) {
    // In units of e²ˣ
    const m = Math.exp(-x);
    const omega = (1 + 2 * m) / (1 + 2 * m + 2 * m * m);
    return { omega, rest: 2 * m * m * (1 + omega) };
  }
  const q = Math.exp(x) * (Math.exp(x) + 2);
  const omega = q / (q + 2);
  return { omega, rest: (2 / (q + 2)) * (1 + omega) };
}

/** The derivatives of ω of orders 0 to 4 from ω′ = s·r, r = 1 − ω², r′ = −2ωsr. */
function mishDerivatives(x: number): readonly [number, number, number, number, number] {
  const { omega, rest: r } = mishFactor(x);
  const [s, s1, s2, s3] = logisticDerivatives(x);
  const first = s * r;
  // ω″ = r·a with a = s′ − 2ωs²
  const a = s * (logistic(-x) - 2 * omega * s);
  const second = r * a;
  const r1 = -2 * omega * s * r;
  const a1 = s2 - 2 * first * s * s - 4 * omega * s * s1;
  const third = r1 * a + r * a1;
  const r2 = -2 * (first * s * r + omega * s1 * r + omega * s * r1);
  const a2 = s3 - 2 * second * s * s - 8 * first * s * s1 - 4 * omega * (s1 * s1 + s * s2);
  return [omega, first, second, third, r2 * a + 2 * r1 * a1 + r * a2];
}

/** xω, with derivatives x·ω⁽ⁿ⁾ + n·ω⁽ⁿ⁻¹⁾. */
export const smoothMish: ScalarFunction = {
  name: 'mish',
  value: (x) => vanishing(x, mishFactor(x).omega),
  derivative: (x) => ofProduct(x, 1, mishDerivatives(x)),
  secondDerivative: (x) => {
    const [omega, first] = mishDerivatives(x);
    const s = logistic(x);
    return vanishing(2 + x * (logistic(-x) - 2 * omega * s), first);
  },
  thirdDerivative: (x) => ofProduct(x, 3, mishDerivatives(x)),
  fourthDerivative: (x) => ofProduct(x, 4, mishDerivatives(x)),
};

/** x for x > 0, eˣ − 1 elsewhere. The second derivative jumps at 0; there the mean of both sides is taken. */
export const smoothElu: ScalarFunction = {
  name: 'elu',
  value: (x) => (x > 0 ? x : Math.expm1(x)),
  derivative: (x) => (x > 0 ? 1 : Math.exp(x)),
  secondDerivative: (x) => (x > 0 ? 0 : x === 0 ? 0.5 : Math.exp(x)),
  thirdDerivative: (x) => (x > 0 ? 0 : x === 0 ? 0.5 : Math.exp(x)),
};

/** eᵗ − 1 for t = min(x, 0), with x = ∞ as t = ∞ − ∞; at the kink t = 0 without curvature, as in the kernels. */
export const eluBelow: ScalarFunction = {
  name: 'eluBelow',
  value: (t) => (Number.isNaN(t) ? 0 : Math.expm1(t)),
  derivative: (t) => (Number.isNaN(t) ? 0 : Math.exp(t)),
  secondDerivative: (t) => (t < 0 ? Math.exp(t) : 0),
  thirdDerivative: (t) => (t < 0 ? Math.exp(t) : 0),
};

/** x/(1 + |x|). The second derivative jumps at 0; there the mean of both sides is taken. */
export const smoothSoftsign: ScalarFunction = {
  name: 'softsign',
  value: (x) => (Math.abs(x) === Infinity ? Math.sign(x) : x / (1 + Math.abs(x))),
  derivative: (x) => 1 / (1 + Math.abs(x)) / (1 + Math.abs(x)),
  secondDerivative: (x) => {
    const d = 1 + Math.abs(x);
    return (-2 * Math.sign(x)) / d / d / d;
  },
  thirdDerivative: (x) => {
    const d = 1 + Math.abs(x);
    return 6 / d / d / d / d;
  },
};
