import { ArgumentError } from '@nonsmooth/kernels';
import { Tracer } from '../builder.js';
import { emit, toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import type { Node } from '../program.js';
import { abs } from './kinks.js';
import { norm } from './reductions.js';

export function square(x: Operand): Value {
  const value = toValue(x);
  return emit('square', [value], value.shape, {});
}

/** 1/x; its derivative at 0 throws NotLipschitzError. */
export function reciprocal(x: Operand): Value {
  return pow(x, -1);
}

/** x to a constant power; NaN for negative x and a power that is no integer. */
export function pow(x: Operand, exponent: number): Value {
  if (!Number.isFinite(exponent)) throw new ArgumentError('exponent', exponent, 'finite numbers');
  if (exponent === 1) return toValue(x);
  if (exponent === 2) return square(x);
  if (exponent === 0.5) return sqrt(x);
  const value = toValue(x);
  return emit('pow', [value], value.shape, { exponent });
}

/**
 * √x; its derivative at 0 throws NotLipschitzError. The root of a square is taken for the absolute value,
 * the root of a sum of squares for the Euclidean norm: they have kinks where the root would give 0·∞.
 */
export function sqrt(x: Operand): Value {
  const value = toValue(x);
  if (value instanceof Tracer) {
    const node = nodeOf(value);
    const squared = rootOfSquare(value, node);
    if (squared !== undefined) return abs(squared);
    if (node.op === 'sum') {
      const summed = new Tracer(value.builder, node.inputs[0]!);
      const argument = rootOfSquare(summed, nodeOf(summed));
      if (argument !== undefined) return norm(argument, node.axes);
    }
  }
  return emit('sqrt', [value], value.shape, {});
}

function nodeOf(value: Tracer): Node {
  return value.builder.nodes[value.node]!;
}

/** u, where the value is u². */
function rootOfSquare(value: Tracer, node: Node): Tracer | undefined {
  const isSquare = node.op === 'square' || (node.op === 'mul' && node.inputs[0] === node.inputs[1]);
  return isSquare ? new Tracer(value.builder, node.inputs[0]!) : undefined;
}
