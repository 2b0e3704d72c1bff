import { ArgumentError, type OptionNames } from '@nonsmooth/core';
import { defaultKinks } from '@nonsmooth/kernels';
import type { Kinks } from '@nonsmooth/kernels';
import { fromData, tensor } from '@nonsmooth/tensor';
import type { Tensor } from '@nonsmooth/tensor';
import { Builder, currentBuilder, Tracer, within } from '../builder.js';
import { lift, toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import { evaluate } from '../evaluate.js';
import { prepareProgram } from '../execution.js';
import { checkedSignature, constantChoice, isConstantPolicy } from '../kink-policy.js';
import type { KinkPolicy, SignaturePolicy } from '../kink-policy.js';
import { absorb } from '../ops/chain-product.js';
import { broadcastTo } from '../ops/structure.js';
import type { Program, Shape } from '../program.js';
import type { KinkChoice } from '../rules/context.js';
import { signatureChoice } from '../switching/choice.js';
import { directionalChoice } from '../switching/directional-signature.js';
import { sizeOf } from '../shape.js';
import { inlineSwitched, switchedProgram } from '../switching/variables.js';
import { clearStructuralZeros, mayDepend } from '../structural-zeros.js';
import { forwardSweep, reverseSweep } from '../sweep.js';
import { requireTraceOptions, trace } from '../trace.js';
import type { TraceOptions } from '../trace.js';

/** A function of one traced argument. */
export type Traceable = (x: Tracer) => Operand;

/** Options of everything that differentiates. */
export interface DerivativeOptions extends TraceOptions {
  /** Derivatives at kinks; default relu'(0) = 0, abs'(0) = 0, ties split equally. */
  readonly kinks?: KinkPolicy;
}

/** The names of these options. */
export const derivativeOptionNames: OptionNames<DerivativeOptions> = {
  kinks: true,
  recognize: true,
  debugNonFinite: true,
};

/** Throws ArgumentError unless `f` is a function, which derivatives are taken of. */
export function requireTraceable(argument: string, f: unknown): asserts f is Traceable {
  if (typeof f !== 'function') {
    throw new ArgumentError(argument, f, 'a function of a traced value');
  }
}

/** A policy that no longer depends on the point. */
type FixedPolicy = Kinks | (SignaturePolicy & { readonly units?: Float64Array });

/** A function placed in a trace, ready to be differentiated. */
export interface Placed {
  readonly at: Tracer;
  readonly image: Tracer;
  readonly reverse: (output: Tracer, seed: Value) => Value;
  readonly forward: (output: Tracer, seed: Value) => Value;
}

/**
 * Runs `body`, which builds derivatives of f at its first argument: as part of the running trace if there is
 * one, else traced and evaluated.
 */
export function differentiate(
  f: Traceable,
  args: readonly Operand[],
  { kinks = defaultKinks, ...options }: DerivativeOptions,
  body: (f: Placed, ...seeds: Tracer[]) => readonly Value[],
): readonly Value[] {
  const values = args.map(toValue);
  const policy = fixed(kinks, f, values[0]!);
  const running = currentBuilder();
  if (running !== undefined) {
    const [x, ...seeds] = values.map((value) => lift(running, value)) as [Tracer, ...Tracer[]];
    return body(place(f, running, x, policy), ...seeds);
  }
  const shapes = values.map(({ shape }) => shape);
  return evaluate(tracePlaced(f, shapes, policy, options, body), values as readonly Tensor[]);
}

/** The program of derivatives of f at its first input, by a policy that may not depend on the point. */
export function derivativeProgram(
  f: Traceable,
  shapes: readonly Shape[],
  { kinks = defaultKinks, ...options }: DerivativeOptions,
  body: (f: Placed, ...seeds: Tracer[]) => readonly Value[],
): Program {
  if (!isConstantPolicy(kinks) && 'direction' in kinks) throw untracedPoint();
  return tracePlaced(f, shapes, kinks, options, body);
}

function tracePlaced(
  f: Traceable,
  shapes: readonly Shape[],
  policy: FixedPolicy,
  options: TraceOptions,
  body: (f: Placed, ...seeds: Tracer[]) => readonly Value[],
): Program {
  // f is all there is in this trace: its input needs no new name
  return trace((x, ...seeds) => body(placeAt(f, x, policy), ...seeds), shapes, options);
}

/** A derivative along the unit vectors of a shape. */
export interface AlongUnits {
  readonly shape: Shape;
  readonly along: (unit: Value) => Value;
}

/**
 * As `differentiate`, for one derivative along every unit vector of a shape that f decides: unrolled in a running
 * trace, else one program that is run again and again.
 */
export function differentiateAlongUnits(
  f: Traceable,
  x: Operand,
  { kinks = defaultKinks, ...options }: DerivativeOptions,
  body: (f: Placed) => AlongUnits,
): { readonly placed: Placed; readonly values: readonly Value[] } {
  const value = toValue(x);
  const policy = fixed(kinks, f, value);
  const running = currentBuilder();
  if (running !== undefined) {
    const placed = place(f, running, lift(running, value), policy);
    return { placed, values: unrolled(running, body(placed)) };
  }
  requireTraceOptions(options);
  const builder = new Builder(options);
  const input = (index: number, shape: Shape): Tracer =>
    builder.add<'input'>({ op: 'input', inputs: [], shape, index });
  const at = input(0, value.shape);
  const { placed, program } = within(builder, () => {
    const placed = placeAt(f, at, policy);
    const { shape, along } = body(placed);
    const unit = input(1, shape);
    const derivative = lift(builder, along(unit));
    builder.requireUsedComparisons();
    const program = builder.finish([at, unit], [derivative]);
    return { placed, program: { ...program, debugNonFinite: options.debugNonFinite === true } };
  });
  const point = value as Tensor;
  const { inputs, outputs, run } = prepareProgram(program, point.dtype);
  inputs[0]!.data.set(point.data);
  const values = unitVectors(inputs[1]!.shape).map((unit, entry) => {
    inputs[1]!.data.set(unit.data);
    run();
    const derivative = outputs[0]!.data.slice();
    clearStructuralZeros(program, 1, entry, derivative);
    return fromData(derivative, outputs[0]!.shape);
  });
  return { placed, values };
}

/** The derivative along every unit vector within a trace, 0 where it depends on nothing that moves. */
function unrolled(builder: Builder, { shape, along }: AlongUnits): readonly Value[] {
  const units = unitVectors(shape);
  if (units.length < 2) return units.map(along);
  // along a vector without numbers, which folds nothing: its nodes tell the structure, and nothing else needs them
  const any = variable(builder, lift(builder, units[0]!));
  const structure = lift(builder, along(any));
  return units.map((unit, entry) => {
    const value = along(unit);
    const moves = mayDepend(builder.nodes, any.node, entry, structure.node);
    if (moves.every(Boolean)) return value;
    return absorb(value, fromData(Float64Array.from(moves, Number), structure.shape));
  });
}

function unitVectors(shape: Shape): Tensor[] {
  const size = sizeOf(shape);
  return Array.from({ length: size }, (_, i) => {
    const unit = new Float64Array(size);
    unit[i] = 1;
    return fromData(unit, shape);
  });
}

function untracedPoint(): ArgumentError {
  return new ArgumentError('kinks.direction', 'a traced point', 'points with numbers');
}

function fixed(kinks: KinkPolicy, f: Traceable, x: Value): FixedPolicy {
  if (isConstantPolicy(kinks) || !('direction' in kinks)) return kinks;
  if (x instanceof Tracer) {
    throw untracedPoint();
  }
  return directionalChoice(trace(f, [x.shape]), x, tensor(kinks.direction));
}

let variables = 0;

/** The argument under a new name, so that a derivative with respect to it means this use of it only. */
function variable(builder: Builder, x: Tracer): Tracer {
  return builder.add<'variable'>({
    op: 'variable',
    inputs: [x.node],
    shape: x.shape,
    id: ++variables,
  });
}

/** Places f into a program at x, ready for reverse and forward sweeps by the kink policy. */
export function place(f: Traceable, builder: Builder, x: Tracer, policy: FixedPolicy): Placed {
  return placeAt(f, variable(builder, x), policy);
}

function placeAt(f: Traceable, at: Tracer, policy: FixedPolicy): Placed {
  const { builder } = at;
  const { image, choice } =
    'signature' in policy
      ? placeSwitched(f, builder, at, policy)
      : { image: lift(builder, toValue(f(at))), choice: constantChoice(policy) };
  return {
    at,
    image,
    reverse: (output, seed) =>
      reverseSweep(builder, [output], [seed], [at], choice)[0] ?? zeros(at.shape),
    forward: (output, seed) =>
      forwardSweep(builder, [output], [at], [seed], choice)[0] ?? zeros(output.shape),
  };
}

function placeSwitched(
  f: Traceable,
  builder: Builder,
  at: Tracer,
  policy: Exclude<FixedPolicy, Kinks>,
): { readonly image: Tracer; readonly choice: KinkChoice } {
  const switched = switchedProgram(trace(f, [at.shape]));
  const placing = inlineSwitched(switched, builder, [at]);
  const signature = checkedSignature(policy, switched.size);
  const units = policy.units && tensor(policy.units);
  return {
    image: placing.placed[switched.program.outputs[0]!]!,
    choice: signatureChoice(placing, signature, units),
  };
}

function zeros(shape: Shape): Value {
  return broadcastTo(0, shape);
}
