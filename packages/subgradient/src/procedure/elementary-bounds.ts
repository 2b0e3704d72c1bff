import { erf, erfc } from '@nonsmooth/kernels';
import { scalarOf, type NodeOf, type UnaryOp } from '@nonsmooth/autodiff';

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
  /** Absolute error of value and derivative beyond their relative one; default: what may underflow. */
  readonly noise?: number;
  /** Whether the suprema are guesses from samples, good for the tiny intervals of rounding alone. */
  readonly isSampled?: boolean;
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

/** The function of an op without attributes, as autodiff evaluates it. */
const evaluated = (op: Exclude<UnaryOp, AttributedOp>): ((x: number) => number) =>
  scalarOf({ op, inputs: [0], shape: [] });

const logisticSlope = evaluated('logisticSlope');
const squaredExponential = evaluated('gaussian');
/** x/√(1 + x²) and 1/√(1 + x²) */
const sine = evaluated('sinAtan');
const cosine = evaluated('cosAtan');

/** The derivative of order k of sin(πx)/(πx), the mean of cos(πxt) over |t| ≤ 1: no larger than πᵏ/(k + 1). */
function sinc(k: number): ElementaryRule {
  const bound = (order: number): number => Math.PI ** order / (order + 1);
  const of = (order: number): ((x: number) => number) =>
    scalarOf({ op: 'sinc', order, inputs: [0], shape: [] });
  return {
    value: of(k),
    derivative: of(k + 1),
    slope: () => bound(k + 1),
    curvature: () => bound(k + 2),
    noise: Math.PI ** (k + 1) * (k + 2) * 2 ** -49,
  };
}

/** The derivative of order k of (eˣ − 1)/x: positive and increasing, like all of them. */
function exprel(k: number): ElementaryRule {
  const of = (order: number): ((x: number) => number) =>
    scalarOf({ op: 'exprel', order, inputs: [0], shape: [] });
  const [value, derivative, second] = [of(k), of(k + 1), of(k + 2)];
  return {
    value,
    derivative,
    slope: (_, high) => derivative(high) * outward,
    curvature: (_, high) => second(high) * outward,
  };
}

const outward = 1 + 2 ** -30;

/**
 * A user's function. Over a tiny interval it is taken to change by what it changes towards both ends, and its derivative
 * by twice that.
 */
function sampled({ fn, order, inputs, shape }: NodeOf<'elementwise'>): ElementaryRule {
  const value = scalarOf({ op: 'elementwise', fn, order, inputs, shape });
  const hasDerivative = order === 0 || fn[orderNames[order]!] !== undefined;
  const derivative = hasDerivative
    ? scalarOf({ op: 'elementwise', fn, order: order + 1, inputs, shape })
    : () => NaN;
  const change = (f: (x: number) => number, low: number, high: number): number => {
    const middle = f((low + high) / 2);
    return Math.max(Math.abs(f(low) - middle), Math.abs(f(high) - middle));
  };
  return {
    value,
    derivative,
    slope: (low, high) => {
      const slope = Math.abs(derivative((low + high) / 2));
      if (low === high) return slope;
      const chord = (2 * change(value, low, high)) / (high - low);
      return Math.max(slope + 2 * change(derivative, low, high), chord);
    },
    curvature: (low, high) =>
      low === high ? 0 : (4 * change(derivative, low, high)) / (high - low),
    isSampled: true,
    // a 0 is taken at its word
    noise: 0,
  };
}

/** The members of a user's function that differentiate the derivative of each order. */
const orderNames = [
  'derivative',
  'secondDerivative',
  'thirdDerivative',
  'fourthDerivative',
] as const;

/** Ops that are more than one function. */
type AttributedOp = 'pow' | 'sinc' | 'exprel' | 'elementwise';

/** Rules of the functions that are evaluated here directly; their formulas keep a relative error of a few ulp. */
const rules: { readonly [O in Exclude<UnaryOp, AttributedOp>]: ElementaryRule } = {
  neg: { value: (x) => -x, derivative: () => -1, slope: () => 1, curvature: () => 0 },
  square: {
    value: (x) => x * x,
    derivative: (x) => 2 * x,
    slope: (low, high) => 2 * farthest(low, high),
    curvature: () => 2,
  },
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
  logisticSlope: {
    value: logisticSlope,
    derivative: (x) => -logisticSlope(x) * Math.tanh(x / 2),
    slope: (low, high) => bell(nearest(low, high)) * Math.tanh(farthest(low, high) / 2),
    curvature: (low, high) => bell(nearest(low, high)),
  },
  gaussian: {
    value: squaredExponential,
    derivative: (x) => -2 * x * squaredExponential(x),
    slope: (low, high) =>
      Math.min(0.86, 2 * farthest(low, high) * Math.exp(-(nearest(low, high) ** 2))),
    curvature: () => 2,
  },
  oneMinusSquare: {
    value: complement,
    derivative: (x) => -2 * x,
    slope: (low, high) => 2 * farthest(low, high),
    curvature: () => 2,
  },
  secAtan: {
    value: evaluated('secAtan'),
    derivative: sine,
    slope: (low, high) => sine(farthest(low, high)),
    curvature: (low, high) => cosine(nearest(low, high)) ** 3,
  },
  sinAtan: {
    value: sine,
    derivative: (x) => cosine(x) ** 3,
    slope: (low, high) => cosine(nearest(low, high)) ** 3,
    curvature: (low, high) =>
      Math.min(0.86, 3 * farthest(low, high) * cosine(nearest(low, high)) ** 5),
  },
  cosAtan: {
    value: cosine,
    derivative: (x) => -sine(x) * cosine(x) ** 2,
    slope: (low, high) => Math.min(0.385, farthest(low, high) * cosine(nearest(low, high)) ** 3),
    curvature: () => 1,
  },
  log1mexp: {
    value: evaluated('log1mexp'),
    derivative: (x) => -1 / Math.expm1(-x),
    slope: (_, high) => (high < 0 ? 1 / Math.expm1(-high) : Infinity),
    curvature: (_, high) => (high < 0 ? Math.exp(high) / Math.expm1(high) ** 2 : Infinity),
  },
  logCosh: {
    value: evaluated('logCosh'),
    derivative: Math.tanh,
    slope: (low, high) => Math.tanh(farthest(low, high)),
    curvature: (low, high) => hyperbolicSecantSquared(nearest(low, high)),
  },
  finite: {
    value: (x) => (Number.isFinite(x) ? x : NaN),
    derivative: () => 1,
    slope: () => 1,
    curvature: () => 0,
  },
};

/** The rule of a node's function. */
export function elementaryRule(node: NodeOf<UnaryOp>): ElementaryRule {
  switch (node.op) {
    case 'pow':
      return power((node as NodeOf<'pow'>).exponent);
    case 'sinc':
      return sinc((node as NodeOf<'sinc'>).order);
    case 'exprel':
      return exprel((node as NodeOf<'exprel'>).order);
    case 'elementwise':
      return sampled(node as NodeOf<'elementwise'>);
    default:
      return rules[node.op];
  }
}
