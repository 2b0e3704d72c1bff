import { realize, type Network } from '@nonsmooth/nets';
import { fromData } from '@nonsmooth/tensor';
import type { Samples } from './data/samples.js';
import type { MemberFile } from './member-file.js';
import type { Member } from './members.js';
import { disposeOf, problemOf } from './problem.js';

/** A network of one or two inputs and one output, where it is drawn, and the samples it was trained on. */
export interface Fit {
  readonly dimension: 1 | 2;
  /** The range of each input. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Values on a grid of that range, the first input outermost; `perAxis` along each. */
  readonly perAxis: number;
  readonly values: Float64Array;
  /** Some samples: inputs one after the other, and targets. */
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
}

/** Samples that are drawn, at most. */
const mostSamples = 240;

/** What a member's last θ realizes; undefined for networks of other shapes or with normalization, exact risks, and members that broke off. */
export function fitOf(member: Member, { facts, theta }: MemberFile): Fit | undefined {
  const { widths, batchNormalization } = member.study.network;
  if (facts.status === 'failed' || widths[0]! > 2 || widths.at(-1) !== 1) return undefined;
  if (batchNormalization !== false || !theta.every(Number.isFinite)) return undefined;
  const problem = problemOf(member);
  try {
    const samples = problem.samples?.training;
    return samples && seen(problem.net, Float64Array.from(theta), samples);
  } finally {
    disposeOf(problem);
  }
}

function seen(net: Network, theta: Float64Array, samples: Samples): Fit | undefined {
  const [inputs, targets] = [samples.inputs.data, samples.targets.data];
  const dimension = net.widths[0] as 1 | 2;
  const count = inputs.length / dimension;
  if (count !== targets.length) return undefined;
  const from = Array.from({ length: dimension }, () => Infinity);
  const to = Array.from({ length: dimension }, () => -Infinity);
  inputs.forEach((x, i) => {
    const j = i % dimension;
    if (x < from[j]!) from[j] = x;
    if (x > to[j]!) to[j] = x;
  });
  from.forEach((low, j) => {
    // a margin around scattered samples, and around one alone
    const margin = 0.04 * (to[j]! - low) || 0.5;
    from[j] = low - margin;
    to[j] = to[j]! + margin;
  });
  const perAxis = dimension === 1 ? 241 : 41;
  const at = (j: number, k: number): number => from[j]! + ((to[j]! - from[j]!) * k) / (perAxis - 1);
  const grid = new Float64Array(perAxis ** dimension * dimension);
  for (let i = 0; i < grid.length / dimension; i++) {
    if (dimension === 1) grid[i] = at(0, i);
    else grid.set([at(0, Math.floor(i / perAxis)), at(1, i % perAxis)], 2 * i);
  }
  const points = fromData(grid, [grid.length / dimension, dimension]);
  const chosen = Array.from({ length: Math.min(count, mostSamples) }, (_, i) =>
    Math.floor((i * count) / Math.min(count, mostSamples)),
  );
  return {
    dimension,
    from,
    to,
    perAxis,
    values: Float64Array.from(realize(net, theta, points).data),
    inputs: Float64Array.from(
      chosen.flatMap((i) => [...inputs.subarray(i * dimension, (i + 1) * dimension)]),
    ),
    targets: Float64Array.from(chosen, (i) => targets[i]!),
  };
}
