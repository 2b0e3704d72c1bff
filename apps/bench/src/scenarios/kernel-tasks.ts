import {
  defaultKernels,
  floatArray,
  referenceKernels,
  type DenseProblem,
  type DescentRule,
  type Dtype,
} from '@nonsmooth/kernels';
import { adam, sgd } from '@nonsmooth/flows';
import { initialize, network, xavierUniform } from '@nonsmooth/nets';
import { foldIn, key, split, uniform, type Key } from '@nonsmooth/tensor';
import { peers } from '../peers/index.js';
import type { DenseRiskProblem, PeerName } from '../peers/peer.js';
import type { Work } from '../scenario.js';
import { denseProblem, fiveNets, relativeError, type NetName } from './five-nets.js';
import { limitWork } from './reference-machine.js';
import { derivativeWork, type DerivativeTask } from './second-derivatives.js';
import { studyBatch, studySamples, studyTarget, studyWidths } from './study.js';

export type KernelTask = LimitTask | ProductTask | GradientTask | DescentTask | DerivativeTask;

/** The register-only mul+add loop. */
interface LimitTask {
  readonly kind: 'limit';
  readonly dtype: Dtype;
}

/** A product of square matrices. */
interface ProductTask {
  readonly kind: 'product';
  readonly size: number;
  readonly dtype: Dtype;
}

/** Loss and gradient over all samples, by the kernels or by a peer. */
interface GradientTask {
  readonly kind: 'gradient';
  readonly net: NetName;
  readonly activation: 'relu' | 'tanh';
  readonly dtype: Dtype;
  readonly by: 'kernels' | PeerName;
  /** Where peers are installed. */
  readonly folder?: string;
}

/** Steps of the published study in float32. */
interface DescentTask {
  readonly kind: 'descent';
  readonly optimizer: 'SGD' | 'Adam';
  readonly batch: number | 'all';
}

/** Answers are relative errors. */
export function prepareTask(task: KernelTask, seed: number): Work<number> | Promise<Work<number>> {
  if (task.kind === 'limit') return limitWork(task.dtype);
  if (task.kind === 'product') return product(task, seed);
  if (task.kind === 'descent') return descent(task, seed);
  if (task.kind === 'derivative') return derivativeWork(task, seed);
  return task.by === 'kernels' ? gradient(task, seed) : peerGradient(task, seed);
}

/** What rounding explains: a few units in the last place, and their growth over steps of descent. */
export function errorLimit(task: KernelTask): number {
  if (task.kind === 'limit') return 0;
  if (task.kind === 'descent') return 1e-3;
  if (task.kind === 'derivative') return 1e-11;
  return task.dtype === 'f64' ? 1e-12 : 1e-5;
}

function product({ size, dtype }: ProductTask, seed: number): Work<number> {
  const [keyA, keyB] = split(key(seed), 2) as [Key, Key];
  const matrix = (from: Key) => uniform(from, [size, size], { low: -1, high: 1, dtype }).data;
  const a = matrix(keyA);
  const b = matrix(keyB);
  const out = floatArray(dtype, size * size);
  return {
    units: 2 * size ** 3,
    run: () => defaultKernels.matmul(a, b, out, size, size, size),
    answer() {
      const expected = new Float64Array(size * size);
      for (let i = 0; i < size; i++) {
        for (let k = 0; k < size; k++) {
          for (let j = 0; j < size; j++) {
            expected[i * size + j]! += a[i * size + k]! * b[k * size + j]!;
          }
        }
      }
      return relativeError(out, expected);
    },
    fingerprint: () => [out],
  };
}

/** Operations of the matrix products of loss and gradient: forward, weights' and inputs' gradients but the first. */
function gradientOperations(widths: readonly number[], samples: number): number {
  const products = widths.slice(1).map((width, k) => width * widths[k]!);
  return 2 * samples * (3 * products.reduce((sum, size) => sum + size, 0) - products[0]!);
}

function gradient(task: GradientTask, seed: number): Work<number> {
  const { widths, samples } = fiveNets[task.net];
  const { problem, theta } = denseProblem(task, seed);
  const risk = defaultKernels.denseNetwork(problem);
  const found = floatArray(task.dtype, theta.length);
  const start = floatArray(task.dtype, theta.length);
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

async function peerGradient(task: GradientTask, seed: number): Promise<Work<number>> {
  const { widths, samples } = fiveNets[task.net];
  const { problem, theta } = denseProblem(task, seed);
  const peer = peers.find(({ name }) => name === task.by)!;
  const peerProblem: DenseRiskProblem = { ...problem, activation: task.activation, samples, theta };
  const peerTask = await peer.lossAndGradient(peerProblem, task.folder ?? '');
  return {
    units: gradientOperations(widths, samples),
    run: () => peerTask.run(),
    answer: () => errorAgainstReference(peerTask.result(), problem, theta),
    fingerprint: () => [Float64Array.from(peerTask.result().gradient)],
  };
}

/** The larger of the relative errors of loss and gradient, against plain float64 arithmetic. */
function errorAgainstReference(
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

const rules: Readonly<Record<DescentTask['optimizer'], DescentRule>> = {
  SGD: sgd({ learningRate: 0.01 }),
  Adam: adam({ learningRate: 0.005 }),
};

function descent({ optimizer, batch }: DescentTask, seed: number): Work<number> {
  const [dataKey, startKey, batchKey] = split(foldIn(key(seed), 4), 3) as [Key, Key, Key];
  const inputs = uniform(dataKey, [studySamples], { low: -1, high: 1 }).data;
  const theta = initialize(network(studyWidths, { activation: 'gelu' }), xavierUniform, startKey);
  const options = {
    rule: rules[optimizer],
    ...(batch !== 'all' && { batch: { size: batch, key: batchKey } }),
  };
  const problem = {
    widths: studyWidths,
    activation: { name: 'gelu' },
    loss: 'squared',
    batchNormalization: false,
    inputs,
    targets: inputs.map(studyTarget),
  } as const;
  const risk = defaultKernels.denseNetwork({ ...problem, dtype: 'f32' });
  const loop = risk.descent(theta, options);
  const start = loop.state();
  const steps = stepsPerCall(batch);
  const found = new Float32Array(theta.length);
  return {
    units: steps * gradientOperations(studyWidths, batch === 'all' ? studySamples : studyBatch),
    run() {
      loop.restore(start);
      loop.run(steps);
      loop.read(found);
    },
    answer() {
      const reference = referenceKernels.denseNetwork({ ...problem, dtype: 'f64' });
      const slow = reference.descent(theta, options);
      slow.run(steps);
      const expected = new Float64Array(theta.length);
      slow.read(expected);
      reference.dispose();
      return relativeError(found, expected);
    },
    fingerprint: () => [found],
    dispose: () => risk.dispose(),
  };
}

/** Steps of one call of the work. */
export function stepsPerCall(batch: DescentTask['batch']): number {
  return batch === 'all' ? 2 : 200;
}
