import {
  defaultKernels,
  floatArray,
  referenceKernels,
  wasmKernels,
  type DenseProblem,
  type Dtype,
  type Kernels,
} from '@nonsmooth/kernels';
import { resolve } from 'node:path';
import { timed, type Case } from '../case.js';
import { boundError } from '../check.js';
import { fasterThan, type Comparison } from '../comparison.js';
import { peerFolder } from '../peers/install.js';
import { peers } from '../peers/index.js';
import type { Peer } from '../peers/peer.js';
import type { Work } from '../work.js';
import {
  denseProblem,
  fiveNets,
  gradientOperations,
  kernelErrorLimit,
  relativeError,
  type NetName,
} from './five-nets.js';
import { limitCases } from './reference-machine.js';

// Loss and gradient over all samples, counted in floating-point operations of the matrix products.

/** A network with the arithmetic that its gradient is computed in. */
export interface Gradient {
  readonly net: NetName;
  readonly activation: 'relu' | 'tanh';
  readonly dtype: Dtype;
}

/** The gradients that are measured. */
export const gradients: readonly Gradient[] = [
  { net: 'tiny', activation: 'relu', dtype: 'f64' },
  { net: 'tiny', activation: 'tanh', dtype: 'f64' },
  { net: 'small', activation: 'relu', dtype: 'f64' },
  { net: 'small', activation: 'tanh', dtype: 'f64' },
  { net: 'deep-small', activation: 'relu', dtype: 'f64' },
  { net: 'medium', activation: 'relu', dtype: 'f64' },
  { net: 'medium', activation: 'relu', dtype: 'f32' },
  { net: 'large', activation: 'relu', dtype: 'f64' },
  { net: 'large', activation: 'relu', dtype: 'f32' },
];

/** Shares of the limit of 128-bit SIMD that the portable kernels are meant to reach on wide networks. */
const shares: Readonly<Record<string, number>> = {
  'medium relu f64': 0.85,
  'large relu f64': 0.8,
};

/** How many times faster than plain loops. */
const gains: Readonly<Record<string, number>> = {
  'tiny relu f64': 22,
  'tiny tanh f64': 7,
  'small relu f64': 20,
  'small tanh f64': 7,
  'medium relu f64': 10,
  'large relu f64': 10,
};

/** By the kernels; with `peers` also by the fastest of other libraries, which the wide ones are compared with. */
export const networkGradients: readonly Case[] = gradients.map((gradient) => {
  const name = nameOf(gradient);
  return timed<number>({
    name,
    unit: 'flop',
    prepare: (seed) => gradientWork(gradient, defaultKernels, seed),
    check: checkError(gradient.dtype),
    comparisons:
      gradient.dtype === 'f32'
        ? [fasterThan({ name }, { name: nameOf({ ...gradient, dtype: 'f64' }) }, 1.7)]
        : [],
  });
});

/** Wide ones by the portable kernels, whichever the default ones are. */
export const portableGradients: readonly Case[] = gradients
  .filter((gradient) => shares[nameOf(gradient)] !== undefined)
  .map((gradient) => {
    const name = `${nameOf(gradient)}, portable`;
    return timed<number>({
      name,
      unit: 'flop',
      prepare: (seed) => gradientWork(gradient, wasmKernels(), seed),
      check: checkError(gradient.dtype),
      comparisons: [fasterThan({ name }, limitCases.f64, shares[nameOf(gradient)]!)],
    });
  });

/** The same by loops over plain arrays, as one would write them first. */
export const plainLoopGradients: readonly Case[] = gradients
  .filter((gradient) => gains[nameOf(gradient)] !== undefined)
  .map((gradient) => {
    const loops = peers.find(({ name }) => name === 'plain loops')!;
    const own = nameOf(gradient);
    const name = `${own}, plain loops`;
    return peerCase(gradient, loops, [
      { ...fasterThan({ name: own }, { name }, gains[own]!), quantity: `${own} ÷ plain loops` },
    ]);
  });

/** By other libraries, where they are installed. */
export const peerGradients: readonly Case[] = (
  ['tiny', 'small', 'medium', 'large'] as const
).flatMap((net) =>
  peers
    .filter(({ name }) => name !== 'plain loops')
    .flatMap((peer) =>
      peer.dtypes.map((dtype) => {
        const gradient: Gradient = { net, activation: 'relu', dtype };
        const own = { name: nameOf(gradient) };
        const name = `${own.name}, ${peer.name}`;
        const isCompared = dtype === 'f64' && (net === 'medium' || net === 'large');
        return peerCase(gradient, peer, isCompared ? [fasterThan(own, { name }, 10)] : []);
      }),
    ),
);

function peerCase(gradient: Gradient, peer: Peer, comparisons: readonly Comparison[]): Case {
  return timed<number>({
    name: `${nameOf(gradient)}, ${peer.name}`,
    unit: 'flop',
    baseline: true,
    prepare: (seed) => peerWork(gradient, peer, seed),
    check: checkError(gradient.dtype),
    comparisons,
  });
}

/** What the case of a gradient is called. */
export function nameOf({ net, activation, dtype }: Gradient): string {
  return `${net} ${activation} ${dtype}`;
}

function checkError(dtype: Dtype) {
  return (error: number) => [boundError('relative error', error, kernelErrorLimit(dtype))];
}

function gradientWork(gradient: Gradient, kernels: Kernels, seed: number): Work<number> {
  const { widths, samples } = fiveNets[gradient.net];
  const { problem, theta } = denseProblem(gradient, seed);
  const risk = kernels.denseNetwork(problem);
  const found = floatArray(gradient.dtype, theta.length);
  const start = floatArray(gradient.dtype, theta.length);
  start.set(theta);
  const loss = new Float64Array(1);
  return {
    units: gradientOperations(widths, samples),
    run: () => void (loss[0] = risk.gradient(start, found)),
    answer: () => errorAgainstReference({ loss: loss[0]!, gradient: found }, problem, theta),
    fingerprint: () => [loss, found],
    dispose: () => risk.dispose(),
  };
}

async function peerWork(gradient: Gradient, peer: Peer, seed: number): Promise<Work<number>> {
  const { widths, samples } = fiveNets[gradient.net];
  const { problem, theta } = denseProblem(gradient, seed);
  const task = await peer.lossAndGradient(
    { ...problem, activation: gradient.activation, samples, theta },
    resolve(peerFolder),
  );
  return {
    units: gradientOperations(widths, samples),
    run: () => task.run(),
    answer: () => errorAgainstReference(task.result(), problem, theta),
    fingerprint: () => [Float64Array.from(task.result().gradient)],
  };
}

/** The larger of the relative errors of loss and gradient, against plain float64 arithmetic. */
export function errorAgainstReference(
  found: { readonly loss: number; readonly gradient: ArrayLike<number> },
  problem: DenseProblem,
  theta: Float64Array,
): number {
  const reference = referenceKernels.denseNetwork({ ...problem, dtype: 'f64' });
  const expected = new Float64Array(theta.length);
  const loss = reference.gradient(theta, expected);
  reference.dispose();
  return Math.max(Math.abs(found.loss - loss) / loss, relativeError(found.gradient, expected));
}
