import { ArgumentError, type FloatArray } from '@nonsmooth/core';
import { drawBatch } from '@nonsmooth/kernels';
import type { EmpiricalRisk } from '@nonsmooth/nets';
import { foldIn, permutation, type Key } from '@nonsmooth/tensor';
import type { Matrix } from './data/matrix.js';
import type { Problem } from './problem.js';
import type { Dynamics } from './study.js';

/** What the steps of a descent are computed on; each a function of its number alone. */
export interface Batches {
  /** Value and gradient of the risk on the batch of a step. */
  gradient(step: number, theta: FloatArray, out: FloatArray): number;
  /** The inputs of the batch: rows of a matrix. */
  rows(step: number): { readonly inputs: Matrix; readonly indices: Uint32Array };
  dispose(): void;
}

type DescentGiven = Extract<Dynamics, { kind: 'descent' }>;

/** A risk that is a mean over samples. */
export type Sampled = Pick<EmpiricalRisk, 'samples' | 'batchGradient'>;

/**
 * The batches of a descent: fresh samples, random orders of all samples, or independent draws from them.
 * @throws ArgumentError if the problem has no samples, or fewer than a batch.
 */
export function batchesOf(
  problem: Problem,
  given: Pick<DescentGiven, 'batch' | 'fresh' | 'replacement'>,
): Batches | undefined {
  const { batch: size, fresh, replacement } = given;
  if (size === undefined) return undefined;
  const { risk, samples, batchKey } = problem;
  if (!samples || !('batchGradient' in risk)) {
    throw new ArgumentError('dynamics.batch', size, 'no batches, or an empirical risk');
  }
  if (fresh) return freshSamples(problem, size);
  const { inputs } = samples.training;
  const indicesOf = replacement
    ? independent(batchKey, inputs.rows, size)
    : epochs(batchKey, inputs.rows, size);
  return {
    gradient: (step, theta, out) => risk.batchGradient(theta, indicesOf(step), out),
    rows: (step) => ({ inputs, indices: indicesOf(step) }),
    dispose() {},
  };
}

function independent(key: Key, samples: number, size: number): (step: number) => Uint32Array {
  const indices = new Uint32Array(size);
  return (step) => {
    drawBatch(key, step, samples, indices);
    return indices;
  };
}

/** Random orders of the samples: epoch e has the order of the e-th derived key. */
function epochs(key: Key, samples: number, size: number): (step: number) => Uint32Array {
  const perEpoch = Math.floor(samples / size);
  if (perEpoch === 0) {
    throw new ArgumentError('dynamics.batch', size, `at most ${samples}, the samples`);
  }
  let epoch = -1;
  let order: Uint32Array = new Uint32Array();
  return (step) => {
    const now = Math.floor(step / perEpoch);
    if (now !== epoch) order = permutation(foldIn(key, (epoch = now)), samples);
    const from = (step % perEpoch) * size;
    return order.subarray(from, from + size);
  };
}

/** Numbers per pool, about: the kernel keeps the samples of several steps at a time. */
const poolNumbers = 2 ** 20;

/** Samples that are drawn anew for every step, in pools of several steps. */
function freshSamples({ samples, batchKey, riskOn, net }: Problem, size: number): Batches {
  const perStep = size * (net.widths[0]! + net.widths.at(-1)!);
  const steps = Math.max(1, Math.min(256, Math.floor(poolNumbers / perStep)));
  let pool: { first: number; inputs: Matrix; risk: EmpiricalRisk } | undefined;
  // what does not fit is found now
  samples!.fresh(1, batchKey);

  function poolAt(step: number) {
    const first = step - (step % steps);
    if (pool?.first === first) return pool;
    pool?.risk.dispose();
    const drawn = Array.from({ length: steps }, (_, i) =>
      samples!.fresh(size, foldIn(batchKey, first + i)),
    );
    const inputs = joined(drawn.map((one) => one.inputs));
    const targets = joined(drawn.map((one) => one.targets));
    return (pool = { first, inputs, risk: riskOn({ inputs, targets }) });
  }

  const indicesOf = (step: number): Uint32Array =>
    Uint32Array.from({ length: size }, (_, i) => (step % steps) * size + i);
  return {
    gradient: (step, theta, out) => poolAt(step).risk.batchGradient(theta, indicesOf(step), out),
    rows: (step) => ({ inputs: poolAt(step).inputs, indices: indicesOf(step) }),
    dispose: () => pool?.risk.dispose(),
  };
}

function joined(parts: readonly Matrix[]): Matrix {
  const { columns } = parts[0]!;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const data = new Float64Array(rows * columns);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { rows, columns, data };
}
