import type { FloatArray } from '@nonsmooth/core';
import { stridesOf, withoutAxes } from '../shape.js';
import { walk } from './broadcast.js';
import type { Buffer, Step } from './step.js';

/** Where the groups that are reduced to one entry lie: entry j of group g at starts[g] + offsets[j]. */
export interface Groups {
  readonly starts: Uint32Array;
  readonly offsets: Uint32Array;
}

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

export function total(data: FloatArray, start: number, offsets: Uint32Array): number {
  let result = 0;
  for (let j = 0; j < offsets.length; j++) result += data[start + offsets[j]!]!;
  return result;
}

/** out = sums over the axes, in row-major order of the entries. */
export function sums(axes: readonly number[], x: Buffer, out: Buffer): Step {
  const [from, to] = [x.data, out.data];
  if (!axes.every((axis, i) => axis === i)) return reduce(total, axes, x, out);
  // Over leading axes row by row, as the entries lie in memory.
  const width = to.length;
  return () => {
    to.fill(0);
    for (let start = 0; start < from.length; start += width) {
      for (let i = 0; i < width; i++) to[i]! += from[start + i]!;
    }
  };
}

export function largest(data: FloatArray, start: number, offsets: Uint32Array): number {
  let result = -Infinity;
  for (let j = 0; j < offsets.length; j++) result = Math.max(result, data[start + offsets[j]!]!);
  return result;
}

export function smallest(data: FloatArray, start: number, offsets: Uint32Array): number {
  let result = Infinity;
  for (let j = 0; j < offsets.length; j++) result = Math.min(result, data[start + offsets[j]!]!);
  return result;
}

/** m + log Σ exp(xᵢ − m) with m the largest entry. */
export function logSumExp(data: FloatArray, start: number, offsets: Uint32Array): number {
  const m = largest(data, start, offsets);
  if (!Number.isFinite(m)) return m;
  let result = 0;
  for (let j = 0; j < offsets.length; j++) result += Math.exp(data[start + offsets[j]!]! - m);
  return m + Math.log(result);
}

/** s·√Σ(xᵢ/s)², where s is a power of two near the largest entry: no overflow, no underflow. */
export function euclidean(data: FloatArray, start: number, offsets: Uint32Array): number {
  let m = 0;
  for (let j = 0; j < offsets.length; j++) m = Math.max(m, Math.abs(data[start + offsets[j]!]!));
  if (m === 0 || !Number.isFinite(m)) return m;
  const scale = m > 1e-140 && m < 1e140 ? 1 : m > 1 ? 2 ** -600 : 2 ** 600;
  let result = 0;
  for (let j = 0; j < offsets.length; j++) {
    const entry = data[start + offsets[j]!]! * scale;
    result += entry * entry;
  }
  return Math.sqrt(result) / scale;
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
        // Among NaN nothing wins.
        if (count === 0) out.data[at] = NaN;
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
      out.data[g] = result / winners(x.data, starts[g]!, offsets, m.data[g]!);
    }
  };
}

function winners(data: FloatArray, start: number, offsets: Uint32Array, m: number): number {
  let count = 0;
  for (let j = 0; j < offsets.length; j++) if (data[start + offsets[j]!] === m) count++;
  return count;
}

/** exp(xᵢ − m)/Σ exp(xⱼ − m) with m the largest entry. */
export function softmax(axes: readonly number[], x: Buffer, out: Buffer): Step {
  const { starts, offsets } = groupsOf(x.shape, axes);
  return () => {
    for (let g = 0; g < starts.length; g++) {
      const m = largest(x.data, starts[g]!, offsets);
      let sum = 0;
      for (let j = 0; j < offsets.length; j++) {
        const at = starts[g]! + offsets[j]!;
        sum += out.data[at] = Math.exp(x.data[at]! - m);
      }
      for (let j = 0; j < offsets.length; j++) out.data[starts[g]! + offsets[j]!]! /= sum;
    }
  };
}

/** x/‖x‖, and 0 where x = 0. */
export function direction(axes: readonly number[], x: Buffer, out: Buffer): Step {
  const { starts, offsets } = groupsOf(x.shape, axes);
  return () => {
    for (let g = 0; g < starts.length; g++) {
      const length = euclidean(x.data, starts[g]!, offsets);
      for (let j = 0; j < offsets.length; j++) {
        const at = starts[g]! + offsets[j]!;
        out.data[at] = length === 0 ? 0 : x.data[at]! / length;
      }
    }
  };
}
