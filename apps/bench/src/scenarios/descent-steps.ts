import { adam, sgd } from '@nonsmooth/flows';
import { defaultKernels, referenceKernels, type DescentRule } from '@nonsmooth/kernels';
import { initialize, network, xavierUniform } from '@nonsmooth/nets';
import { foldIn, key, split, uniform, type Key } from '@nonsmooth/tensor';
import { timed, type Case } from '../case.js';
import { boundError } from '../check.js';
import type { Work } from '../work.js';
import { gradientOperations, relativeError } from './five-nets.js';
import { fasterThanScaled } from './reference-machine.js';
import { studyBatch, studySamples, studyTarget, studyWidths } from './study.js';

/** Steps of the published study in float32, and PyTorch's seconds per step on one core of the reference machine. */
const studies = [
  {
    name: 'study step SGD',
    rule: sgd({ learningRate: 0.01 }),
    batch: studyBatch,
    steps: 200,
    pytorch: 460e-6,
    mark: 20,
  },
  {
    name: 'study step Adam',
    rule: adam({ learningRate: 0.005 }),
    batch: studyBatch,
    steps: 200,
    pytorch: 1000e-6,
    mark: 20,
  },
  {
    name: 'study step, all samples',
    rule: sgd({ learningRate: 0.01 }),
    batch: undefined,
    steps: 2,
    pytorch: 2300e-6,
    mark: 1,
  },
] as const;

/** Descent steps of the published study, against those of PyTorch on the reference machine unless it is here. */
export function descentSteps(isPyTorchHere: boolean): readonly Case[] {
  return studies.map(({ name, rule, batch, steps, pytorch, mark }) =>
    timed<number>({
      name,
      unit: 'flop',
      prepare: (seed) => descentWork(rule, batch, steps, seed),
      check: (error) => [boundError('relative error', error, 1e-3)],
      comparisons: isPyTorchHere
        ? []
        : [fasterThanScaled('PyTorch', pytorch, { name }, mark, steps)],
    }),
  );
}

/** The answer is the relative error of the parameters, against plain float64 arithmetic. */
function descentWork(
  rule: DescentRule,
  batch: number | undefined,
  steps: number,
  seed: number,
): Work<number> {
  const [dataKey, startKey, batchKey] = split(foldIn(key(seed), 4), 3) as [Key, Key, Key];
  const inputs = uniform(dataKey, [studySamples], { low: -1, high: 1 }).data;
  const theta = initialize(network(studyWidths, { activation: 'gelu' }), xavierUniform, startKey);
  const options = {
    rule,
    ...(batch !== undefined && { batch: { size: batch, key: batchKey } }),
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
  const found = new Float32Array(theta.length);
  return {
    units: steps * gradientOperations(studyWidths, batch ?? studySamples),
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
