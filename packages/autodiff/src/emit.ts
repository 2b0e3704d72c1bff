import { ArgumentError, floatArray, type Dtype, type FloatArray } from '@nonsmooth/core';
import { fromData, isTensor, tensor } from '@nonsmooth/tensor';
import type { NestedNumbers, Tensor } from '@nonsmooth/tensor';
import { Builder, builderOf, Tracer } from './builder.js';
import { ForeignTracerError } from './errors.js';
import { recognize } from './recognition.js';
import { prepare } from './rules/forward.js';
import type { Attributes, Node, Op, Shape } from './program.js';
import { sizeOf } from './shape.js';

/** What a traced function takes and returns: a tensor, or a traced one. */
export type Value = Tensor | Tracer;

/** What ops accept. */
export type Operand = Value | FloatArray | NestedNumbers;

/** The operand as a tensor or traced value; numbers and nested arrays become constants. */
export function toValue(operand: Operand): Value {
  if (operand instanceof Tracer) return used(operand);
  if (isTensor(operand)) return operand;
  if (Array.isArray(operand) && holdsTraced(operand)) {
    throw new ArgumentError('values', 'an array of traced values', 'stack or concatenate of them');
  }
  return tensor(operand);
}

function used(value: Tracer): Tracer {
  value.builder.noteUse(value.node);
  return value;
}

function holdsTraced(list: readonly unknown[]): boolean {
  return list.some(
    (entry) => entry instanceof Tracer || (Array.isArray(entry) && holdsTraced(entry)),
  );
}

/** `value` as a node of `builder`; numbers are copied, so that the program does not change with them. */
export function lift(builder: Builder, value: Value): Tracer {
  if (value instanceof Tracer) {
    if (value.builder !== builder) throw new ForeignTracerError();
    return value;
  }
  const known = builder.constants.get(value);
  if (known !== undefined && sameNumbers(constantOf(known)!, value)) return known;
  const constant = own(builder, tensor(value));
  builder.constants.set(value, constant);
  return constant;
}

/**
 * The operands as values; a number beside a traced value becomes a constant of its trace at once.
 */
export function pairOf(a: Operand, b: Operand): readonly [Value, Value] {
  if (a instanceof Tracer && typeof b === 'number') return [used(a), number(a.builder, b)];
  if (b instanceof Tracer && typeof a === 'number') return [number(b.builder, a), used(b)];
  return [toValue(a), toValue(b)];
}

/** The operands as values, like `pairOf`. */
export function valuesOf(operands: readonly Operand[]): readonly Value[] {
  const traced = operands.find((operand) => operand instanceof Tracer);
  if (traced === undefined) return operands.map(toValue);
  const { builder } = traced;
  return operands.map((operand) =>
    typeof operand === 'number' ? number(builder, operand) : toValue(operand),
  );
}

function number(builder: Builder, value: number): Tracer {
  const known = builder.numbers.get(value);
  // a Map does not tell 0 from −0
  if (known !== undefined && value !== 0) return known;
  const constant = own(builder, tensor(value));
  builder.numbers.set(value, constant);
  return constant;
}

/** A tensor that nobody else holds as a node of `builder`. */
function own(builder: Builder, value: Tensor): Tracer {
  return builder.add<'constant'>({ op: 'constant', inputs: [], shape: value.shape, value });
}

function sameNumbers(a: Tensor, b: Tensor): boolean {
  return a.data.every((entry, i) => Object.is(entry, b.data[i]));
}

/**
 * One more node, with the shape given: part of the trace that the inputs belong to, or evaluated at once if
 * none of them is traced.
 */
export function emit<O extends Op>(
  op: O,
  inputs: readonly Value[],
  shape: Shape,
  attributes: Attributes[O],
): Value {
  const builder = builderOf(inputs);
  if (builder === undefined) return evaluateNow(op, inputs as readonly Tensor[], shape, attributes);
  if (builder.recognizes) {
    const recognized = recognize(op, inputs, shape, emit);
    if (recognized !== undefined) return recognized;
  }
  if (op !== 'divisor' && inputs.every(isConstant)) {
    const known = inputs.map((input) => constantOf(input)!);
    return own(builder, evaluateNow(op, known, shape, attributes));
  }
  const indices = inputs.map((input) => lift(builder, input).node);
  return builder.add<O>({ op, inputs: indices, shape, ...attributes });
}

function isConstant(value: Value): boolean {
  return constantOf(value) !== undefined;
}

/** The tensor behind a value that is known while tracing. */
export function constantOf(value: Value): Tensor | undefined {
  if (!(value instanceof Tracer)) return value;
  const node = value.builder.nodes[value.node]!;
  return node.op === 'constant' ? node.value : undefined;
}

function evaluateNow<O extends Op>(
  op: O,
  inputs: readonly Tensor[],
  shape: Shape,
  attributes: Attributes[O],
): Tensor {
  return applyNode({ op, inputs: [], shape, ...attributes } as unknown as Node, inputs);
}

/** The value of a node at these inputs, in the place of its own. */
export function applyNode(node: Node, inputs: readonly Tensor[]): Tensor {
  const { shape } = node;
  const out = floatArray(commonDtype(inputs), sizeOf(shape));
  prepare({ ...node, inputs: inputs.map((_, i) => i) }, inputs, { data: out, shape })();
  return fromData(out, shape);
}

/** Single precision only where every tensor is: a single double makes the result double. */
export function commonDtype(inputs: readonly { readonly dtype: Dtype }[]): Dtype {
  return inputs.length > 0 && inputs.every(({ dtype }) => dtype === 'f32') ? 'f32' : 'f64';
}
