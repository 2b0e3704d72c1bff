import type { FloatArray } from '@nonsmooth/core';
import type { Segment } from './segments.js';

/**
 * The interval cut at the knots and at the breakpoints −b_i/w_i of the hidden neurons, and where each neuron is
 * active: its active pieces are all from `from[i]` on (`rightwards[i]` = 1) or all before it (0). The number of
 * pieces is fixed; those that are not needed are empty, at the right end. Piece k is [cuts[k], cuts[k + 1]].
 */
export interface Partition {
  readonly pieces: number;
  readonly cuts: Float64Array;
  /** Index of the segment that contains piece k. */
  readonly segment: Int32Array;
  readonly rightwards: Uint8Array;
  readonly from: Int32Array;
  /** −b_i/w_i if it is in (a, b), else NaN. */
  readonly breakpoints: Float64Array;
  /** pieces + 1 numbers for the sums below. */
  readonly scratch: Float64Array;
}

/** Reserves memory for the partition of an interval by so many breakpoints. */
export function createPartition(neurons: number, segments: number): Partition {
  const pieces = segments + neurons;
  return {
    pieces,
    cuts: new Float64Array(pieces + 1),
    segment: new Int32Array(pieces),
    rightwards: new Uint8Array(neurons),
    from: new Int32Array(neurons),
    breakpoints: new Float64Array(neurons),
    scratch: new Float64Array(pieces + 1),
  };
}

/**
 * Cuts the interval for neurons relu(w_i x + b_i). `approach` (δw_1, …, δw_H, δb_1, …, δb_H, …) decides where
 * neurons with (w_i, b_i) = (0, 0) count as active: where δw_i x + δb_i > 0. Without it: nowhere.
 */
export function cutInterval(
  partition: Partition,
  segments: readonly Segment[],
  theta: FloatArray,
  approach?: FloatArray,
): void {
  const { cuts, breakpoints, rightwards, from, pieces } = partition;
  const neurons = from.length;
  const a = segments[0]!.start;
  const b = segments[segments.length - 1]!.end;
  for (let s = 0; s < segments.length; s++) cuts[s] = segments[s]!.start;
  cuts[segments.length] = b;
  for (let i = 0; i < neurons; i++) {
    const source = approach && theta[i] === 0 && theta[neurons + i] === 0 ? approach : theta;
    const w = source[i]!;
    const bias = source[neurons + i]!;
    // A weight of 0 and a breakpoint outside leave the sign of the bias or of the pre-activation at a.
    const x = w === 0 ? NaN : -bias / w;
    const inside = x > a && x < b;
    const always = w === 0 ? bias > 0 : w > 0 ? x <= a : x >= b;
    breakpoints[i] = inside ? x : NaN;
    cuts[segments.length + 1 + i] = inside ? x : b;
    rightwards[i] = always || (inside && w > 0) ? 1 : 0;
    from[i] = 0;
  }
  cuts.sort();
  for (let i = 0; i < neurons; i++) {
    if (breakpoints[i]! > a) from[i] = firstAtLeast(cuts, breakpoints[i]!);
  }
  let s = 0;
  for (let k = 0; k < pieces; k++) {
    while (s < segments.length - 1 && segments[s]!.end <= cuts[k]!) s++;
    partition.segment[k] = s;
  }
}

/** The least index with sorted[index] ≥ x. */
function firstAtLeast(sorted: Float64Array, x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** out[k] = the sum of the amounts of the neurons that are active on piece k. */
export function sumOverNeurons(
  { pieces, rightwards, from, scratch }: Partition,
  amounts: Float64Array,
  out: Float64Array,
): void {
  out.fill(0);
  scratch.fill(0);
  for (let i = 0; i < amounts.length; i++) {
    if (rightwards[i] === 1) out[from[i]!]! += amounts[i]!;
    else if (from[i]! > 0) scratch[from[i]! - 1]! += amounts[i]!;
  }
  for (let k = 1; k < pieces; k++) out[k]! += out[k - 1]!;
  for (let k = pieces - 1; k >= 0; k--) {
    scratch[k]! += scratch[k + 1]!;
    out[k]! += scratch[k]!;
  }
}

/** out[i] = the sum of the values of the pieces on which neuron i is active: the adjoint of sumOverNeurons. */
export function sumOverPieces(
  { pieces, rightwards, from, scratch }: Partition,
  values: Float64Array,
  out: Float64Array,
): void {
  scratch[pieces] = 0;
  for (let k = pieces - 1; k >= 0; k--) scratch[k] = scratch[k + 1]! + values[k]!;
  for (let i = 0; i < out.length; i++) if (rightwards[i] === 1) out[i] = scratch[from[i]!]!;
  scratch[0] = 0;
  for (let k = 0; k < pieces; k++) scratch[k + 1] = scratch[k]! + values[k]!;
  for (let i = 0; i < out.length; i++) if (rightwards[i] === 0) out[i] = scratch[from[i]!]!;
}
