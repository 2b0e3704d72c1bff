import { ArgumentError } from '@nonsmooth/core';
import { Tracer } from '../builder.js';
import { emit, pairOf, toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import { commonShape } from '../shape.js';

/** max(x, 0). */
export function relu(x: Operand): Value {
  const value = toValue(x);
  return emit('relu', [value], value.shape, {});
}

/** x where x > 0, slope·x elsewhere. */
export function leakyRelu(x: Operand, slope = 0.01): Value {
  if (!Number.isFinite(slope)) throw new ArgumentError('slope', slope, 'finite numbers');
  const value = toValue(x);
  return emit('leakyRelu', [value], value.shape, { slope });
}

/** |x|; what is an absolute value or a norm already stays what it is. */
export function abs(x: Operand): Value {
  const value = toValue(x);
  if (value instanceof Tracer) {
    const { op } = value.builder.nodes[value.node]!;
    if (op === 'abs' || op === 'norm') return value;
  }
  return emit('abs', [value], value.shape, {});
}

/** The larger of u and v, entry by entry with broadcasting. */
export function maximum(u: Operand, v: Operand): Value {
  const operands = pairOf(u, v);
  return emit('maximum', operands, commonShape(operands[0].shape, operands[1].shape), {});
}

/** The smaller of u and v, entry by entry with broadcasting. */
export function minimum(u: Operand, v: Operand): Value {
  const operands = pairOf(u, v);
  return emit('minimum', operands, commonShape(operands[0].shape, operands[1].shape), {});
}

/** x, but at least `low` and at most `high`. */
export function clip(x: Operand, low: Operand, high: Operand): Value {
  return minimum(maximum(x, low), high);
}
