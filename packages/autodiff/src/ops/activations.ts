import { toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import {
  eluBelow,
  smoothElu,
  smoothGelu,
  smoothMish,
  smoothSoftsign,
  smoothSwish,
} from '../scalar/activations.js';
import { add, mul, sub } from './arithmetic.js';
import { elementwise } from './elementary.js';
import { relu } from './kinks.js';

/** x·Φ(x) with the normal distribution function Φ. */
export function gelu(x: Operand): Value {
  return elementwise(smoothGelu, x);
}

/** x·logistic(x). */
export function swish(x: Operand): Value {
  return elementwise(smoothSwish, x);
}

/** x·tanh(softplus(x)). */
export function mish(x: Operand): Value {
  return elementwise(smoothMish, x);
}

/** x for x > 0, α(eˣ − 1) elsewhere: C¹ for α = 1, with a kink at 0 otherwise. */
export function elu(x: Operand, alpha = 1): Value {
  if (alpha === 1) return elementwise(smoothElu, x);
  // relu(x) + α(eᵗ − 1) with t = min(x, 0) = x − relu(x): all of the kink is relu's
  const value = toValue(x);
  const above = relu(value);
  return add(above, mul(alpha, elementwise(eluBelow, sub(value, above))));
}

/** x/(1 + |x|), which is C¹. */
export function softsign(x: Operand): Value {
  return elementwise(smoothSoftsign, x);
}
