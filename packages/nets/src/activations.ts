import {
  clip,
  elu,
  gelu,
  leakyRelu,
  logistic,
  mish,
  relu,
  softplus,
  softsign,
  swish,
  tanh,
  type Value,
} from '@nonsmooth/autodiff';
import type { Activation, ActivationName } from '@nonsmooth/kernels';

/** Every activation in operations that autodiff can trace: the slow twins of the kernels' activations. */
const forms: { readonly [Name in ActivationName]: (x: Value, parameter?: number) => Value } = {
  identity: (x) => x,
  relu: (x) => relu(x),
  leakyRelu: (x, slope) => leakyRelu(x, slope),
  hardTanh: (x) => clip(x, -1, 1),
  tanh: (x) => tanh(x),
  logistic: (x) => logistic(x),
  softplus: (x) => softplus(x),
  gelu: (x) => gelu(x),
  swish: (x) => swish(x),
  mish: (x) => mish(x),
  elu: (x, alpha) => elu(x, alpha),
  softsign: (x) => softsign(x),
};

/** The activation applied entry by entry. */
export function activate(activation: Activation, x: Value): Value {
  return forms[activation.name](x, activation.parameter);
}
