import { ArgumentError } from '@nonsmooth/core';
import {
  activationNames,
  erfc,
  isPiecewiseLinear,
  type Activation,
  type CurvedName,
} from '@nonsmooth/kernels';

/** Taylor coefficients a₀..a_n of σ(c + t) = Σ a_k tᵏ; σ^{(k)}(c) = k!·a_k. */
export type Series = Float64Array;

/** 171! overflows, and so would the derivatives. */
const highestOrder = 170;

/**
 * The first `order` + 1 Taylor coefficients of a smooth activation at c, by recurrences of the differential
 * equations that its parts satisfy.
 * @throws ArgumentError for an activation without the derivatives: piecewise linear ones, and softsign or ELU
 *   on the wrong side of 0; for an order that is no integer from 0 to 170.
 */
export function activationSeries(activation: Activation, c: number, order: number): Series {
  if (!activationNames.includes(activation?.name)) {
    throw new ArgumentError('activation', activation?.name, activationNames.join(', '));
  }
  const { name } = activation;
  if (isPiecewiseLinear(name)) {
    throw new ArgumentError('activation', name, 'an activation with nonzero higher derivatives');
  }
  if (!(Number.isSafeInteger(order) && order >= 0 && order <= highestOrder)) {
    throw new ArgumentError('order', order, `an integer from 0 to ${highestOrder}`);
  }
  if (!Number.isFinite(c)) throw new ArgumentError('c', c, 'a finite number');
  return table[name](c, order, activation.parameter);
}

const table: {
  readonly [Name in CurvedName]: (c: number, order: number, parameter?: number) => Series;
} = {
  tanh: (c, n) => tanhOf(variable(c, n)),
  logistic: (c, n) => logistic(c, n),
  softplus: (c, n) => softplus(c, n),
  gelu: (c, n) => times(variable(c, n), normalDistribution(c, n)),
  swish: (c, n) => times(variable(c, n), logistic(c, n)),
  mish: (c, n) => times(variable(c, n), tanhOf(softplus(c, n))),
  elu(c, n, alpha = 1) {
    if (c >= 0) throw new ArgumentError('c', c, 'a number < 0 for elu, which is linear above');
    const series = exponential(c, n).map((a) => alpha * a);
    series[0] = alpha * Math.expm1(c);
    return series;
  },
  softsign(c, n) {
    if (c === 0)
      throw new ArgumentError('c', c, 'a number ≠ 0 for softsign, which is C¹ only at 0');
    // x/(1 + |x|) = ±(1 − 1/(1 ± x)) on its side
    const side = Math.sign(c);
    return Float64Array.from({ length: n + 1 }, (_, k) =>
      k === 0 ? c / (1 + Math.abs(c)) : (-side * (-side) ** k) / (1 + Math.abs(c)) ** (k + 1),
    );
  },
};

/** c + t. */
function variable(c: number, order: number): Series {
  const series = new Float64Array(order + 1);
  series[0] = c;
  if (order > 0) series[1] = 1;
  return series;
}

function times(u: Series, v: Series): Series {
  return u.map((_, k) => {
    let sum = 0;
    for (let i = 0; i <= k; i++) sum += u[i]! * v[k - i]!;
    return sum;
  });
}

/** The series with this value at 0 and this derivative. */
function integral(value: number, derivative: Series): Series {
  return derivative.map((_, k) => (k === 0 ? value : derivative[k - 1]! / k));
}

function exponential(c: number, order: number): Series {
  const series = new Float64Array(order + 1);
  series[0] = Math.exp(c);
  for (let k = 1; k <= order; k++) series[k] = series[k - 1]! / k;
  return series;
}

/** s' = s(1 − s). */
function logistic(c: number, order: number): Series {
  const s = new Float64Array(order + 1);
  s[0] = 1 / (1 + Math.exp(-c));
  for (let k = 0; k < order; k++) {
    let square = 0;
    for (let i = 0; i <= k; i++) square += s[i]! * s[k - i]!;
    s[k + 1] = (s[k]! - square) / (k + 1);
  }
  return s;
}

/** softplus' = logistic. */
function softplus(c: number, order: number): Series {
  const value = Math.max(c, 0) + Math.log1p(Math.exp(-Math.abs(c)));
  return integral(value, logistic(c, order));
}

/** T = tanh u: T' = (1 − T²)u'. */
function tanhOf(u: Series): Series {
  const t = new Float64Array(u.length);
  t[0] = Math.tanh(u[0]!);
  const complement = new Float64Array(u.length);
  for (let k = 0; k + 1 < u.length; k++) {
    let square = 0;
    for (let i = 0; i <= k; i++) square += t[i]! * t[k - i]!;
    complement[k] = (k === 0 ? 1 : 0) - square;
    let sum = 0;
    for (let i = 0; i <= k; i++) sum += (i + 1) * u[i + 1]! * complement[k - i]!;
    t[k + 1] = sum / (k + 1);
  }
  return t;
}

/** Φ' = φ with φ' = −xφ. */
function normalDistribution(c: number, order: number): Series {
  const density = new Float64Array(order + 1);
  density[0] = Math.exp((-c * c) / 2) / Math.sqrt(2 * Math.PI);
  for (let k = 0; k < order; k++) {
    density[k + 1] = -(c * density[k]! + (k > 0 ? density[k - 1]! : 0)) / (k + 1);
  }
  return integral(erfc(-c / Math.SQRT2) / 2, density);
}
