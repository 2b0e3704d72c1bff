import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  activationNames,
  floatArray,
  lossNames,
  losses,
  nativeKernels,
  type DenseProblem,
  type FloatArray,
  type Kernels,
} from '@nonsmooth/kernels';
import { numbers, randomTargets } from './random-problems.js';

const single = nativeKernels();
const teams = [2, 3, 5].flatMap((threads) => nativeKernels({ threads }) ?? []);

afterEach(() => vi.unstubAllEnvs());

/** A problem that is large enough to be shared: above 2·10⁷ operations. */
function problemOf(
  widths: readonly number[],
  samples: number,
  rest: Pick<DenseProblem, 'dtype'> & Partial<DenseProblem>,
): DenseProblem {
  const { loss = 'squared', dtype } = rest;
  const kind = losses[typeof loss === 'string' ? loss : loss.name].targets;
  return {
    activation: { name: 'tanh' },
    batchNormalization: false,
    inputs: numbers(dtype, 1, samples * widths[0]!, 2),
    ...rest,
    widths,
    loss,
    targets: randomTargets(kind, dtype, 2, samples, widths.at(-1)!),
  };
}

/** The bits of risk, gradient, gradient of a batch, and parameters after some steps. */
function bitsOf(kernels: Kernels, problem: DenseProblem): readonly string[] {
  const risk = kernels.denseNetwork(problem);
  const { dtype, dimension, samples } = risk;
  const theta = numbers(dtype, 3, dimension, 0.3);
  const [full, batch] = [floatArray(dtype, dimension), floatArray(dtype, dimension)];
  const indices = Uint32Array.from({ length: samples }, (_, i) => (i * 7919) % samples);
  const values = Float64Array.of(
    risk.value(theta),
    risk.gradient(theta, full),
    risk.batchGradient(theta, indices, batch),
  );
  const loop = risk.descent(theta, { rule: { name: 'adam', learningRate: 0.01 } });
  loop.run(3);
  const end = loop.state().theta;
  risk.dispose();
  return [values, full, batch, end].map((one: FloatArray) =>
    createHash('sha256').update(one).digest('hex'),
  );
}

function expectSameBits(problem: DenseProblem): void {
  const expected = bitsOf(single!, problem);
  for (const team of teams) expect(bitsOf(team, problem)).toEqual(expected);
}

describe.skipIf(!single)(
  'the bits of a gradient do not depend on how many threads share it',
  () => {
    describe.each(['f64', 'f32'] as const)('%s', (dtype) => {
      test('on nets of odd shapes', () => {
        for (const [widths, samples] of [
          [[300, 131, 70, 3], 130],
          [[3, 129, 130, 1], 257],
          [[17, 61, 61, 61, 2], 501],
          [[700, 257, 10], 50],
          [[900, 700, 1], 9],
        ] as const) {
          for (const batchNormalization of [false, true]) {
            expectSameBits(problemOf(widths, samples, { dtype, batchNormalization }));
          }
        }
      });

      test('of shallow ones', () => {
        for (const name of ['relu', 'gelu'] as const) {
          // a scale of relu' that no spline has
          const kinks = { relu: name === 'relu' ? 0.5 : 0 };
          expectSameBits(problemOf([1, 203, 1], 3001, { dtype, activation: { name }, kinks }));
          expectSameBits(problemOf([1, 203, 1], 2900, { dtype, activation: { name } }));
        }
      });

      test('over more than a thousand samples', () => {
        expectSameBits(problemOf([2, 66, 65, 1], 1200, { dtype, activation: { name: 'relu' } }));
        expectSameBits(problemOf([2, 66, 65, 1], 2307, { dtype }));
      });

      test('with every loss and activation', () => {
        for (const loss of lossNames)
          expectSameBits(problemOf([9, 90, 90, 4], 300, { dtype, loss }));
        for (const name of activationNames) {
          expectSameBits(problemOf([9, 90, 90, 4], 300, { dtype, activation: { name } }));
        }
      });
    });

    test('and they have the name of their number', () => {
      expect(teams[0]!.name).toBe(`${single!.name}, 2 threads`);
      vi.stubEnv('NONSMOOTH_THREADS', '3');
      expect(nativeKernels()).toBe(teams[1]);
      expect(nativeKernels({ threads: 1 })).toBe(single);
    });
  },
);

test.each([0, -1, 1.5, 257, Number.NaN, '2'])('%o threads are refused', (threads) => {
  expect(() => nativeKernels({ threads: threads as number })).toThrow(/^threads = .*1 to 256/);
  vi.stubEnv('NONSMOOTH_THREADS', `${threads === '2' ? 'two' : threads}`);
  expect(() => nativeKernels()).toThrow(/^NONSMOOTH_THREADS = .*1 to 256/);
});

test('options of other names are refused', () => {
  expect(() => nativeKernels({ thread: 2 } as object)).toThrow(/options.thread = 2.*threads/);
});
