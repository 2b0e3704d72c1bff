import { requireKnownOptions } from '@nonsmooth/core';
import type { Tensor } from '@nonsmooth/tensor';
import type { Tracer } from '../builder.js';
import type { Operand, Value } from '../emit.js';
import type { Argument } from '../evaluate.js';
import { broadcastTo } from '../ops/structure.js';
import {
  derivativeOptionNames,
  differentiate,
  requireTraceable,
  type DerivativeOptions,
  type Traceable,
} from './differentiate.js';
import { alongGradient } from './gradient-along.js';

/** (x, w) ↦ (f(x), Jᵀw), with the Jacobian J of f at x. */
export interface Pullback {
  (x: Tracer, w: Operand): { readonly value: Value; readonly cotangent: Value };
  (x: Argument, w: Argument): { readonly value: Tensor; readonly cotangent: Tensor };
  (x: Operand, w: Operand): { readonly value: Value; readonly cotangent: Value };
}

/** (x, w) ↦ (f(x), Jᵀw): reverse mode, w in the shape of f(x). */
export function vjp(f: Traceable, options: DerivativeOptions = {}): Pullback {
  requireKnownOptions('options', options, derivativeOptionNames);
  requireTraceable('f', f);
  const pullback = (x: Operand, w: Operand): { value: Value; cotangent: Value } => {
    const [value, cotangent] = differentiate(f, [x, w], options, ({ image, reverse }, seed) => [
      image,
      reverse(image, broadcastTo(seed, image.shape)),
    ]) as [Value, Value];
    return { value, cotangent };
  };
  return pullback as Pullback;
}

/** (x, v) ↦ (f(x), Jv), with the Jacobian J of f at x. */
export interface Pushforward {
  (x: Tracer, v: Operand): { readonly value: Value; readonly tangent: Value };
  (x: Argument, v: Argument): { readonly value: Tensor; readonly tangent: Tensor };
  (x: Operand, v: Operand): { readonly value: Value; readonly tangent: Value };
}

/** (x, v) ↦ (f(x), Jv): forward mode, v in the shape of x. */
export function jvp(f: Traceable, options: DerivativeOptions = {}): Pushforward {
  requireKnownOptions('options', options, derivativeOptionNames);
  requireTraceable('f', f);
  const pushforward = (x: Operand, v: Operand): { value: Value; tangent: Value } => {
    const [value, tangent] = differentiate(f, [x, v], options, ({ at, image, forward }, seed) => [
      image,
      forward(image, broadcastTo(seed, at.shape)),
    ]) as [Value, Value];
    return { value, tangent };
  };
  return pushforward as Pushforward;
}

/** (x, v) ↦ ∇²f(x)·v. */
export interface HessianProduct {
  (x: Tracer, v: Operand): Value;
  (x: Argument, v: Argument): Tensor;
  (x: Operand, v: Operand): Value;
}

/** (x, v) ↦ ∇²f(x)·v: forward mode over reverse mode; kinks have no curvature. */
export function hvp(f: Traceable, options: DerivativeOptions = {}): HessianProduct {
  requireKnownOptions('options', options, derivativeOptionNames);
  requireTraceable('f', f);
  const product = (x: Operand, v: Operand): Value =>
    differentiate(f, [x, v], options, (placed, seed) => [alongGradient(placed, seed)])[0]!;
  return product as HessianProduct;
}
