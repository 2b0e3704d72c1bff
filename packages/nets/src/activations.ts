import {
  div,
  elementwise,
  erf,
  expm1,
  leakyRelu,
  logistic,
  minimum,
  mul,
  relu,
  add,
  softplus,
  tanh,
  type Value,
} from '@nonsmooth/autodiff';
import type { Activation, ActivationName } from '@nonsmooth/kernels';

/** Every activation as a function that autodiff can trace; the formulas' slow twins of the kernels' tables. */
const forms: { readonly [Name in ActivationName]: (x: Value, parameter?: number) => Value } = {
  identity: (x) => x,
  relu: (x) => relu(x),
  // max(x, 0) + slope·min(x, 0)
  leakyRelu: (x, slope = 0.01) => leakyRelu(x, slope),
  tanh: (x) => tanh(x),
  // 1/(1 + e⁻ˣ)
  logistic: (x) => logistic(x),
  // log(1 + eˣ)
  softplus: (x) => softplus(x),
  // x·Φ(x) with the normal distribution function Φ (the erf form)
  gelu: (x) => mul(mul(0.5, x), add(1, erf(div(x, Math.SQRT2)))),
  // x·logistic(x)
  swish: (x) => mul(x, logistic(x)),
  // x·tanh(softplus(x))
  mish: (x) => mul(x, tanh(softplus(x))),
  // x for x > 0, α(eˣ − 1) for x ≤ 0: C¹ if α = 1, with a kink otherwise
  elu: (x, alpha = 1) =>
    alpha === 1 ? elementwise(elu, x) : add(relu(x), mul(alpha, expm1(minimum(x, 0)))),
  // x/(1 + |x|), C¹
  softsign: (x) => elementwise(softsign, x),
};

const elu = {
  name: 'elu',
  value: (x: number): number => (x > 0 ? x : Math.expm1(x)),
  derivative: (x: number): number => (x > 0 ? 1 : Math.exp(x)),
  secondDerivative: (x: number): number => (x > 0 ? 0 : Math.exp(x)),
};

const softsign = {
  name: 'softsign',
  value: (x: number): number => x / (1 + Math.abs(x)),
  derivative: (x: number): number => 1 / (1 + Math.abs(x)) ** 2,
  secondDerivative: (x: number): number => (-2 * Math.sign(x)) / (1 + Math.abs(x)) ** 3,
};

/** The activation applied entry by entry. */
export function activate(activation: Activation, x: Value): Value {
  return forms[activation.name](x, activation.parameter);
}
