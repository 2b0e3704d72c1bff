import * as ad from '@nonsmooth/autodiff';
import type { Value } from '@nonsmooth/autodiff';
import { Decimal } from 'decimal.js';

/** A function of one number in this package, and its derivative in extended precision. */
export interface PreciseCase {
  readonly name: string;
  readonly f: (x: Value) => Value;
  readonly slope: (x: Decimal) => Decimal;
  /** Decimal digits to compute with; default 100. */
  readonly digits?: number;
  /** Whether 0 is a singularity, so that differences are to be taken relative to the argument. */
  readonly singular?: boolean;
  readonly points: readonly number[];
}

const D = Decimal;
const one = new D(1);
D.set({ precision: 400, maxE: 9e15, minE: -9e15 });
const pi = D.acos(-1);

const exp = (x: Decimal): Decimal => x.exp();
/** e^{−|x|}/(1 + e^{−|x|})² */
function logisticSlope(x: Decimal): Decimal {
  const e = exp(x.abs().neg());
  return e.div(one.plus(e).pow(2));
}
const logistic = (x: Decimal): Decimal => one.div(one.plus(exp(x.neg())));
const sinh = (x: Decimal): Decimal => exp(x).minus(exp(x.neg())).div(2);
const cosh = (x: Decimal): Decimal => exp(x).plus(exp(x.neg())).div(2);
const root = (x: Decimal): Decimal => one.plus(x.times(x)).sqrt();
const gaussian = (x: Decimal): Decimal => exp(x.times(x).neg()).times(2).div(pi.sqrt());

/** 2/√π Σ (−1)ⁿ x²ⁿ⁺¹/(n!(2n + 1)) */
function erf(x: Decimal): Decimal {
  const square = x.times(x);
  const least = new D(10).pow(-D.precision);
  let power = x;
  let sum = new D(0);
  for (let n = 0; ; n++) {
    const term = power.div(2 * n + 1);
    sum = n % 2 === 0 ? sum.plus(term) : sum.minus(term);
    if (n > square.toNumber() && term.abs().lt(least)) break;
    power = power.times(square).div(n + 1);
  }
  return sum.times(2).div(pi.sqrt());
}

/** (xω)′ with ω = tanh(log(1 + eˣ)) = (e² − 1)/(e² + 1), e = 1 + eˣ. */
function mishSlope(x: Decimal): Decimal {
  const s = one.plus(exp(x)).pow(2);
  const omega = s.minus(1).div(s.plus(1));
  const slope = s.times(4).div(s.plus(1).pow(2)).times(logistic(x));
  return omega.plus(x.times(slope));
}

const both = (...sizes: number[]): number[] => sizes.flatMap((x) => [x, -x]);
const small = [1e-300, 1e-20];
const middle = [0.1, 0.3, 0.51, 0.9, 1.7, 3.3];
const large = [12, 36.9];
const huge = [1e8, 1e20, 1e100, 1e155, 1e200, 1e300];

/** Every smooth function of one number, at small, ordinary, saturated and huge arguments, off the zeros of derivatives. */
export const preciseCases: readonly PreciseCase[] = [
  { name: 'neg', f: ad.neg, slope: () => one.neg(), points: both(...small, ...middle, ...huge) },
  { name: 'exp', f: ad.exp, slope: exp, points: both(...small, ...middle, ...large, 300, 700) },
  { name: 'expm1', f: ad.expm1, slope: exp, points: both(...small, ...middle, ...large, 300, 700) },
  {
    name: 'log',
    singular: true,
    f: ad.log,
    slope: (x) => one.div(x),
    points: [...small, ...middle, ...large, ...huge],
  },
  {
    name: 'log1p',
    f: ad.log1p,
    slope: (x) => one.div(x.plus(1)),
    points: [...both(...small, 0.1, 0.3, 0.9), ...large, ...huge, -0.999, -(1 - 2 ** -50)],
  },
  {
    name: 'sqrt',
    singular: true,
    f: ad.sqrt,
    slope: (x) => one.div(x.sqrt().times(2)),
    points: [...small, ...middle, ...huge],
  },
  {
    name: 'square',
    singular: true,
    digits: 420,
    f: ad.square,
    slope: (x) => x.times(2),
    points: both(...small, ...middle, ...huge),
  },
  { name: 'sin', f: ad.sin, slope: (x) => x.cos(), points: both(...small, ...middle, 12, 50, 1e5) },
  {
    name: 'cos',
    f: ad.cos,
    slope: (x) => x.sin().neg(),
    points: both(...small, ...middle, 12, 50, 1e5),
  },
  {
    name: 'tan',
    f: ad.tan,
    slope: (x) => one.div(x.cos().pow(2)),
    points: both(...small, ...middle, 12, 50),
  },
  {
    name: 'asin',
    f: ad.asin,
    slope: (x) => one.div(one.minus(x.times(x)).sqrt()),
    points: both(...small, 0.1, 0.5, 0.9, 0.999, 1 - 2 ** -30, 1 - 2 ** -53),
  },
  {
    name: 'acos',
    f: ad.acos,
    slope: (x) => one.div(one.minus(x.times(x)).sqrt()).neg(),
    points: both(...small, 0.1, 0.5, 0.9, 0.999, 1 - 2 ** -30, 1 - 2 ** -53),
  },
  {
    name: 'atan',
    f: ad.atan,
    slope: (x) => one.div(one.plus(x.times(x))),
    points: both(...small, 0.1, 0.3, 0.9, 1.7, 3.3, ...large, ...huge),
  },
  { name: 'sinh', f: ad.sinh, slope: cosh, points: both(...small, ...middle, ...large, 300, 700) },
  { name: 'cosh', f: ad.cosh, slope: sinh, points: both(...small, ...middle, ...large, 300, 700) },
  {
    name: 'tanh',
    f: ad.tanh,
    slope: (x) => logisticSlope(x.times(2)).times(4),
    points: both(...small, ...middle, ...large, 300, 360),
  },
  {
    name: 'asinh',
    f: ad.asinh,
    slope: (x) => one.div(root(x)),
    points: both(...small, ...middle, ...large, ...huge),
  },
  {
    name: 'acosh',
    f: ad.acosh,
    slope: (x) => one.div(x.times(x).minus(1).sqrt()),
    points: [1 + 2 ** -50, 1 + 2 ** -20, 1.1, 1.7, 3.3, ...large, ...huge],
  },
  {
    name: 'atanh',
    f: ad.atanh,
    slope: (x) => one.div(one.minus(x.times(x))),
    points: both(...small, 0.1, 0.5, 0.9, 0.999, 1 - 2 ** -30, 1 - 2 ** -53),
  },
  { name: 'erf', f: ad.erf, slope: gaussian, points: both(...small, ...middle, 12, 20, 26.5) },
  {
    name: 'erfc',
    f: ad.erfc,
    slope: (x) => gaussian(x).neg(),
    points: both(...small, ...middle, 12, 20, 26.5),
  },
  {
    name: 'logistic',
    f: ad.logistic,
    slope: logisticSlope,
    points: both(...small, ...middle, ...large, 300, 700),
  },
  {
    name: 'softplus',
    digits: 420,
    f: ad.softplus,
    slope: logistic,
    points: both(...small, ...middle, ...large, 300, 700),
  },
  {
    name: 'logSigmoid',
    digits: 420,
    f: ad.logSigmoid,
    slope: (x) => logistic(x.neg()),
    points: both(...small, ...middle, ...large, 300, 700),
  },
  {
    name: 'log1mexp',
    singular: true,
    f: ad.log1mexp,
    slope: (x) => exp(x).div(exp(x).minus(1)),
    digits: 400,
    points: [1e-300, 1e-100, 1e-20, ...middle, ...large, 300, 700].map((x) => -x),
  },
  {
    name: 'logCosh',
    f: ad.logCosh,
    slope: (x) => sinh(x).div(cosh(x)),
    digits: 400,
    points: both(...small, ...middle, ...large, 300),
  },
  {
    name: 'sinc',
    f: ad.sinc,
    slope: (x) => {
      const t = x.times(pi);
      return t.cos().times(t).minus(t.sin()).div(t.times(x));
    },
    digits: 200,
    points: both(1e-20, 1e-8, 0.1, 0.33, 0.51, 0.8, 1.2, 2.3, 7.7, 100.3),
  },
  {
    name: 'exprel',
    f: ad.exprel,
    slope: (x) => exp(x).times(x.minus(1)).plus(1).div(x.times(x)),
    digits: 200,
    points: both(1e-20, 1e-8, ...middle, ...large, 300, 700),
  },
  ...[3, -1, -2, 2.5, 0.5, -1.5, 4].map((p) => ({
    name: `pow ${p}`,
    singular: true,
    f: (x: Value) => ad.pow(x, p),
    slope: (x: Decimal) => root2(x, 2 * p - 2).times(p),
    points: [1e-300, 1e-155, 1e-100, 1e-20, ...middle, ...large, 1e20, 1e100, 1e155, 1e300],
  })),
  {
    name: '√(1 + x²)',
    f: (x) => ad.sqrt(ad.add(1, ad.square(x))),
    slope: (x) => x.div(root(x)),
    digits: 900,
    points: both(...small, ...middle, ...large, 1e8, 1e20, 1e100),
  },
  {
    name: 'gelu',
    f: ad.gelu,
    slope: (x) => {
      const t = x.div(new D(2).sqrt());
      return one
        .plus(erf(t))
        .div(2)
        .plus(t.times(gaussian(t)).div(2));
    },
    digits: 260,
    points: both(1e-20, 1e-8, 0.1, 0.3, 0.51, 1.1, 1.7, 3.3, 8, 12),
  },
  {
    name: 'swish',
    f: ad.swish,
    slope: (x) => logistic(x).plus(x.times(logisticSlope(x))),
    points: both(...small, 0.1, 0.3, 0.51, 0.9, 1.7, 3.3),
  },
  {
    name: 'swish, saturated',
    f: ad.swish,
    slope: (x) => logistic(x).plus(x.times(logisticSlope(x))),
    digits: 700,
    points: both(...large, 300, 700),
  },
  {
    name: 'mish',
    f: ad.mish,
    slope: mishSlope,
    points: both(...small, 0.1, 0.3, 0.51, 0.7, 3.3),
  },
  {
    name: 'mish, saturated',
    f: ad.mish,
    slope: mishSlope,
    digits: 700,
    points: both(12, 15.8, 20, 36.9, 50, 300),
  },
  {
    name: 'elu',
    singular: true,
    f: (x) => ad.elu(x),
    slope: (x) => (x.gt(0) ? one : exp(x)),
    points: both(...middle, ...large, 300, 700),
  },
  {
    name: 'softsign',
    singular: true,
    f: ad.softsign,
    slope: (x) => one.div(one.plus(x.abs()).pow(2)),
    points: both(...middle, ...large, 1e8, 1e20, 1e50, 1e100),
  },
];

/** x^(k/2) */
function root2(x: Decimal, k: number): Decimal {
  return k % 2 === 0 ? x.pow(k / 2) : x.pow(k).sqrt();
}

/** The number that the double is, not its shortest decimal. */
export function exactly(x: number): Decimal {
  if (!Number.isFinite(x) || x === 0) return new D(x);
  const exponent = Math.max(-1074, Math.floor(Math.log2(Math.abs(x))) - 52);
  const half = Math.floor(exponent / 2);
  return new D(x / 2 ** half / 2 ** (exponent - half)).times(new D(2).pow(exponent));
}

/**
 * The derivatives of orders 1 to 3 from the first by central differences, in so many digits that neither their error
 * h² nor the digits that cancel show.
 */
export function exactDerivatives(
  { slope, digits = 100, singular = false }: PreciseCase,
  x: number,
): readonly Decimal[] {
  const smallness = singular ? 0 : Math.max(0, -Math.log10(Math.abs(x)));
  D.set({ precision: Math.ceil(digits + smallness) });
  const at = exactly(x);
  const h = (singular ? at.abs() : D.max(at.abs(), one)).times('1e-30');
  const [left, middle, right] = [at.minus(h), at, at.plus(h)].map(slope) as [
    Decimal,
    Decimal,
    Decimal,
  ];
  return [
    middle,
    right.minus(left).div(h.times(2)),
    right.plus(left).minus(middle.times(2)).div(h.times(h)),
  ];
}
