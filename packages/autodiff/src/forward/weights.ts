import type { FloatArray } from '@nonsmooth/kernels';
import { groupsOf, largest } from './reduction.js';
import type { Buffer, Step } from './step.js';

// Softmax and what its derivatives need. Where one weight is near 1, sums over all the other entries take the place of
// differences from 1, which rounding would make 0: Hessians of log Σ exp stay positive semidefinite.

/** exp(x − m), with the rounding error of the difference taken into account. */
function expOfDifference(x: number, m: number): number {
  const d = x - m;
  const e = Math.exp(d);
  const b = d - x;
  const error = x - (d - b) - (m + b);
  return error !== 0 && e > 0 ? e + e * error : e;
}

/** Position in the group of its first largest entry. */
function leaderOf(data: FloatArray, start: number, offsets: Uint32Array): number {
  let leader = 0;
  for (let j = 1; j < offsets.length; j++) {
    if (data[start + offsets[j]!]! > data[start + offsets[leader]!]!) leader = j;
  }
  return leader;
}

/** log(1 + Σ exp(xⱼ − m)) over all entries but the first that attains the largest value m. */
function logOfRest(data: FloatArray, start: number, offsets: Uint32Array, m: number): number {
  const leader = leaderOf(data, start, offsets);
  let rest = 0;
  for (let j = 0; j < offsets.length; j++) {
    if (j !== leader) rest += expOfDifference(data[start + offsets[j]!]!, m);
  }
  return Math.log1p(rest);
}

/** m + log Σ exp(xᵢ − m) with m the largest entry. */
export function logSumExp(data: FloatArray, start: number, offsets: Uint32Array): number {
  const m = largest(data, start, offsets);
  return Number.isFinite(m) ? m + logOfRest(data, start, offsets, m) : m;
}

type OfGroup = (start: number, offsets: Uint32Array) => void;

function byGroup(axes: readonly number[], { shape }: Buffer, f: OfGroup): Step {
  const { starts, offsets } = groupsOf(shape, axes);
  return () => {
    for (let g = 0; g < starts.length; g++) f(starts[g]!, offsets);
  };
}

/** exp(xᵢ − m)/Σ exp(xⱼ − m) with m the largest entry. */
export function softmax(axes: readonly number[], x: Buffer, out: Buffer): Step {
  return byGroup(axes, x, (start, offsets) => {
    const m = largest(x.data, start, offsets);
    let sum = 0;
    for (let j = 0; j < offsets.length; j++) {
      const at = start + offsets[j]!;
      sum += out.data[at] = expOfDifference(x.data[at]!, m);
    }
    for (let j = 0; j < offsets.length; j++) out.data[start + offsets[j]!]! /= sum;
  });
}

/** (xᵢ − m) − log Σ exp(xⱼ − m) with m the largest entry. */
export function logSoftmax(axes: readonly number[], x: Buffer, out: Buffer): Step {
  return byGroup(axes, x, (start, offsets) => {
    const m = largest(x.data, start, offsets);
    const rest = logOfRest(x.data, start, offsets, m);
    for (let j = 0; j < offsets.length; j++) {
      const at = start + offsets[j]!;
      out.data[at] = x.data[at]! - m - rest;
    }
  });
}

/** c − ⟨y, c⟩, or y times that: differences from the entry with the largest weight do not cancel. */
function centre(multiplied: boolean) {
  return (axes: readonly number[], y: Buffer, c: Buffer, out: Buffer): Step =>
    byGroup(axes, y, (start, offsets) => {
      const leader = leaderOf(y.data, start, offsets);
      const base = c.data[start + offsets[leader]!]!;
      let shift = 0;
      for (let j = 0; j < offsets.length; j++) {
        const at = start + offsets[j]!;
        if (j !== leader) shift += y.data[at]! * (c.data[at]! - base);
      }
      for (let j = 0; j < offsets.length; j++) {
        const at = start + offsets[j]!;
        const centred = j === leader ? -shift : c.data[at]! - base - shift;
        out.data[at] = multiplied ? y.data[at]! * centred : centred;
      }
    });
}

type OfPair = (axes: readonly number[], y: Buffer, c: Buffer, out: Buffer) => Step;

/** c − ⟨y, c⟩ */
export const centred: OfPair = centre(false);
/** y(c − ⟨y, c⟩) */
export const softmaxProduct: OfPair = centre(true);

/** c − y·Σc */
export const compensated: OfPair = (axes, y, c, out) =>
  byGroup(axes, y, (start, offsets) => {
    const leader = leaderOf(y.data, start, offsets);
    const lead = start + offsets[leader]!;
    const [weight, base] = [y.data[lead]!, c.data[lead]!];
    let [others, otherWeights] = [0, 0];
    for (let j = 0; j < offsets.length; j++) {
      if (j === leader) continue;
      others += c.data[start + offsets[j]!]!;
      otherWeights += y.data[start + offsets[j]!]!;
    }
    const sum = others + base;
    for (let j = 0; j < offsets.length; j++) {
      const at = start + offsets[j]!;
      out.data[at] =
        j === leader ? base * otherWeights - weight * others : c.data[at]! - y.data[at]! * sum;
    }
  });

/** c − u⟨u, c⟩ for unit vectors u: the largest entry by c_k Σ u_j² − u_k Σ u_j c_j over the others. */
export const orthogonal: OfPair = (axes, u, c, out) =>
  byGroup(axes, u, (start, offsets) => {
    let leader = 0;
    for (let j = 1; j < offsets.length; j++) {
      const [entry, most] = [u.data[start + offsets[j]!]!, u.data[start + offsets[leader]!]!];
      if (Math.abs(entry) > Math.abs(most)) leader = j;
    }
    const lead = start + offsets[leader]!;
    const [unit, base] = [u.data[lead]!, c.data[lead]!];
    let [others, squares] = [0, 0];
    for (let j = 0; j < offsets.length; j++) {
      if (j === leader) continue;
      const at = start + offsets[j]!;
      others += u.data[at]! * c.data[at]!;
      squares += u.data[at]! * u.data[at]!;
    }
    const along = others + unit * base;
    for (let j = 0; j < offsets.length; j++) {
      const at = start + offsets[j]!;
      out.data[at] =
        j === leader ? base * squares - unit * others : c.data[at]! - u.data[at]! * along;
    }
  });
