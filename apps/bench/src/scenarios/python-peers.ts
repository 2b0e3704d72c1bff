import {
  defaultKernels,
  drawBatch,
  floatArray,
  nativeKernels,
  referenceKernels,
  type DenseProblem,
} from '@nonsmooth/kernels';
import { heNormal, initialize, network, xavierUniform } from '@nonsmooth/nets';
import { foldIn, key, split, uniform, type Key } from '@nonsmooth/tensor';
import { timed, type Case } from '../case.js';
import { boundError } from '../check.js';
import { fasterThan, type Comparison } from '../comparison.js';
import {
  pythonSystems,
  type PythonInstallation,
  type PythonSystem,
} from '../peers/python/installation.js';
import { pythonTask, type PythonProblem } from '../peers/python/task.js';
import type { Work } from '../work.js';
import {
  denseProblem,
  fiveNets,
  gradientOperations,
  kernelErrorLimit,
  relativeError,
} from './five-nets.js';
import { errorAgainstReference, gradients, nameOf, type Gradient } from './network-gradients.js';
import { studyBatch, studySamples, studyTarget, studyWidths } from './study.js';

// Libraries of Python on one thread: gradients of the same networks at the same parameters, and steps of Adam over the
// same batches. Their processes make several runs per call, so that the way to them does not count.

interface System {
  readonly system: PythonSystem;
  readonly variant: 'eager' | 'compile';
  readonly title: string;
}

/** How many times as fast as these systems, on one thread; 1 where nothing is said. */
const gains: Readonly<Record<string, number>> = {
  'deep-small relu f64, torch': 3.5,
  'medium relu f64, torch': 2,
  'large relu f64, torch': 1.7,
  'digits step Adam, torch': 2,
};

/** How many times as fast as JAX with fused products. */
const fusedGain = 1.3;
const fusedNets: readonly string[] = ['medium relu f64', 'large relu f64'];

/** The cases of every library that the Python has. */
export function pythonPeers(python: PythonInstallation): readonly Case[] {
  const systems = systemsOf(python);
  return [
    ...gradients.flatMap((gradient) => systems.map((one) => gradientCase(python, one, gradient))),
    ...steps.flatMap((step) => [
      ...(step.isOwn ? [ownStepCase(step)] : []),
      ...systems
        .filter(({ system }) => step.activation !== 'gelu' || system !== 'numpy')
        .map((one) => stepCase(python, one, step)),
    ]),
  ];
}

function systemsOf({ systems, compiles }: PythonInstallation): readonly System[] {
  const names = (Object.keys(pythonSystems) as PythonSystem[]).filter((name) => systems[name]);
  return names.flatMap((system): readonly System[] => {
    const title = pythonSystems[system];
    const eager: System = { system, variant: 'eager', title };
    if (system !== 'torch' || !compiles) return [eager];
    return [eager, { system, variant: 'compile', title: `${title} compiled` }];
  });
}

function comparisonsWith({ system, title }: System, own: string): readonly Comparison[] {
  const other = { name: `${own}, ${title}` };
  const isFusedCompared =
    system === 'jax' && fusedNets.includes(own) && nativeKernels() !== undefined;
  return [
    fasterThan({ name: own }, other, gains[`${own}, ${system}`] ?? 1),
    ...(isFusedCompared ? [fasterThan({ name: `${own}, fused` }, other, fusedGain)] : []),
  ];
}

function gradientCase(python: PythonInstallation, one: System, gradient: Gradient): Case {
  const { net, activation, dtype } = gradient;
  const own = nameOf(gradient);
  return timed<number>({
    name: `${own}, ${one.title}`,
    unit: 'flop',
    baseline: true,
    async prepare(seed) {
      const { widths, samples } = fiveNets[net];
      const { problem, theta } = denseProblem(gradient, seed);
      const { inputs, targets } = problem;
      return pythonWork(
        python,
        one,
        { kind: 'gradient', widths, activation, loss: 'squared', dtype, inputs, targets, theta },
        gradientOperations(widths, samples),
        (loss, found) => errorAgainstReference({ loss, gradient: found }, problem, theta),
      );
    },
    check: (error) => [boundError('relative error', error, kernelErrorLimit(dtype))],
    comparisons: comparisonsWith(one, own),
  });
}

/** Some steps of Adam in f32. */
interface Step {
  readonly name: string;
  readonly widths: readonly number[];
  readonly activation: 'relu' | 'gelu';
  readonly loss: 'squared' | 'crossEntropy';
  readonly samples: number;
  readonly batch: number;
  readonly steps: number;
  readonly learningRate: number;
  /** Whether no other case measures our own steps. */
  readonly isOwn: boolean;
}

const steps: readonly Step[] = [
  {
    name: 'digits step Adam',
    widths: [784, 256, 256, 10],
    activation: 'relu',
    loss: 'crossEntropy',
    samples: 2000,
    batch: 50,
    steps: 10,
    learningRate: 1e-3,
    isOwn: true,
  },
  {
    name: 'study step Adam',
    widths: studyWidths,
    activation: 'gelu',
    loss: 'squared',
    samples: studySamples,
    batch: studyBatch,
    steps: 50,
    learningRate: 0.005,
    isOwn: false,
  },
];

/** The data of some steps, and where they begin. */
function startOf(step: Step, seed: number) {
  const { widths, activation, loss, samples } = step;
  const keys = split(foldIn(key(seed), widths[1]!), 4) as [Key, Key, Key, Key];
  const [inputKey, targetKey, startKey, batchKey] = keys;
  const inputs = uniform(inputKey, [samples * widths[0]!], { low: -1, high: 1 }).data;
  const isClassified = loss === 'crossEntropy';
  const targets = isClassified
    ? uniform(targetKey, [samples], { low: 0, high: widths.at(-1)! }).data.map(Math.floor)
    : inputs.map(studyTarget);
  const net = network(widths, { activation });
  const theta = initialize(net, isClassified ? heNormal : xavierUniform, startKey);
  const problem = {
    widths,
    activation: { name: activation },
    loss,
    batchNormalization: false,
    inputs,
    targets,
  } as const satisfies Omit<DenseProblem, 'dtype'>;
  const options = {
    rule: { name: 'adam', learningRate: step.learningRate },
    batch: { size: step.batch, key: batchKey },
  } as const;
  return { problem, theta, options };
}

/** The relative error of the parameters after all steps, against plain float64 arithmetic. */
function errorOfSteps(step: Step, seed: number, found: ArrayLike<number>): number {
  const { problem, theta, options } = startOf(step, seed);
  const reference = referenceKernels.denseNetwork({ ...problem, dtype: 'f64' });
  const slow = reference.descent(theta, options);
  slow.run(step.steps);
  const expected = new Float64Array(theta.length);
  slow.read(expected);
  reference.dispose();
  return relativeError(found, expected);
}

const checkSteps = (error: number) => [boundError('relative error', error, 1e-3)];

function operationsOf({ steps: count, widths, batch }: Step): number {
  return count * gradientOperations(widths, batch);
}

function ownStepCase(step: Step): Case {
  return timed<number>({
    name: step.name,
    unit: 'flop',
    prepare(seed): Work<number> {
      const { problem, theta, options } = startOf(step, seed);
      const risk = defaultKernels.denseNetwork({ ...problem, dtype: 'f32' });
      const loop = risk.descent(theta, options);
      const start = loop.state();
      const found = floatArray('f32', theta.length);
      return {
        units: operationsOf(step),
        run() {
          loop.restore(start);
          loop.run(step.steps);
          loop.read(found);
        },
        answer: () => errorOfSteps(step, seed, found),
        fingerprint: () => [found],
        dispose: () => risk.dispose(),
      };
    },
    check: checkSteps,
  });
}

function stepCase(python: PythonInstallation, one: System, step: Step): Case {
  return timed<number>({
    name: `${step.name}, ${one.title}`,
    unit: 'flop',
    baseline: true,
    prepare(seed) {
      const { problem, theta, options } = startOf(step, seed);
      const { widths, activation, loss, learningRate, batch } = step;
      const indices = new Uint32Array(step.steps * batch);
      for (let n = 0; n < step.steps; n++) {
        const here = indices.subarray(n * batch, (n + 1) * batch);
        drawBatch(options.batch.key, n, step.samples, here);
      }
      const { inputs, targets } = problem;
      const descent = { learningRate, batch, indices };
      return pythonWork(
        python,
        one,
        {
          kind: 'descent',
          widths,
          activation,
          loss,
          dtype: 'f32',
          inputs,
          targets,
          theta,
          descent,
        },
        operationsOf(step),
        (_, found) => errorOfSteps(step, seed, found),
      );
    },
    check: checkSteps,
    comparisons: comparisonsWith(one, step.name),
  });
}

async function pythonWork(
  python: PythonInstallation,
  { system, variant }: System,
  problem: PythonProblem,
  operations: number,
  errorOf: (loss: number, found: Float64Array) => number,
): Promise<Work<number>> {
  const task = await pythonTask(python, system, problem, variant);
  return {
    units: operations * task.runsPerCall,
    run: () => task.run(),
    answer() {
      const { loss, vector } = task.result();
      return errorOf(loss, vector);
    },
    fingerprint: () => [task.result().vector],
    dispose: () => task.dispose(),
  };
}
