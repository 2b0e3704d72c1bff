import { toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import {
  smoothElu,
  smoothGelu,
  smoothMish,
  smoothSoftsign,
  smoothSwish,
} from '../scalar/activations.js';
import { add, mul } from './arithmetic.js';
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
  // α·elu₁ + (1 − α)·relu: all of the kink is relu's
  const value = toValue(x);
  return add(mul(alpha, elementwise(smoothElu, value)), mul(1 - alpha, relu(value)));
}

/** x/(1 + |x|), which is C¹. */
export function softsign(x: Operand): Value {
  return elementwise(smoothSoftsign, x);
}
