import { ArgumentError } from '@nonsmooth/kernels';
import { Tracer } from '../builder.js';
import { constantOf, emit, toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import { div, mul } from './arithmetic.js';
import type { Op } from '../program.js';
import { exp, log } from './elementary.js';
import { abs } from './kinks.js';
import { norm } from './reductions.js';
import { broadcastTo, reshape, stack } from './structure.js';

export function square(x: Operand): Value {
  const value = toValue(x);
  return emit('square', [value], value.shape, {});
}

/** 1/x; its derivative at 0 throws NotLipschitzError. */
export function reciprocal(x: Operand): Value {
  return pow(x, -1);
}

/** x to a power; NaN for negative x and a power that is no integer, or that is no plain number. */
export function pow(x: Operand, exponent: Operand): Value {
  if (typeof exponent !== 'number') return exp(mul(exponent, log(x)));
  if (!Number.isFinite(exponent)) throw new ArgumentError('exponent', exponent, 'finite numbers');
  if (exponent === 0) return broadcastTo(1, toValue(x).shape);
  if (exponent === 1) return toValue(x);
  if (exponent === 2) return square(x);
  if (exponent === 0.5) return sqrt(x);
  const value = toValue(x);
  return emit('pow', [value], value.shape, { exponent });
}

/**
 * √x; its derivative at 0 throws NotLipschitzError. The root of a square is taken for the absolute value,
 * the root of a sum or mean of squares for the Euclidean norm: they have kinks where √ would give 0·∞.
 */
export function sqrt(x: Operand): Value {
  const value = toValue(x);
  return (
    (value instanceof Tracer ? rootOfSquares(value) : undefined) ??
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
