import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  activationNames,
  ArgumentError,
  floatArray,
  losses,
  lossNames,
  nativeKernels,
  resolveLoss,
  wasmKernels,
  type DenseProblem,
  type DescentRule,
  type Dtype,
  type FloatArray,
  type Kernels,
} from '@nonsmooth/kernels';
import { accelerated } from '../src/native/accelerate.js';
import { nativeFunctions } from '../src/native/kernels.js';
import type { KernelFunctions } from '../src/wasm/generated/functions.js';
import { kernelsOfBuild } from '../src/wasm/kernels.js';
import { simdBinary } from '../src/wasm/module.js';
import { numbers, randomProblems, randomTargets, relativeDistance } from './random-problems.js';

const wasm = wasmKernels();
const dtypes = ['f64', 'f32'] as const;
const sets = (['avx512', 'avx2'] as const).flatMap((instructions) => {
  const native = nativeKernels({ instructions });
  return native ? [{ instructions, native }] : [];
});

afterEach(() => vi.unstubAllEnvs());

/** The bits of numbers, but for what NaN carries. */
function bits(values: FloatArray): readonly number[] {
  const known = values.map((x) => (Number.isNaN(x) ? Number.NaN : x));
  return Array.from(new Uint32Array(known.buffer));
}

/** Every result of a problem at θ, in one list of arrays. */
function results(kernels: Kernels, problem: DenseProblem, theta: FloatArray): FloatArray[] {
  const risk = kernels.denseNetwork(problem);
  const { dtype, dimension, samples } = risk;
  const indices = Uint32Array.from({ length: 1 + (samples >> 1) }, (_, i) => (i * 7919) % samples);
  const vector = theta.map((_, i) => Math.sin(7 * i + 1));
  const answers = Array.from({ length: 4 }, () => floatArray(dtype, dimension));
  const losses = Float64Array.of(
    risk.value(theta),
    risk.gradient(theta, answers[0]!),
    risk.batchGradient(theta, indices, answers[1]!),
  );
  risk.hessianVector(theta, vector, answers[2]!);
  // at the same θ, where all that depends on it only is kept
  risk.hessianVector(
    theta,
    vector.map((x) => 2 - x),
    answers[3]!,
  );
  const outputs = risk.realize(theta, problem.inputs);
  risk.dispose();
  return [losses, ...answers, outputs];
}

function expectSameBits(native: Kernels, problem: DenseProblem, theta: FloatArray): void {
  const ours = results(native, problem, theta);
  const theirs = results(wasm, problem, theta);
  ours.forEach((one, i) => expect(bits(one)).toEqual(bits(theirs[i]!)));
}

function problemOf(
  dtype: Dtype,
  widths: readonly number[],
  samples: number,
  rest: Partial<DenseProblem> = {},
): DenseProblem {
  const loss = rest.loss ?? 'squared';
  const outputs = widths.at(-1)!;
  const kind = losses[resolveLoss(loss).name].targets;
  const targets = randomTargets(kind, dtype, 5, samples, outputs);
  return {
    activation: { name: 'tanh' },
    batchNormalization: false,
    inputs: numbers(dtype, 3, samples * widths[0]!, 2),
    ...rest,
    widths,
    loss,
    dtype,
    targets,
  };
}

const dimensionOf = (widths: readonly number[]): number =>
  widths.slice(1).reduce((d, l, k) => d + l * (widths[k]! + 1), 0);

describe.each(sets)('the native kernels for $instructions have the bits of wasm', ({ native }) => {
  test('on random problems', () => {
    fc.assert(
      fc.property(randomProblems, ({ problem, theta }) => expectSameBits(native, problem, theta)),
      { numRuns: 150 },
    );
  });

  describe.each(dtypes)('%s', (dtype) => {
    test.each(activationNames)('for %s, far from 0 too, with every loss', (name) => {
      for (const loss of lossNames) {
        for (const scale of [1, 40]) {
          for (const widths of [
            [3, 17, 6, 4],
            [1, 7, 1],
            [1, 12, 1],
          ]) {
            const problem = problemOf(dtype, widths, 77, { loss, activation: { name } });
            expectSameBits(native, problem, numbers(dtype, 11, dimensionOf(widths), scale));
          }
        }
      }
    });

    test('for widths 1 to 40', () => {
      for (let width = 1; width <= 40; width++) {
        const widths = [1 + ((width * 7) % 40), width, 1 + ((width * 3) % 40)];
        const problem = problemOf(dtype, widths, 50 + width, { activation: { name: 'swish' } });
        expectSameBits(native, problem, numbers(dtype, width, dimensionOf(widths)));
      }
    });

    test('for 1 to 300 samples', () => {
      for (let samples = 1; samples <= 300; samples += samples < 40 ? 1 : 13) {
        for (const widths of [
          [2, 5, 3],
          [1, 6, 1],
        ]) {
          const problem = problemOf(dtype, widths, samples);
          expectSameBits(native, problem, numbers(dtype, samples, dimensionOf(widths)));
        }
      }
    });

    test('on wide layers, whose products are summed in parts', () => {
      const widths = [300, 70, 10];
      const problem = problemOf(dtype, widths, 131, {
        activation: { name: 'relu' },
        loss: 'crossEntropy',
      });
      expectSameBits(native, problem, numbers(dtype, 2, dimensionOf(widths), 0.1));
    });

    test('where squares of a relative loss overflow or underflow', () => {
      for (const scale of dtype === 'f64' ? [1e170, 1e-170] : [1e25, 1e-25]) {
        const widths = [2, 9, 3];
        const activation = { name: 'relu' } as const;
        const problem = problemOf(dtype, widths, 40, { loss: 'relativeL2', activation });
        const targets = problem.targets.map((y) => y * scale);
        expectSameBits(native, { ...problem, targets }, numbers(dtype, 6, dimensionOf(widths)));
      }
    });

    test('for more than 1024 samples, whose sums of f32 are added in f64', () => {
      for (const samples of [1024, 1025, 1153, 2500]) {
        for (const [widths, name] of [
          [[3, 9, 2], 'tanh'],
          [[1, 7, 1], 'relu'],
          [[1, 7, 1], 'gelu'],
        ] as const) {
          for (const loss of ['squared', 'relativeL2', 'huber'] as const) {
            const kinks = { relu: samples % 2 ? 0.5 : 0 };
            const problem = problemOf(dtype, widths, samples, {
              activation: { name },
              loss,
              kinks,
            });
            const theta = numbers(dtype, 9, dimensionOf(widths));
            expectSameBits(native, problem, theta);
            const [ours, theirs] = [native, wasm].map((kernels) => {
              const risk = kernels.denseNetwork(problem);
              const indices = Uint32Array.from({ length: samples }, (_, i) => (i * 31) % samples);
              const gradient = floatArray(dtype, risk.dimension);
              risk.batchGradient(theta, indices, gradient);
              risk.dispose();
              return bits(gradient);
            });
            expect(ours).toEqual(theirs);
          }
        }
      }
    });

    test('for parameters and kinks of losses and activations, at kinks too', () => {
      for (const loss of [
        { name: 'huber', parameter: 0.3 },
        { name: 'absoluteError' },
        { name: 'binaryCrossEntropy' },
      ] as const) {
        for (const activation of [
          { name: 'hardTanh' },
          { name: 'leakyRelu', parameter: -0.2 },
          { name: 'elu', parameter: 1.7 },
        ] as const) {
          const kinks = { relu: 0.25, abs: 0.75, tie: 0.125 };
          const widths = [2, 10, 3];
          const problem = problemOf(dtype, widths, 37, { activation, loss, kinks });
          expectSameBits(native, problem, numbers(dtype, 2, dimensionOf(widths), 2));
          // every sample is at a kink of every neuron and of the loss
          const theta = floatArray(dtype, dimensionOf(widths)).fill(0);
          theta.fill(1, 2 * 10, 2 * 10 + 10);
          expectSameBits(native, { ...problem, targets: problem.targets.map(() => 0) }, theta);
        }
      }
    });

    test.each([Number.NaN, Infinity, -Infinity, -0, 5e-324, 1e-310, 1e-42, 1e300])(
      'with %f in the data, in θ and everywhere',
      (special) => {
        for (const loss of lossNames) {
          const widths = [2, 9, 3];
          const theta = numbers(dtype, 4, dimensionOf(widths));
          const problem = problemOf(dtype, widths, 21, { loss });
          const inputs = problem.inputs.map((x, i) => (i % 17 ? x : special));
          expectSameBits(native, { ...problem, inputs }, theta);
          expectSameBits(
            native,
            problem,
            theta.map((x, i) => (i === 5 ? special : x)),
          );
          if (losses[loss].targets !== 'numbers') continue;
          const targets = problem.targets.map((y, i) => (i % 13 ? y : special));
          expectSameBits(native, { ...problem, targets }, theta);
        }
        for (const name of activationNames) {
          const widths = [2, 9, 3];
          const theta = numbers(dtype, 4, dimensionOf(widths));
          const problem = problemOf(dtype, widths, 21, { activation: { name } });
          const inputs = problem.inputs.slice();
          inputs[41] = special; // of the last sample, which pads its panel
          expectSameBits(native, { ...problem, inputs }, theta);
          expectSameBits(
            native,
            problem,
            theta.map((x, i) => (i === 5 ? special : x)),
          );
          expectSameBits(native, { ...problem, inputs: inputs.fill(special) }, theta);
        }
      },
    );

    const rules: readonly DescentRule[] = [
      { name: 'sgd', learningRate: 0.02 },
      { name: 'sgd', learningRate: 0.01, momentum: 0.8, dampening: 0.2, weightDecay: 0.03 },
      { name: 'sgd', learningRate: 0.01, momentum: 0.8, nesterov: true },
      { name: 'adam', learningRate: 0.01, weightDecay: 0.02 },
      { name: 'adam', learningRate: 0.01, beta1: 0.5, beta2: 0.9, amsgrad: true },
      { name: 'adamW', learningRate: 0.01 },
      { name: 'rmsprop', learningRate: 0.003, momentum: 0.5 },
      { name: 'rmsprop', learningRate: 0.003, centered: true, momentum: 0.5, epsilon: 1e-3 },
      { name: 'adagrad', learningRate: 0.05, learningRateDecay: 0.1, initialAccumulator: 0.1 },
    ];
    test.each(rules)('in 200 steps of $name', (rule) => {
      for (const widths of [
        [2, 11, 3],
        [1, 7, 1],
      ]) {
        for (const batch of [undefined, { size: 45, key: [3, 4] as const }]) {
          const problem = problemOf(dtype, widths, 90, { activation: { name: 'relu' } });
          const start = numbers(dtype, 8, dimensionOf(widths));
          const [ours, theirs] = [native, wasm].map((kernels) => {
            const options = batch ? { rule, batch } : { rule };
            const loop = kernels.denseNetwork(problem).descent(start, options);
            const losses = Float64Array.of(loop.run(3), loop.run(197));
            return [losses, loop.state().theta, ...loop.state().moments];
          });
          ours!.forEach((one, i) => expect(bits(one)).toEqual(bits(theirs![i]!)));
        }
      }
    });

    test('in products of matrices', () => {
      const size = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(64, 257, 300));
      const product = fc.tuple(size, size, size, fc.boolean(), fc.boolean(), fc.boolean());
      fc.assert(
        fc.property(product, ([m, k, n, transposeA, transposeB, add]) => {
          const [ours, theirs] = [native, wasm].map((kernels) => {
            const space = kernels.workspace(dtype, [m * k, k * n, m * n], k);
            const [a, b, out] = space.arrays as [FloatArray, FloatArray, FloatArray];
            a.set(numbers(dtype, 1, m * k));
            b.set(numbers(dtype, 2, k * n));
            out.set(numbers(dtype, 3, m * n));
            space.product(a, b, out, { m, k, n, transposeA, transposeB, add });
            return out.slice();
          });
          expect(bits(ours!)).toEqual(bits(theirs!));
        }),
        { numRuns: 60 },
      );
    });
  });
});

describe.each(sets)('the native kernels for $instructions leave to wasm', ({ instructions }) => {
  const { table } = nativeFunctions({ instructions })!;
  const refusing = (kernel: KernelFunctions): KernelFunctions => ({
    ...kernel,
    ...Object.fromEntries(
      (['risk', 'realize', 'descend', 'prepare', 'hessianVector', 'matmul'] as const).map(
        (name) => [
          name,
          () => {
            throw new Error(`${name} was left to the portable kernels`);
          },
        ],
      ),
    ),
  });
  const alone = kernelsOfBuild('native alone', {
    binary: simdBinary,
    accelerate: (kernel, memory, dtype) => accelerated(table[dtype], refusing(kernel), memory),
  });

  test.each(dtypes)('nothing of any network in %s', (dtype) => {
    for (const name of activationNames) {
      for (const loss of lossNames) {
        for (const widths of [
          [3, 5, 4, 2],
          [1, 6, 1],
        ]) {
          const problem = problemOf(dtype, widths, 15, { loss, activation: { name } });
          results(alone, problem, numbers(dtype, 1, dimensionOf(widths)));
        }
      }
    }
  });

  test('but the risk of linear splines', () => {
    const problem = problemOf('f64', [1, 6, 1], 40, { activation: { name: 'relu' } });
    const risk = alone.denseNetwork(problem);
    expect(() => risk.value(numbers('f64', 1, 19))).toThrow(/risk was left/);
  });
});

test.skipIf(sets.length === 0)('fused kernels have the same bits for every instruction set', () => {
  const fused = sets.map(({ instructions }) => nativeKernels({ instructions, fused: true })!);
  fc.assert(
    fc.property(randomProblems, ({ problem, theta }) => {
      const [one, ...others] = fused.map((kernels) => results(kernels, problem, theta).map(bits));
      for (const other of others) expect(other).toEqual(one);
      const gradients = [fused[0]!, wasm].map((kernels) => results(kernels, problem, theta)[1]!);
      const tolerance = problem.dtype === 'f64' ? 1e-9 : 2e-3;
      expect(relativeDistance(gradients[0]!, gradients[1]!)).toBeLessThan(tolerance);
    }),
    { numRuns: 40 },
  );
});

describe('NONSMOOTH_NATIVE', () => {
  test('off leaves the portable kernels', () => {
    vi.stubEnv('NONSMOOTH_NATIVE', 'off');
    expect(nativeKernels()).toBeUndefined();
  });

  test.each(sets)('$instructions chooses these instructions', ({ instructions }) => {
    vi.stubEnv('NONSMOOTH_NATIVE', instructions);
    expect(nativeKernels()?.name).toBe(`native-${instructions}`);
    expect(nativeKernels({ fused: true })?.name).toBe(`native-${instructions}-fused`);
  });

  test('another value is refused', () => {
    vi.stubEnv('NONSMOOTH_NATIVE', 'sse');
    expect(() => nativeKernels()).toThrow(ArgumentError);
    expect(() => nativeKernels()).toThrow(/NONSMOOTH_NATIVE = "sse"; allowed: off, avx512, avx2/);
  });
});
