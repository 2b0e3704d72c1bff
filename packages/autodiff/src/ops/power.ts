import { ArgumentError } from '@nonsmooth/core';
import type { Tensor } from '@nonsmooth/tensor';
import { Tracer } from '../builder.js';
import { constantOf, emit, toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import { div, mul } from './arithmetic.js';
import type { Op } from '../program.js';
import { broadcastShapes } from '../shape.js';
import { exp, log } from './elementary.js';
import { abs } from './kinks.js';
import { norm } from './reductions.js';
import { broadcastTo, concatenate, gather, ravel, reshape, stack } from './structure.js';

/** x². */
export function square(x: Operand): Value {
  const value = toValue(x);
  return emit('square', [value], value.shape, {});
}

/** 1/x; its derivative at 0 throws NotLipschitzError. */
export function reciprocal(x: Operand): Value {
  return pow(x, -1);
}

/**
 * x to a power, with broadcasting; NaN for negative x and a power that is no integer. A traced power is
 * exp(exponent·log x), for positive x only.
 */
export function pow(x: Operand, exponent: Operand): Value {
  if (typeof exponent !== 'number') {
    const power = toValue(exponent);
    const known = constantOf(power);
    return known === undefined ? exp(mul(power, log(x))) : powers(toValue(x), known);
  }
  if (!Number.isFinite(exponent)) throw new ArgumentError('exponent', exponent, 'finite numbers');
  if (exponent === 0) return broadcastTo(1, toValue(x).shape);
  if (exponent === 1) return toValue(x);
  if (exponent === 2) return square(x);
  if (exponent === 0.5) return sqrt(x);
  const value = toValue(x);
  return emit('pow', [value], value.shape, { exponent });
}

/** Each entry to its own constant power: gathered by power, and put back. */
function powers(x: Value, exponents: Tensor): Value {
  const shape = broadcastShapes(x.shape, exponents.shape);
  const { data } = broadcastTo(exponents, shape) as Tensor;
  const places = new Map<number, number[]>();
  data.forEach((exponent, at) => {
    const known = places.get(exponent);
    if (known === undefined) places.set(exponent, [at]);
    else known.push(at);
  });
  if (places.size === 1) return pow(broadcastTo(x, shape), data[0]!);
  const entries = ravel(broadcastTo(x, shape));
  const parts = [...places].map(([exponent, list]) => pow(gather(entries, list), exponent));
  if (parts.length === 0) return broadcastTo(x, shape);
  const order = [...places.values()].flat();
  const back = new Array<number>(order.length);
  order.forEach((at, i) => (back[at] = i));
  return reshape(gather(concatenate(parts), back), shape);
}

/**
 * √x; its derivative at 0 throws NotLipschitzError. The root of a square is taken for the absolute value,
 * the root of a sum or mean of squares for the Euclidean norm: they have kinks where √ would give 0·∞.
 */
export function sqrt(x: Operand): Value {
  const value = toValue(x);
  return (
    (value instanceof Tracer ? (rootOfShifted(value) ?? rootOfSquares(value)) : undefined) ??
    emit('sqrt', [value], value.shape, {})
  );
}

/** √value ≥ 0 without a root of 0: where value is a square, or a sum or positive multiple of such. */
function rootOfSquares(
  value: Tracer,
  known: Map<number, Value | undefined> = new Map(),
): Value | undefined {
  if (!known.has(value.node)) known.set(value.node, findRoot(value, known));
  return known.get(value.node);
}

function findRoot(value: Tracer, known: Map<number, Value | undefined>): Value | undefined {
  const node = value.builder.nodes[value.node]!;
  const squared = baseOfSquare(value);
  if (squared !== undefined) return abs(squared);
  if (!sumsAndMultiples.has(node.op)) return undefined;
  const inputs = node.inputs.map((input) => new Tracer(value.builder, input));
  const [first, second] = inputs.map((input) => baseOfSquare(input) ?? rootOfSquares(input, known));
  switch (node.op) {
    case 'sum':
      return first && norm(first, node.axes);
    case 'reshape':
      return first && abs(reshape(first, node.shape));
    case 'add':
      return (
        first && second && norm(stack([first, second].map((u) => broadcastTo(u, node.shape))), [0])
      );
    case 'div':
      return first && scaled(first, div, inputs[1]!);
    case 'mul':
      return (
        (first && scaled(first, mul, inputs[1]!)) ?? (second && scaled(second, mul, inputs[0]!))
      );
    default:
      return undefined;
  }
}

/** √(c + u²) = √c·√(1 + (u/√c)²) for a positive constant c. */
function rootOfShifted(value: Tracer): Value | undefined {
  const { op, inputs: from, shape } = value.builder.nodes[value.node]!;
  if (op !== 'add') return undefined;
  const inputs = from.map((input) => new Tracer(value.builder, input));
  for (const [i, input] of inputs.entries()) {
    const base = baseOfSquare(inputs[1 - i]!);
    const c = constantOf(input);
    if (base === undefined || !c?.data.every((entry) => entry > 0 && entry < Infinity)) continue;
    const root = sqrt(c);
    const scaled = broadcastTo(div(base, root), shape);
    return mul(emit('secAtan', [scaled], shape, {}), root);
  }
  return undefined;
}

const sumsAndMultiples: ReadonlySet<Op> = new Set<Op>(['sum', 'reshape', 'add', 'mul', 'div']);

/** |base|, scaled by the root of a positive constant. */
function scaled(
  base: Value,
  scale: (root: Value, c: Value) => Value,
  factor: Tracer,
): Value | undefined {
  const c = constantOf(factor);
  return c?.data.every((entry) => entry > 0) ? scale(abs(base), sqrt(c)) : undefined;
}

/** u, where the value is u². */
function baseOfSquare(value: Tracer): Tracer | undefined {
  const node = value.builder.nodes[value.node]!;
  const isSquare = node.op === 'square' || (node.op === 'mul' && node.inputs[0] === node.inputs[1]);
  return isSquare ? new Tracer(value.builder, node.inputs[0]!) : undefined;
}
