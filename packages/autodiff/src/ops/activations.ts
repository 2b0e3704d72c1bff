import { toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import type { ScalarFunction } from '../scalar-function.js';
import { add, div, mul } from './arithmetic.js';
import { elementwise, erfc, logistic, neg, softplus, tanh } from './elementary.js';
import { relu } from './kinks.js';

/** x·Φ(x) with the normal distribution function Φ(x) = erfc(−x/√2)/2, accurate for negative x as well. */
export function gelu(x: Operand): Value {
  const value = toValue(x);
  return mul(mul(0.5, value), erfc(div(neg(value), Math.SQRT2)));
}

/** x·logistic(x). */
export function swish(x: Operand): Value {
  const value = toValue(x);
  return mul(value, logistic(value));
}

/** x·tanh(softplus(x)). */
export function mish(x: Operand): Value {
  const value = toValue(x);
  return mul(value, tanh(softplus(value)));
}

/** x for x > 0, α(eˣ − 1) elsewhere: C¹ for α = 1, with a kink at 0 otherwise. */
export function elu(x: Operand, alpha = 1): Value {
  if (alpha === 1) return elementwise(smoothElu, x);
  // α·elu₁ + (1 − α)·relu: all of the kink is relu's
  const value = toValue(x);
  return add(mul(alpha, elementwise(smoothElu, value)), mul(1 - alpha, relu(value)));
}

/** x/(1 + |x|), which is C¹. */
export function softsign(x: Operand): Value {
  return elementwise(smoothSoftsign, x);
}

// Second derivatives jump at 0; there the mean of both sides is taken.
const smoothElu: ScalarFunction = {
  name: 'elu',
  value: (x) => (x > 0 ? x : Math.expm1(x)),
  derivative: (x) => (x > 0 ? 1 : Math.exp(x)),
  secondDerivative: (x) => (x > 0 ? 0 : x === 0 ? 0.5 : Math.exp(x)),
  thirdDerivative: (x) => (x > 0 ? 0 : x === 0 ? 0.5 : Math.exp(x)),
};

const smoothSoftsign: ScalarFunction = {
  name: 'softsign',
  value: (x) => x / (1 + Math.abs(x)),
  derivative: (x) => 1 / (1 + Math.abs(x)) ** 2,
  secondDerivative: (x) => (-2 * Math.sign(x)) / (1 + Math.abs(x)) ** 3,
  thirdDerivative: (x) => 6 / (1 + Math.abs(x)) ** 4,
};
