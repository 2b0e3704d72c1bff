import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  nativeKernels,
  referenceKernels,
  wasmKernels,
  type DenseProblem,
  type FloatArray,
  type FrozenRisk,
  type Kernels,
} from '@nonsmooth/kernels';
import { problemShape } from '../src/problem.js';
import { randomProblems, relativeDistance } from './random-problems.js';

const plain = randomProblems.map(({ problem, theta, seed }) => {
  const shift = problem.batchNormalization ? 2 * problem.widths[0]! : 0;
  return {
    problem: { ...problem, batchNormalization: false },
    theta: theta.subarray(shift),
    seed,
  };
});

/** Writes the slope of every neuron on every sample. */
function give(
  risk: FrozenRisk,
  { widths }: DenseProblem,
  slope: (layer: number, neuron: number, sample: number) => number,
): void {
  risk.slopes.forEach((slopes, k) => {
    for (let i = 0; i < widths[k + 1]!; i++) {
      for (let s = 0; s < risk.samples; s++) {
        slopes[i * risk.slopeStride + s] = slope(k, i, s);
      }
    }
  });
}

/** Value and gradient under slopes that nothing decides. */
function results(
  kernels: Kernels,
  problem: DenseProblem,
  theta: FloatArray,
  seed: number,
): [number, FloatArray] {
  const risk = kernels.frozenNetwork(problem);
  give(risk, problem, (k, i, s) => [0, 1, -0.5, 0.25][(seed + 7 * k + 3 * i + 5 * s * s) % 4]!);
  const out = theta.slice();
  const value = risk.gradient(theta, out);
  // the same again from the same memory
  const again = theta.slice();
  expect(risk.gradient(theta, again)).toEqual(value);
  expect(again).toEqual(out);
  risk.dispose();
  expect(() => risk.gradient(theta, out)).toThrow('disposed');
  return [value, out];
}

test('given slopes: the portable kernels are the plain loops up to rounding', () => {
  fc.assert(
    fc.property(plain, ({ problem, theta, seed }) => {
      const [value, gradient] = results(wasmKernels(), problem, theta, seed);
      const [expected, reference] = results(referenceKernels, problem, theta, seed);
      const tolerance = problem.dtype === 'f64' ? 1e-10 : 1e-3;
      if (!(Number.isFinite(expected) && reference.every(Number.isFinite))) return;
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(expected)));
      expect(relativeDistance(gradient, reference)).toBeLessThan(tolerance);
    }),
    { numRuns: 150 },
  );
});

test('slopes that the signs of the neurons say give the gradient itself', () => {
  fc.assert(
    fc.property(plain, ({ problem: given, theta }) => {
      const problem: DenseProblem = { ...given, activation: { name: 'relu' }, kinks: { relu: 0 } };
      const { layers, samples } = problemShape(problem);
      const risk = wasmKernels().frozenNetwork(problem);
      let values = Array.from({ length: samples }, (_, s) =>
        Array.from(problem.inputs.subarray(s * problem.widths[0]!, (s + 1) * problem.widths[0]!)),
      );
      const signs = layers.slice(0, -1).map(({ inputWidth, width, weights, biases }) => {
        const z = values.map((x) =>
          Array.from({ length: width }, (_, i) =>
            x.reduce(
              (sum, xj, j) => sum + theta[weights + i * inputWidth + j]! * xj,
              theta[biases + i]!,
            ),
          ),
        );
        values = z.map((row) => row.map((one) => Math.max(one, 0)));
        return z;
      });
      // signs that rounding may turn say nothing
      if (signs.some((z) => z.some((row) => row.some((one) => Math.abs(one) < 1e-3)))) return;
      give(risk, problem, (k, i, s) => (signs[k]![s]![i]! > 0 ? 1 : 0));
      const [frozen, whole] = [theta.slice(), theta.slice()];
      const value = risk.gradient(theta, frozen);
      const full = wasmKernels().denseNetwork(problem);
      const expected = full.gradient(theta, whole);
      risk.dispose();
      full.dispose();
      if (!Number.isFinite(expected)) return;
      const tolerance = problem.dtype === 'f64' ? 1e-12 : 1e-4;
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(expected)));
      expect(relativeDistance(frozen, whole)).toBeLessThan(tolerance);
    }),
    { numRuns: 100 },
  );
});

describe.each(['avx512', 'avx2'] as const)('native, %s', (instructions) => {
  const native = nativeKernels({ instructions });
  test.skipIf(!native)('given slopes: the bits of the portable kernels', () => {
    fc.assert(
      fc.property(plain, ({ problem, theta, seed }) => {
        const [value, gradient] = results(native!, problem, theta, seed);
        const [expected, portable] = results(wasmKernels(), problem, theta, seed);
        expect(value).toEqual(expected);
        expect(gradient).toEqual(portable);
      }),
      { numRuns: 150 },
    );
  });
});

test('batch normalization is refused, and lengths that are wrong', () => {
  const problem: DenseProblem = {
    widths: [1, 2, 1],
    activation: { name: 'relu' },
    loss: 'squared',
    dtype: 'f64',
    batchNormalization: false,
    inputs: Float64Array.of(1, 2),
    targets: Float64Array.of(0, 1),
  };
  for (const kernels of [wasmKernels(), referenceKernels]) {
    expect(() => kernels.frozenNetwork({ ...problem, batchNormalization: true })).toThrow(
      'batchNormalization',
    );
    const risk = kernels.frozenNetwork(problem);
    expect(() => risk.gradient(new Float64Array(3), new Float64Array(7))).toThrow('theta');
    expect(() => risk.gradient(new Float64Array(7), new Float64Array(3))).toThrow('out');
  }
});
