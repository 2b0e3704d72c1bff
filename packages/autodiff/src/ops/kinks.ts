import { ArgumentError } from '@nonsmooth/core';
import { Tracer } from '../builder.js';
import { emit, toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import { broadcastShapes } from '../shape.js';

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
  const [a, b] = [toValue(u), toValue(v)];
  return emit('maximum', [a, b], broadcastShapes(a.shape, b.shape), {});
}

/** The smaller of u and v, entry by entry with broadcasting. */
export function minimum(u: Operand, v: Operand): Value {
  const [a, b] = [toValue(u), toValue(v)];
  return emit('minimum', [a, b], broadcastShapes(a.shape, b.shape), {});
}

/** x, but at least `low` and at most `high`. */
export function clip(x: Operand, low: Operand, high: Operand): Value {
  return minimum(maximum(x, low), high);
}
