import type { NodeOf } from '../program.js';
import { sizeOf, stridesOf } from '../shape.js';
import { walk } from './broadcast.js';
import type { Buffer, Step } from './step.js';

/** out[i] = x[from[i]]. */
export function pick(x: Buffer, from: Uint32Array, out: Buffer): Step {
  const [source, to] = [x.data, out.data];
  return () => {
    for (let i = 0; i < to.length; i++) to[i] = source[from[i]!]!;
  };
}

/** out = 0, then out[to[i]] += x[i]. */
export function deposit(x: Buffer, at: Uint32Array, out: Buffer): Step {
  const [source, to] = [x.data, out.data];
  return () => {
    to.fill(0);
    for (let i = 0; i < source.length; i++) to[at[i]!]! += source[i]!;
  };
}

/** For each entry of the transposed array, its position in x. */
export function transposePositions(node: NodeOf<'transpose'>, x: Buffer): Uint32Array {
  const strides = stridesOf(x.shape);
  return walk(
    node.shape,
    node.permutation.map((axis) => strides[axis]!),
    0,
  );
}

/** Where the entries of a slice of shape `part` lie in an array of shape `whole`. */
export function slicePositions(
  { starts, steps }: { readonly starts: readonly number[]; readonly steps: readonly number[] },
  whole: readonly number[],
  part: readonly number[],
): Uint32Array {
  const strides = stridesOf(whole);
  const offset = starts.reduce((total, start, axis) => total + start * strides[axis]!, 0);
  return walk(
    part,
    strides.map((stride, axis) => stride * steps[axis]!),
    offset,
  );
}

/** Where the slices `indices` along `axis` lie in an array of shape `whole`. */
export function gatherPositions(
  { axis, indices }: { readonly axis: number; readonly indices: readonly number[] },
  whole: readonly number[],
): Uint32Array {
  const inner = sizeOf(whole.slice(axis + 1));
  const outer = sizeOf(whole.slice(0, axis));
  const result = new Uint32Array(outer * indices.length * inner);
  let filled = 0;
  for (let o = 0; o < outer; o++) {
    for (const index of indices) {
      const start = (o * whole[axis]! + index) * inner;
      for (let i = 0; i < inner; i++) result[filled++] = start + i;
    }
  }
  return result;
}

/** Copies each part to its place along the axis. */
export function join(axis: number, parts: readonly Buffer[], out: Buffer): Step {
  const inner = sizeOf(out.shape.slice(axis + 1));
  const outer = sizeOf(out.shape.slice(0, axis));
  const row = out.shape[axis]! * inner;
  let offset = 0;
  const places = parts.map(({ data, shape }) => {
    const length = shape[axis]! * inner;
    offset += length;
    return { data, length, start: offset - length };
  });
  return () => {
    for (const { data, length, start } of places) {
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < length; i++) out.data[o * row + start + i] = data[o * length + i]!;
      }
    }
  };
}

/** Running sums along the axis, from its start or from its end. */
export function accumulate(axis: number, reversed: boolean, x: Buffer, out: Buffer): Step {
  const inner = sizeOf(out.shape.slice(axis + 1));
  const outer = sizeOf(out.shape.slice(0, axis));
  const extent = out.shape[axis]!;
  const [from, to] = [x.data, out.data];
  return () => {
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        let total = 0;
        for (let j = 0; j < extent; j++) {
          const at = (o * extent + (reversed ? extent - 1 - j : j)) * inner + i;
          to[at] = total += from[at]!;
        }
      }
    }
  };
}
