import { ShapeError } from '@nonsmooth/kernels';
import type { Kinks } from '@nonsmooth/kernels';
import { defaultKinks } from '@nonsmooth/kernels';
import type { Tensor } from '@nonsmooth/tensor';
import { currentBuilder, Tracer } from './builder.js';
import type { Builder } from './builder.js';
import { lift, toValue } from './emit.js';
import type { Operand, Value } from './emit.js';
import { evaluate } from './evaluate.js';
import type { Argument } from './evaluate.js';
import { broadcastTo } from './ops/structure.js';
import { sizeOf } from './shape.js';
import { forwardSweep, reverseSweep } from './sweep.js';
import { constantWeights } from './ties.js';
import { trace } from './trace.js';

/** A function of one traced argument. */
export type Traceable = (x: Tracer) => Operand;

export interface DerivativeOptions {
  /** Derivatives at kinks; default relu'(0) = 0, abs'(0) = 0, ties split equally. */
  readonly kinks?: Kinks;
}

let variables = 0;

/** The argument under a new name in the trace, so that a derivative with respect to it means just this use. */
function variable(builder: Builder, x: Value): Tracer {
  return builder.add<'variable'>({
    op: 'variable',
    inputs: [lift(builder, x).node],
    shape: x.shape,
    id: ++variables,
  });
}

/**
 * Runs `body`, which builds derivatives within a trace, on these arguments: as part of the running trace if
 * there is one, else traced and evaluated.
 */
function differentiate(
  args: readonly Operand[],
  body: (builder: Builder, args: readonly Tracer[]) => readonly Value[],
): readonly Value[] {
  const values = args.map(toValue);
  const running = currentBuilder();
  if (running !== undefined) {
    return body(
      running,
      values.map((value) => lift(running, value)),
    );
  }
  const program = trace(
    (...inputs) => body(inputs[0]!.builder, inputs),
    values.map(({ shape }) => shape),
  );
  return evaluate(program, values as readonly Tensor[]);
}

/** f at x in the trace, as a scalar. */
function scalarValue(f: Traceable, builder: Builder, x: Tracer): Tracer {
  const value = lift(builder, toValue(f(x)));
  if (sizeOf(value.shape) !== 1) {
    throw new ShapeError('value of f', value.shape, 'one number, to have a gradient');
  }
  return value;
}

function zerosLike(x: Value): Value {
  return broadcastTo(0, x.shape);
}

function valueAndGradientIn(
  f: Traceable,
  builder: Builder,
  x: Tracer,
  kinks: Kinks,
): readonly [Value, Value] {
  const at = variable(builder, x);
  const value = scalarValue(f, builder, at);
  const one = broadcastTo(1, value.shape);
  const [gradient] = reverseSweep(builder, [value], [one], [at], constantWeights(kinks));
  return [value, gradient ?? zerosLike(x)];
}

/** The gradient of a function with one number as value; as a function that can be traced again. */
export interface Gradient {
  (x: Tracer): Value;
  (x: Argument): Tensor;
}

/** x ↦ ∇f(x), in the shape of x. Within a trace the result is traced, so derivatives can be nested. */
export function grad(f: Traceable, { kinks = defaultKinks }: DerivativeOptions = {}): Gradient {
  const gradient = (x: Operand): Value =>
    differentiate([x], (builder, [at]) => [valueAndGradientIn(f, builder, at!, kinks)[1]])[0]!;
  return gradient as Gradient;
}

export interface ValueAndGradient {
  (x: Tracer): { readonly value: Value; readonly gradient: Value };
  (x: Argument): { readonly value: number; readonly gradient: Tensor };
}

/** x ↦ (f(x), ∇f(x)). */
export function valueAndGrad(
  f: Traceable,
  { kinks = defaultKinks }: DerivativeOptions = {},
): ValueAndGradient {
  const both = (x: Operand): { value: Value | number; gradient: Value } => {
    const [value, gradient] = differentiate([x], (builder, [at]) =>
      valueAndGradientIn(f, builder, at!, kinks),
    ) as [Value, Value];
    return { value: value instanceof Tracer ? value : value.data[0]!, gradient };
  };
  return both as ValueAndGradient;
}

export interface Pullback {
  (x: Tracer, w: Operand): { readonly value: Value; readonly cotangent: Value };
  (x: Argument, w: Argument): { readonly value: Tensor; readonly cotangent: Tensor };
}

/** (x, w) ↦ (f(x), Jᵀw): reverse mode, w in the shape of f(x). */
export function vjp(f: Traceable, { kinks = defaultKinks }: DerivativeOptions = {}): Pullback {
  const pullback = (x: Operand, w: Operand): { value: Value; cotangent: Value } => {
    const [value, cotangent] = differentiate([x, w], (builder, [at, seed]) => {
      const point = variable(builder, at!);
      const image = lift(builder, toValue(f(point)));
      const c = broadcastTo(seed!, image.shape);
      const [flow] = reverseSweep(builder, [image], [c], [point], constantWeights(kinks));
      return [image, flow ?? zerosLike(at!)];
    }) as [Value, Value];
    return { value, cotangent };
  };
  return pullback as Pullback;
}

export interface Pushforward {
  (x: Tracer, v: Operand): { readonly value: Value; readonly tangent: Value };
  (x: Argument, v: Argument): { readonly value: Tensor; readonly tangent: Tensor };
}

/** (x, v) ↦ (f(x), Jv): forward mode, v in the shape of x. */
export function jvp(f: Traceable, { kinks = defaultKinks }: DerivativeOptions = {}): Pushforward {
  const pushforward = (x: Operand, v: Operand): { value: Value; tangent: Value } => {
    const [value, tangent] = differentiate([x, v], (builder, [at, seed]) => {
      const point = variable(builder, at!);
      const image = lift(builder, toValue(f(point)));
      const direction = broadcastTo(seed!, at!.shape);
      const [moved] = forwardSweep(builder, [image], [point], [direction], constantWeights(kinks));
      return [image, moved ?? zerosLike(image)];
    }) as [Value, Value];
    return { value, tangent };
  };
  return pushforward as Pushforward;
}

export interface HessianProduct {
  (x: Tracer, v: Operand): Value;
  (x: Argument, v: Argument): Tensor;
}

/** (x, v) ↦ ∇²f(x)·v: forward mode over reverse mode. */
export function hvp(f: Traceable, options: DerivativeOptions = {}): HessianProduct {
  const moveGradient = jvp(grad(f, options), options);
  return ((x: Tracer, v: Operand): Value => moveGradient(x, v).tangent) as HessianProduct;
}
