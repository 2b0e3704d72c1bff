import { erf, erfc } from '@nonsmooth/kernels';
import type { NodeOf, UnaryOp } from '@nonsmooth/autodiff';

/** A smooth function of one number, and what its derivatives are at most over an interval. */
export interface ElementaryRule {
  readonly value: (x: number) => number;
  readonly derivative: (x: number) => number;
  /** sup |f′| over [low, high]; ∞ or NaN if the function is not Lipschitz there. */
  readonly slope: (low: number, high: number) => number;
  /** sup |f″| over [low, high]; ∞ or NaN if it is not bounded. */
  readonly curvature: (low: number, high: number) => number;
  /** Relative error of `derivative` beyond that of elementary functions, in units of 2⁻⁵². */
  readonly amplification?: (x: number) => number;
}

/** The smallest and the largest |x| over the interval. */
const nearest = (low: number, high: number): number => (low > 0 ? low : high < 0 ? -high : 0);
const farthest = (low: number, high: number): number => Math.max(-low, high);

const twoOverRootPi = 2 / Math.sqrt(Math.PI);

const exponential = {
  derivative: Math.exp,
  slope: (_: number, high: number): number => Math.exp(high),
  curvature: (_: number, high: number): number => Math.exp(high),
};

/** 1/(x + shift) and its derivative. */
const logarithmic = (shift: number): Omit<ElementaryRule, 'value'> => ({
  derivative: (x) => 1 / (shift + x),
  slope: (low) => (shift + low > 0 ? 1 / (shift + low) : Infinity),
  curvature: (low) => (shift + low > 0 ? (shift + low) ** -2 : Infinity),
});

const cosineSquaredInverse = (x: number): number => 1 + Math.tan(x) ** 2;
const hasPole = (low: number, high: number): boolean =>
  !(high - low < 1 && Math.cos(low) * Math.cos(high) > 0);

/** 1 − x², without cancellation. */
const complement = (x: number): number => (1 - x) * (1 + x);
const arc = {
  slope: (low: number, high: number): number => {
    const x = farthest(low, high);
    return x < 1 ? 1 / Math.sqrt(complement(x)) : Infinity;
  },
  curvature: (low: number, high: number): number => {
    const x = farthest(low, high);
    return x < 1 ? x * complement(x) ** -1.5 : Infinity;
  },
};

/** 1 − tanh². */
const hyperbolicSecantSquared = (x: number): number => {
  const e = Math.exp(-2 * Math.abs(x));
  return (4 * e) / (1 + e) ** 2;
};
const bell = (x: number): number => {
  const e = Math.exp(-Math.abs(x));
  return e / (1 + e) ** 2;
};
const logistic = (x: number): number => {
  const e = Math.exp(-Math.abs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
};

const gaussian = {
  slope: (low: number, high: number): number =>
    twoOverRootPi * Math.exp(-(nearest(low, high) ** 2)),
  curvature: (low: number, high: number): number =>
    2 * farthest(low, high) * twoOverRootPi * Math.exp(-(nearest(low, high) ** 2)),
  // the rounding of x² under the exponential
  amplification: (x: number): number => 2 * x * x,
};

function power(exponent: number): ElementaryRule {
  const isIntegral = Number.isInteger(exponent);
  /** sup |x|^k where x^k is defined on the whole interval; a negative base needs an integral exponent. */
  const largest = (low: number, high: number, k: number): number => {
    if (!isIntegral && !(low >= 0)) return Infinity;
    return k >= 0 ? farthest(low, high) ** k : nearest(low, high) ** k;
  };
  const second = exponent * (exponent - 1);
  return {
    value: (x) => (exponent === -1 ? 1 / x : x ** exponent),
    derivative: (x) => (exponent === 0 ? 0 : exponent * x ** (exponent - 1)),
    slope: (low, high) =>
      exponent === 0 ? 0 : Math.abs(exponent) * largest(low, high, exponent - 1),
    curvature: (low, high) =>
      second === 0 ? 0 : Math.abs(second) * largest(low, high, exponent - 2),
  };
}

/**
 * The op has no rule: autodiff differentiates it at the argument and at both ends of the argument's interval (see
 * `elementary.ts`). Only for ops with continuous derivatives: a singularity inside the interval would be missed.
 */
const sampled = 'sampled';

/** Rules of the functions that are evaluated here directly; their formulas keep a relative error of a few ulp. */
const rules: { readonly [O in Exclude<UnaryOp, 'pow'>]: ElementaryRule | typeof sampled } = {
  exp: { value: Math.exp, ...exponential },
  expm1: { value: Math.expm1, ...exponential },
  log: { value: Math.log, ...logarithmic(0) },
  log1p: { value: Math.log1p, ...logarithmic(1) },
  sqrt: {
    value: Math.sqrt,
    derivative: (x) => 0.5 / Math.sqrt(x),
    slope: (low) => (low > 0 ? 0.5 / Math.sqrt(low) : Infinity),
    curvature: (low) => (low > 0 ? 0.25 * low ** -1.5 : Infinity),
  },
  sin: {
    value: Math.sin,
    derivative: Math.cos,
    slope: (low, high) => Math.min(1, Math.abs(Math.cos(low)) + (high - low)),
    curvature: (low, high) => Math.min(1, Math.abs(Math.sin(low)) + (high - low)),
  },
  cos: {
    value: Math.cos,
    derivative: (x) => -Math.sin(x),
    slope: (low, high) => Math.min(1, Math.abs(Math.sin(low)) + (high - low)),
    curvature: (low, high) => Math.min(1, Math.abs(Math.cos(low)) + (high - low)),
  },
  tan: {
    value: Math.tan,
    derivative: cosineSquaredInverse,
    slope: (low, high) =>
      hasPole(low, high)
        ? Infinity
        : Math.max(cosineSquaredInverse(low), cosineSquaredInverse(high)),
    curvature: (low, high) => {
      if (hasPole(low, high)) return Infinity;
      const t = Math.max(Math.abs(Math.tan(low)), Math.abs(Math.tan(high)));
      return 2 * t * (1 + t * t);
    },
  },
  asin: { value: Math.asin, derivative: (x) => 1 / Math.sqrt(complement(x)), ...arc },
  acos: { value: Math.acos, derivative: (x) => -1 / Math.sqrt(complement(x)), ...arc },
  atan: {
    value: Math.atan,
    derivative: (x) => 1 / (1 + x * x),
    slope: (low, high) => 1 / (1 + nearest(low, high) ** 2),
    curvature: (low, high) =>
      Math.min(0.65, (2 * farthest(low, high)) / (1 + nearest(low, high) ** 2) ** 2),
  },
  sinh: {
    value: Math.sinh,
    derivative: Math.cosh,
    slope: (low, high) => Math.cosh(farthest(low, high)),
    curvature: (low, high) => Math.sinh(farthest(low, high)),
  },
  cosh: {
    value: Math.cosh,
    derivative: Math.sinh,
    slope: (low, high) => Math.sinh(farthest(low, high)),
    curvature: (low, high) => Math.cosh(farthest(low, high)),
  },
  tanh: {
    value: Math.tanh,
    derivative: hyperbolicSecantSquared,
    slope: (low, high) => hyperbolicSecantSquared(nearest(low, high)),
    curvature: (low, high) =>
      2 * hyperbolicSecantSquared(nearest(low, high)) * Math.tanh(farthest(low, high)),
  },
  asinh: {
    value: Math.asinh,
    derivative: (x) => 1 / Math.hypot(1, x),
    slope: (low, high) => 1 / Math.hypot(1, nearest(low, high)),
    curvature: (low, high) => Math.min(0.39, farthest(low, high)),
  },
  acosh: {
    value: Math.acosh,
    derivative: (x) => 1 / (Math.sqrt(x - 1) * Math.sqrt(x + 1)),
    slope: (low) => (low > 1 ? 1 / (Math.sqrt(low - 1) * Math.sqrt(low + 1)) : Infinity),
    curvature: (low) => (low > 1 ? low * ((low - 1) * (low + 1)) ** -1.5 : Infinity),
  },
  atanh: {
    value: Math.atanh,
    derivative: (x) => 1 / complement(x),
    slope: (low, high) => {
      const x = farthest(low, high);
      return x < 1 ? 1 / complement(x) : Infinity;
    },
    curvature: (low, high) => {
      const x = farthest(low, high);
      return x < 1 ? (2 * x) / complement(x) ** 2 : Infinity;
    },
  },
  erf: {
    value: erf,
    derivative: (x) => twoOverRootPi * Math.exp(-x * x),
    ...gaussian,
  },
  erfc: {
    value: erfc,
    derivative: (x) => -twoOverRootPi * Math.exp(-x * x),
    ...gaussian,
  },
  logistic: {
    value: logistic,
    derivative: bell,
    slope: (low, high) => bell(nearest(low, high)),
    curvature: (low, high) => bell(nearest(low, high)),
  },
  softplus: {
    value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    derivative: logistic,
    slope: (_, high) => logistic(high),
    curvature: (low, high) => bell(nearest(low, high)),
  },
  neg: sampled,
  square: sampled,
  logisticSlope: sampled,
  gaussian: sampled,
  oneMinusSquare: sampled,
  secAtan: sampled,
  sinAtan: sampled,
  cosAtan: sampled,
  log1mexp: sampled,
  logCosh: sampled,
  sinc: sampled,
  exprel: sampled,
  finite: sampled,
  elementwise: sampled,
};

/** The rule of a node, if there is a direct one. */
export function elementaryRule(node: NodeOf<UnaryOp>): ElementaryRule | undefined {
  if (node.op === 'pow') return power((node as NodeOf<'pow'>).exponent);
  const rule = rules[node.op];
  return rule === sampled ? undefined : rule;
}
