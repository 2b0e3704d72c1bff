import { ArgumentError, ShapeError } from '@nonsmooth/core';
import { isTensor } from '@nonsmooth/tensor';
import type { Tensor } from '@nonsmooth/tensor';
import { Tracer } from '../builder.js';
import { requireExtents } from '../checked-program.js';
import { emit, toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import type { Node, NodeOf, Op, Shape } from '../program.js';
import { broadcastShapes, normalizeAxis, sameShape, sizeOf } from '../shape.js';

/** The same entries in row-major order under another shape; one extent may be −1 and is then computed. */
export function reshape(a: Operand, shape: Shape): Value {
  const value = toValue(a);
  requireIntegers('shape', shape);
  const size = sizeOf(value.shape);
  const open = shape.filter((extent) => extent === -1).length;
  const rest = sizeOf(shape.filter((extent) => extent !== -1));
  const full = open === 1 ? shape.map((extent) => (extent === -1 ? size / rest : extent)) : shape;
  if (!full.every((extent) => Number.isInteger(extent) && extent >= 0) || sizeOf(full) !== size) {
    throw new ShapeError(
      'shape',
      shape,
      `shapes with ${size} entries, like [${value.shape.join()}]`,
    );
  }
  if (sameShape(full, value.shape)) return value;
  const source = sourceOf(value, 'reshape');
  return source ? reshape(source, full) : emit('reshape', [value], [...full], {});
}

function nodeOf({ builder, node }: Tracer): Node {
  return builder.nodes[node]!;
}

/** The argument of the value, if it is traced and this op. */
function sourceOf(value: Value, op: Op): Tracer | undefined {
  if (!(value instanceof Tracer)) return undefined;
  const node = nodeOf(value);
  return node.op === op ? new Tracer(value.builder, node.inputs[0]!) : undefined;
}

/** All entries as one axis. */
export function ravel(a: Operand): Value {
  return reshape(a, [-1]);
}

/** Axes in another order: axis i of the result is axis permutation[i] of `a`; default reversed. */
export function transpose(a: Operand, permutation?: readonly number[]): Value {
  const value = toValue(a);
  const rank = value.shape.length;
  if (permutation !== undefined) requireIntegers('permutation', permutation);
  const order = permutation
    ? permutation.map((axis) => normalizeAxis(rank, axis))
    : Array.from({ length: rank }, (_, i) => rank - 1 - i);
  if (order.length !== rank || new Set(order).size !== rank) {
    throw new ArgumentError('permutation', permutation, `each of the axes 0..${rank - 1} once`);
  }
  if (order.every((axis, i) => axis === i)) return value;
  const source = sourceOf(value, 'transpose');
  if (source !== undefined) {
    const { permutation: before } = nodeOf(value as Tracer) as NodeOf<'transpose'>;
    return transpose(
      source,
      order.map((axis) => before[axis]!),
    );
  }
  const shape = order.map((axis) => value.shape[axis]!);
  return emit('transpose', [value], shape, { permutation: order });
}

/** Repeats `a` to a larger shape by the rules of broadcasting. */
export function broadcastTo(a: Operand, shape: Shape): Value {
  const value = toValue(a);
  requireExtents('shape', shape);
  if (sameShape(value.shape, shape)) return value;
  if (!sameShape(broadcastShapes(value.shape, shape), shape)) {
    throw new ShapeError('shape', shape, `shapes that [${value.shape.join()}] broadcasts to`);
  }
  return emit('broadcast', [value], [...shape], {});
}

/** Entries starts[i], starts[i] + steps[i], … < ends[i] along axis i; negative bounds count from the end. */
export function slice(
  a: Operand,
  starts: readonly number[],
  ends: readonly number[],
  steps: readonly number[] = Array.isArray(starts) ? starts.map(() => 1) : [],
): Value {
  const value = toValue(a);
  requireIntegers('starts', starts);
  requireIntegers('ends', ends);
  requireIntegers('steps', steps);
  const { shape } = value;
  if (starts.length > shape.length || ends.length !== starts.length) {
    throw new ShapeError(
      'starts and ends',
      [starts, ends],
      `one number per axis of ${shape.length}`,
    );
  }
  const from: number[] = [];
  const by: number[] = [];
  const extents = shape.map((extent, axis) => {
    const step = steps[axis] ?? 1;
    if (!Number.isInteger(step) || step < 1)
      throw new ArgumentError('steps', steps, 'integers ≥ 1');
    const start = bound(starts[axis] ?? 0, extent);
    const end = bound(ends[axis] ?? extent, extent);
    from.push(start);
    by.push(step);
    return Math.max(0, Math.ceil((end - start) / step));
  });
  if (sameShape(extents, shape)) return value;
  return emit('slice', [value], extents, { starts: from, steps: by });
}

function bound(position: number, extent: number): number {
  const at = typeof position === 'number' && position < 0 ? position + extent : position;
  if (!Number.isInteger(at) || at < 0 || at > extent) {
    throw new ArgumentError('slice bound', position, `integers from ${-extent} to ${extent}`);
  }
  return at;
}

/**
 * Transpose of slice: `a` at starts, starts + steps, … within zeros of this shape.
 * @throws ShapeError, ArgumentError where `a` does not fit into it.
 */
export function embed(
  a: Operand,
  starts: readonly number[],
  steps: readonly number[],
  shape: Shape,
): Value {
  const value = toValue(a);
  const { length } = value.shape;
  requireIntegers('starts', starts);
  requireIntegers('steps', steps);
  requireExtents('shape', shape);
  if (starts.length !== length || steps.length !== length || shape.length !== length) {
    throw new ShapeError(
      'starts, steps and shape',
      [starts.length, steps.length, shape.length],
      `${length} numbers each, one per axis`,
    );
  }
  value.shape.forEach((extent, axis) => {
    const [start, step] = [starts[axis]!, steps[axis]!];
    if (!Number.isInteger(step) || step < 1)
      throw new ArgumentError('steps', steps, 'integers ≥ 1');
    const room = shape[axis]! - (extent === 0 ? 0 : (extent - 1) * step + 1);
    if (!Number.isInteger(start) || start < 0 || start > room) {
      throw new ArgumentError(`starts[${axis}]`, start, `integers from 0 to ${room}`);
    }
  });
  return emit('embed', [value], [...shape], { starts, steps });
}

function requireParts(parts: readonly Operand[]): void {
  if (!Array.isArray(parts)) throw new ArgumentError('parts', parts, 'a list of arrays');
}

function requireIntegers(argument: string, list: readonly number[]): void {
  if (!Array.isArray(list) || !Array.from(list as unknown[]).every(Number.isSafeInteger)) {
    throw new ShapeError(argument, list, 'a list of integers');
  }
}

/** Joins along an existing axis. */
export function concatenate(parts: readonly Operand[], axis = 0): Value {
  requireParts(parts);
  const values = Array.from(parts, toValue);
  const first = values[0];
  if (first === undefined) throw new ArgumentError('parts', parts, 'at least one array');
  const at = normalizeAxis(first.shape.length, axis);
  let extent = 0;
  for (const { shape } of values) {
    if (
      shape.length !== first.shape.length ||
      shape.some((e, i) => i !== at && e !== first.shape[i])
    ) {
      throw new ShapeError('parts', shape, `[${first.shape.join()}] but for axis ${at}`);
    }
    extent += shape[at]!;
  }
  if (values.length === 1) return first;
  const shape = first.shape.map((e, i) => (i === at ? extent : e));
  return emit('concatenate', values, shape, { axis: at });
}

/** Joins along a new axis. */
export function stack(parts: readonly Operand[], axis = 0): Value {
  requireParts(parts);
  const values = Array.from(parts, toValue);
  const rank = (values[0]?.shape.length ?? 0) + 1;
  const at = normalizeAxis(rank, axis);
  return concatenate(
    values.map((value) =>
      reshape(value, [...value.shape.slice(0, at), 1, ...value.shape.slice(at)]),
    ),
    at,
  );
}

/** Entries indices[0], indices[1], … along an axis, in this order; repetitions allowed. */
export function gather(a: Operand, indices: ArrayLike<number> | Tensor, axis = 0): Value {
  const value = toValue(a);
  const at = normalizeAxis(value.shape.length, axis);
  const extent = value.shape[at]!;
  const list = checkedIndices(indices, extent);
  const shape = value.shape.map((e, i) => (i === at ? list.length : e));
  return emit('gather', [value], shape, { axis: at, indices: list });
}

function checkedIndices(indices: ArrayLike<number> | Tensor, extent: number): number[] {
  const list = listOf(indices);
  for (const index of list) {
    if (!Number.isInteger(index) || index < 0 || index >= extent) {
      throw new ArgumentError('indices', index, `integers from 0 to ${extent - 1}`);
    }
  }
  return list;
}

function isTypedArray(value: unknown): value is ArrayLike<number> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** The numbers of a list, a typed array or a tensor with one axis. */
function listOf(indices: ArrayLike<number> | Tensor): number[] {
  if (isTensor(indices) && indices.shape.length === 1) return Array.from(indices.data);
  if (!isTensor(indices) && (Array.isArray(indices) || isTypedArray(indices))) {
    return Array.from(indices as ArrayLike<number>);
  }
  throw new ArgumentError('indices', indices, 'a list of integers; for one entry use at or index');
}

/** Transpose of gather: adds slice i of `a` to slice indices[i] of zeros with this extent along the axis. */
export function scatterAdd(
  a: Operand,
  indices: ArrayLike<number> | Tensor,
  axis: number,
  extent: number,
): Value {
  const value = toValue(a);
  const at = normalizeAxis(value.shape.length, axis);
  if (!Number.isSafeInteger(extent) || extent < 0) {
    throw new ArgumentError('extent', extent, 'integers ≥ 0');
  }
  const list = checkedIndices(indices, extent);
  if (list.length !== value.shape[at]) {
    throw new ShapeError('indices', list.length, `${value.shape[at]} entries, one per slice`);
  }
  const shape = value.shape.map((e, i) => (i === at ? extent : e));
  return emit('scatterAdd', [value], shape, { axis: at, indices: list });
}
