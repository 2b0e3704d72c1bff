import { ArgumentError, ShapeError } from '@nonsmooth/core';
import type { Shape } from './program.js';

/** The number of entries of an array of this shape. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

/** Whether two shapes have the same extents. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Row-major strides. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

/** `broadcastShapes` of two. */
export function commonShape(a: Shape, b: Shape): Shape {
  if (b.length === 0 || sameShape(a, b)) return a;
  return a.length === 0 ? b : broadcastShapes(a, b);
}

/** Common shape by NumPy's rule: aligned at the last axis, extents equal or 1. */
export function broadcastShapes(...shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 0; i < shape.length; i++) {
      const at = rank - shape.length + i;
      const extent = shape[i]!;
      if (extent === 1) continue;
      if (result[at] !== 1 && result[at] !== extent) {
        throw new ShapeError(
          'shapes',
          shapes.map((s) => `[${s.join(', ')}]`).join(' and '),
          'extents that are equal or 1, aligned at the last axis',
        );
      }
      result[at] = extent;
    }
  }
  return result;
}

/** Strides that read an array of shape `from` as if it had shape `to`: 0 along broadcast axes. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const own = stridesOf(from);
  const lead = to.length - from.length;
  return to.map((_, i) => (i < lead || from[i - lead] === 1 ? 0 : own[i - lead]!));
}

/** Axes as sorted distinct numbers in 0..rank−1; negative ones count from the end; default all. */
export function normalizeAxes(rank: number, axes?: number | readonly number[]): readonly number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  if (typeof axes !== 'number' && !Array.isArray(axes)) {
    throw new ArgumentError('axes', axes, 'an axis or a list of axes');
  }
  const list = typeof axes === 'number' ? [axes] : Array.from(axes);
  const checked = list.map((axis) => normalizeAxis(rank, axis));
  const sorted = [...new Set(checked)].sort((a, b) => a - b);
  if (sorted.length !== list.length) throw new ArgumentError('axes', axes, 'distinct axes');
  return sorted;
}

/** The axis counted from 0; negative ones count from the end. */
export function normalizeAxis(rank: number, axis: number): number {
  const at = typeof axis === 'number' && axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(at) || at < 0 || at >= rank) {
    throw new ArgumentError('axis', axis, `integers from ${-rank} to ${rank - 1}`);
  }
  return at;
}

/** `shape` without `axes`. */
export function withoutAxes(shape: Shape, axes: readonly number[]): Shape {
  return shape.filter((_, i) => !axes.includes(i));
}

/** `shape` with 1 at `axes`. */
export function withUnitAxes(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((extent, i) => (axes.includes(i) ? 1 : extent));
}
