import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import {
  floatArray,
  MemoryLimitError,
  nativeKernels,
  wasmKernels,
  type DenseProblem,
  type Kernels,
} from '@nonsmooth/kernels';
import { numbers } from './random-problems.js';

const native = nativeKernels();
const built = join(import.meta.dirname, '../dist/index.js');

function problemOf(widths: readonly number[], samples: number, dtype: 'f64' | 'f32'): DenseProblem {
  return {
    widths,
    activation: { name: 'gelu' },
    loss: 'squared',
    dtype,
    batchNormalization: true,
    inputs: numbers(dtype, 1, samples * widths[0]!),
    targets: numbers(dtype, 2, samples * widths.at(-1)!),
  };
}

/** Loss and gradient at a θ. */
function gradientOf(kernels: Kernels, problem: DenseProblem): readonly number[] {
  const risk = kernels.denseNetwork(problem);
  const gradient = floatArray(problem.dtype, risk.dimension);
  const loss = risk.gradient(numbers(problem.dtype, 3, risk.dimension), gradient);
  risk.dispose();
  return [loss, ...gradient];
}

/** What a worker computes: gradients of problems of growing size, whose panels need ever more memory. */
const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.module).then(({ nativeKernels }) => {
    const kernels = nativeKernels();
    const answers = workerData.problems.map((problem) => {
      const risk = kernels.denseNetwork(problem);
      const gradient = problem.inputs.slice(0, 0).constructor.from({ length: risk.dimension }, () => 0);
      let loss;
      for (let n = 0; n < 20; n++) {
        loss = risk.gradient(workerData.theta.subarray(0, risk.dimension), gradient);
      }
      const loop = risk.descent(workerData.theta.subarray(0, risk.dimension), {
        rule: { name: 'adam', learningRate: 0.01 },
        batch: { size: 7, key: [1, 2] },
      });
      loop.run(20);
      const { theta } = loop.state();
      risk.dispose();
      return [loss, ...gradient, ...theta];
    });
    parentPort.postMessage(answers);
  });
`;

describe.skipIf(!native)('the memory of native kernels', () => {
  test.skipIf(!existsSync(built))(
    'is the own one of each of 8 workers at once',
    { timeout: 120_000 },
    async () => {
      const problems = [3, 20, 70, 5, 130].map((width, i) =>
        problemOf([2, width, width + 1, 1], 40 * (i + 1), 'f64'),
      );
      const workerData = { module: built, problems, theta: numbers('f64', 3, 20_000) };
      const all = await Promise.all(
        Array.from(
          { length: 8 },
          () =>
            new Promise<readonly (readonly number[])[]>((resolve, reject) => {
              const worker = new Worker(program, { eval: true, workerData, execArgv: [] });
              worker.on('message', resolve);
              worker.on('error', reject);
            }),
        ),
      );
      for (const answers of all) expect(answers).toEqual(all[0]);
      const expected = problems.map((problem) => gradientOf(wasmKernels(), problem));
      expected.forEach((one, i) => expect(all[0]![i]!.slice(0, one.length)).toEqual(one));
    },
  );

  test('serves a hundred thousand problems, disposed of or collected', { timeout: 120_000 }, () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const problem = problemOf([1, 3, 1], 5, 'f64');
    const expected = gradientOf(wasmKernels(), problem);
    const theta = numbers('f64', 3, expected.length - 1);
    const gradient = floatArray('f64', theta.length);
    for (let n = 0; n < 100_000; n++) {
      const risk = native!.denseNetwork(problem);
      const isWatched = n % 1000 === 0;
      if (isWatched) expect([risk.gradient(theta, gradient), ...gradient]).toEqual(expected);
      if (n % 100 > 0) risk.dispose();
      if (n % 20_000 === 0) collect();
    }
  });

  test('is enough for other problems after one that asked for too much', () => {
    const large = { ...problemOf([2, 4, 3], 4, 'f64'), widths: [2, 30_000, 30_000, 3] };
    expect(() => native!.denseNetwork(large)).toThrow(MemoryLimitError);
    for (const dtype of ['f64', 'f32'] as const) {
      const problem = problemOf([3, 200, 100, 2], 300, dtype);
      expect(gradientOf(native!, problem)).toEqual(gradientOf(wasmKernels(), problem));
    }
  });
});
