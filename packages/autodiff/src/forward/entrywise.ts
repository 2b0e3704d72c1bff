import { broadcastStrides, sameShape, sizeOf } from '../shape.js';
import type { Scalar } from './scalar.js';
import type { Buffer, Step } from './step.js';

/** out = f(x), entry by entry. */
export function map(f: Scalar, x: Buffer, out: Buffer): Step {
  const [from, to] = [x.data, out.data];
  return () => {
    for (let i = 0; i < to.length; i++) to[i] = f(from[i]!);
  };
}

/** out = f(u, v), entry by entry with broadcasting. */
export function map2(f: (u: number, v: number) => number, u: Buffer, v: Buffer, out: Buffer): Step {
  const [a, b, to] = [u.data, v.data, out.data];
  if (sameShape(u.shape, out.shape) && sameShape(v.shape, out.shape)) {
    return () => {
      for (let i = 0; i < to.length; i++) to[i] = f(a[i]!, b[i]!);
    };
  }
  if (sameShape(u.shape, out.shape) && b.length === 1) {
    return () => {
      const second = b[0]!;
      for (let i = 0; i < to.length; i++) to[i] = f(a[i]!, second);
    };
  }
  if (sameShape(v.shape, out.shape) && a.length === 1) {
    return () => {
      const first = a[0]!;
      for (let i = 0; i < to.length; i++) to[i] = f(first, b[i]!);
    };
  }
  const [at, bt] = [positions(u, out), positions(v, out)];
  return () => {
    for (let i = 0; i < to.length; i++) to[i] = f(a[at[i]!]!, b[bt[i]!]!);
  };
}

/** For each entry of `out` the position of the entry of `input` that is broadcast to it. */
export function positions(input: Buffer, out: Buffer): Uint32Array {
  return walk(out.shape, broadcastStrides(input.shape, out.shape), 0);
}

/** offset + Σ strides[i]·index[i] for every index of `shape` in row-major order. */
export function walk(
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): Uint32Array {
  const result = new Uint32Array(sizeOf(shape));
  let filled = 0;
  const descend = (axis: number, at: number): void => {
    if (axis === shape.length) {
      result[filled++] = at;
      return;
    }
    for (let i = 0; i < shape[axis]!; i++) descend(axis + 1, at + i * strides[axis]!);
  };
  descend(0, offset);
  return result;
}
