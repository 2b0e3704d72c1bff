import type { FloatArray } from '@nonsmooth/core';
import { stridesOf, withoutAxes } from '../shape.js';
import { walk } from './broadcast.js';
import type { Buffer, Step } from './step.js';

/** Where the groups that are reduced to one entry lie: entry j of group g at starts[g] + offsets[j]. */
export interface Groups {
  readonly starts: Uint32Array;
  readonly offsets: Uint32Array;
}

/** The positions of the entries that a reduction over the axes combines. */
export function groupsOf(shape: readonly number[], axes: readonly number[]): Groups {
  const strides = stridesOf(shape);
  const keep = strides.map((_, i) => i).filter((i) => !axes.includes(i));
  return {
    starts: walk(
      withoutAxes(shape, axes),
      keep.map((axis) => strides[axis]!),
      0,
    ),
    offsets: walk(
      axes.map((axis) => shape[axis]!),
      axes.map((axis) => strides[axis]!),
      0,
    ),
  };
}

type Reduce = (data: FloatArray, start: number, offsets: Uint32Array) => number;

/** out = one number per group. */
export function reduce(f: Reduce, axes: readonly number[], x: Buffer, out: Buffer): Step {
  const { starts, offsets } = groupsOf(x.shape, axes);
  const [from, to] = [x.data, out.data];
  return () => {
    for (let g = 0; g < to.length; g++) to[g] = f(from, starts[g]!, offsets);
  };
}

/** The sum of a group, added in order. */
export function total(data: FloatArray, start: number, offsets: Uint32Array): number {
  let result = 0;
  for (let j = 0; j < offsets.length; j++) result += data[start + offsets[j]!]!;
  return result;
}

/** out = sums over the axes, in row-major order of the entries and in double precision. */
export function sums(axes: readonly number[], x: Buffer, out: Buffer): Step {
  const [from, to] = [x.data, out.data];
  if (to.length === 1) return whole(from, to);
  if (!axes.every((axis, i) => axis === i)) return reduce(total, axes, x, out);
  // Over leading axes row by row, as the entries lie in memory.
  const width = to.length;
  const totals = to instanceof Float64Array ? to : new Float64Array(width);
  return () => {
    totals.fill(0);
    for (let start = 0; start < from.length; start += width) {
      for (let i = 0; i < width; i++) totals[i]! += from[start + i]!;
    }
    if (totals !== to) to.set(totals);
  };
}

/** The sum of all entries. */
function whole(from: FloatArray, to: FloatArray): Step {
  return () => {
    let result = 0;
    for (let i = 0; i < from.length; i++) result += from[i]!;
    to[0] = result;
  };
}

/** The largest entry of a group; NaN if one is NaN. */
export function largest(data: FloatArray, start: number, offsets: Uint32Array): number {
  let result = -Infinity;
  for (let j = 0; j < offsets.length; j++) result = Math.max(result, data[start + offsets[j]!]!);
  return result;
}

/** The smallest entry of a group; NaN if one is NaN. */
export function smallest(data: FloatArray, start: number, offsets: Uint32Array): number {
  let result = Infinity;
  for (let j = 0; j < offsets.length; j++) result = Math.min(result, data[start + offsets[j]!]!);
  return result;
}

/** s·√Σ(xᵢ/s)², where s is a power of two near the largest entry: no overflow, no underflow. */
export function euclidean(data: FloatArray, start: number, offsets: Uint32Array): number {
  const m = largestSize(data, start, offsets);
  const scale = scaleFor(m);
  return euclideanOf(data, start, offsets, m, scale) / scale;
}

function largestSize(data: FloatArray, start: number, offsets: Uint32Array): number {
  let m = 0;
  for (let j = 0; j < offsets.length; j++) m = Math.max(m, Math.abs(data[start + offsets[j]!]!));
  return m;
}

function scaleFor(m: number): number {
  return m === 0 || !Number.isFinite(m) || (m > 1e-140 && m < 1e140)
    ? 1
    : m > 1
      ? 2 ** -600
      : 2 ** 600;
}

/** The norm times the scale, which keeps the squares of the largest entry m within range. */
function euclideanOf(
  data: FloatArray,
  start: number,
  offsets: Uint32Array,
  m: number,
  scale: number,
): number {
  if (m === 0 || !Number.isFinite(m)) return m;
  let result = 0;
  for (let j = 0; j < offsets.length; j++) {
    const entry = data[start + offsets[j]!]! * scale;
    result += entry * entry;
  }
  return Math.sqrt(result);
}

/** Divides c[g] equally among the entries of x that equal m[g]. */
export function shareToWinners(
  axes: readonly number[],
  x: Buffer,
  m: Buffer,
  c: Buffer,
  out: Buffer,
): Step {
  const { starts, offsets } = groupsOf(x.shape, axes);
  return () => {
    out.data.fill(0);
    for (let g = 0; g < starts.length; g++) {
      if (c.data[g] === 0) continue;
      const count = winners(x.data, starts[g]!, offsets, m.data[g]!);
      for (let j = 0; j < offsets.length; j++) {
        const at = starts[g]! + offsets[j]!;
        // Among NaN nothing wins, and of infinite ones nobody knows which is larger.
        if (count === 0 || (count > 1 && Math.abs(m.data[g]!) === Infinity)) out.data[at] = NaN;
        else if (x.data[at] === m.data[g]) out.data[at] = c.data[g]! / count;
      }
    }
  };
}

/** The mean of a over the entries of x that equal m[g]. */
export function meanOfWinners(
  axes: readonly number[],
  x: Buffer,
  m: Buffer,
  a: Buffer,
  out: Buffer,
): Step {
  const { starts, offsets } = groupsOf(x.shape, axes);
  return () => {
    for (let g = 0; g < starts.length; g++) {
      let result = 0;
      for (let j = 0; j < offsets.length; j++) {
        const at = starts[g]! + offsets[j]!;
        if (x.data[at] === m.data[g]) result += a.data[at]!;
      }
      const count = winners(x.data, starts[g]!, offsets, m.data[g]!);
      const isKnown = count === 1 || Math.abs(m.data[g]!) < Infinity;
      out.data[g] = isKnown ? result / count : NaN;
    }
  };
}

function winners(data: FloatArray, start: number, offsets: Uint32Array, m: number): number {
  let count = 0;
  for (let j = 0; j < offsets.length; j++) if (data[start + offsets[j]!] === m) count++;
  return count;
}

/** x/‖x‖, and 0 where x = 0; NaN among infinite entries. */
export function direction(axes: readonly number[], x: Buffer, out: Buffer): Step {
  const { starts, offsets } = groupsOf(x.shape, axes);
  return () => {
    for (let g = 0; g < starts.length; g++) {
      const start = starts[g]!;
      const m = largestSize(x.data, start, offsets);
      const scale = scaleFor(m);
      const length = euclideanOf(x.data, start, offsets, m, scale);
      for (let j = 0; j < offsets.length; j++) {
        const at = start + offsets[j]!;
        out.data[at] = m === 0 ? 0 : m < Infinity ? (x.data[at]! * scale) / length : NaN;
      }
    }
  };
}

/** Where along the axis the largest entry is, the first of them; NaN counts as the largest. */
export function argmax(axis: number, x: Buffer, out: Buffer): Step {
  const { starts, offsets } = groupsOf(x.shape, [axis]);
  return () => {
    for (let g = 0; g < starts.length; g++) {
      let best = 0;
      for (let j = 1; j < offsets.length; j++) {
        const [entry, most] = [
          x.data[starts[g]! + offsets[j]!]!,
          x.data[starts[g]! + offsets[best]!]!,
        ];
        if (entry > most || (Number.isNaN(entry) && !Number.isNaN(most))) best = j;
      }
      out.data[g] = best;
    }
  };
}
