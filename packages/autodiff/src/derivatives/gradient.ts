import { requireKnownOptions, ShapeError } from '@nonsmooth/core';
import type { Tensor } from '@nonsmooth/tensor';
import { Tracer } from '../builder.js';
import type { Operand, Value } from '../emit.js';
import type { Argument } from '../evaluate.js';
import { broadcastTo } from '../ops/structure.js';
import { sizeOf } from '../shape.js';
import {
  derivativeOptionNames,
  differentiate,
  requireTraceable,
  type DerivativeOptions,
  type Placed,
  type Traceable,
} from './differentiate.js';

/** The gradient in a trace of a placed function with one number as value. */
export function gradientOf({ image, reverse }: Placed): Value {
  if (sizeOf(image.shape) !== 1) {
    throw new ShapeError('value of f', image.shape, 'one number, to have a gradient');
  }
  return reverse(image, broadcastTo(1, image.shape));
}

/** x ↦ ∇f(x), in the shape of x. */
export interface Gradient {
  (x: Tracer): Value;
  (x: Argument): Tensor;
  (x: Operand): Value;
}

/**
 * The gradient of a function with one number as value, by reverse mode. Within a trace it is traced as well, so
 * that derivatives nest: `grad((x) => dot(grad(f)(x), v))`.
 */
export function grad(f: Traceable, options: DerivativeOptions = {}): Gradient {
  requireKnownOptions('options', options, derivativeOptionNames);
  requireTraceable('f', f);
  const gradient = (x: Operand): Value =>
    differentiate(f, [x], options, (placed) => [gradientOf(placed)])[0]!;
  return gradient as Gradient;
}

/** x ↦ (f(x), ∇f(x)): tensors at given numbers, traced values inside a trace. */
export interface ValueAndGradient {
  (x: Tracer): { readonly value: Value; readonly gradient: Value };
  (x: Argument): { readonly value: number; readonly gradient: Tensor };
  (x: Operand): { readonly value: Value | number; readonly gradient: Value };
}

/** x ↦ (f(x), ∇f(x)). */
export function valueAndGrad(f: Traceable, options: DerivativeOptions = {}): ValueAndGradient {
  requireKnownOptions('options', options, derivativeOptionNames);
  requireTraceable('f', f);
  const both = (x: Operand): { value: Value | number; gradient: Value } => {
    const [value, gradient] = differentiate(f, [x], options, (placed) => [
      placed.image,
      gradientOf(placed),
    ]) as [Value, Value];
    return { value: value instanceof Tracer ? value : value.data[0]!, gradient };
  };
  return both as ValueAndGradient;
}
