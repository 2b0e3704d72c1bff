import { expect, test } from 'vitest';
import {
  floatArray,
  referenceKernels,
  wasmKernels,
  type DenseProblem,
  type Dtype,
  type FloatArray,
} from '@nonsmooth/kernels';
import { numbers } from './random-problems.js';

const both = [referenceKernels, wasmKernels()].map((kernels) => ({
  kernels,
  kernel: kernels.name,
}));

/** An affine network of `outputs` outputs at the inputs 1, whose outputs are w + b of each. */
function affine(
  dtype: Dtype,
  loss: DenseProblem['loss'],
  outputs: number,
  targets: readonly number[],
  samples = 1,
): DenseProblem {
  const all = floatArray(dtype, targets.length);
  all.set(targets);
  return {
    widths: [1, outputs],
    activation: { name: 'identity' },
    loss,
    dtype,
    batchNormalization: false,
    inputs: floatArray(dtype, samples).fill(1),
    targets: all,
  };
}

function arrayOf(dtype: Dtype, values: readonly number[]): FloatArray {
  const array = floatArray(dtype, values.length);
  array.set(values);
  return array;
}

const scales = {
  f64: [1e160, 1e-170, 1e300, 1e-300, 1e-150, 1e153],
  f32: [1e20, 1e-24, 1e37, 1e-36, 1e18],
};

test.each(
  both.flatMap((b) =>
    (['f64', 'f32'] as const).flatMap((dtype) =>
      scales[dtype].map((scale) => ({ ...b, dtype, scale })),
    ),
  ),
)(
  '$kernel $dtype: a relative loss, its gradient and its Hessian follow the scale $scale of the data',
  ({ kernels, dtype, scale }) => {
    // N = (2, 4)s, y = (1, 2)s: L = 1, ∇L = r/√(ST) = (1, 2)/(5s), ∇²L = (I − r rᵀ/S)/√(ST)
    const risk = kernels.denseNetwork(
      affine(
        dtype,
        'relativeL2',
        2,
        [1, 2].map((y) => y * scale),
      ),
    );
    const theta = arrayOf(dtype, [2 * scale, 4 * scale, 0, 0]);
    const gradient = floatArray(dtype, 4);
    const close = (found: number, expected: number): void =>
      expect(Math.abs(found / expected - 1)).toBeLessThan(dtype === 'f64' ? 1e-14 : 1e-5);
    close(risk.gradient(theta, gradient), 1);
    [0.2, 0.4, 0.2, 0.4].forEach((g, i) => close(gradient[i]! * scale, g));
    if (scale ** -2 > (dtype === 'f64' ? 1e308 : 1e38) || scale ** -2 < 1e-300) return;
    const product = floatArray(dtype, 4);
    risk.hessianVector(theta, arrayOf(dtype, [scale, 0, 0, 0]), product);
    [0.16, -0.08, 0.16, -0.08].forEach((x, i) => close(product[i]! * scale, x));
  },
);

test.each(both)(
  '$kernel: residuals that are tiny against the targets keep the gradient of a relative loss',
  ({ kernels }) => {
    const risk = kernels.denseNetwork(affine('f64', 'relativeL2', 2, [1, 0]));
    const gradient = new Float64Array(4);
    const value = risk.gradient(Float64Array.of(1, 1e-170, 0, 0), gradient);
    expect(Math.abs(value / 1e-170 - 1)).toBeLessThan(1e-15);
    expect([...gradient]).toEqual([0, 1, 0, 1]);
  },
);

test.each(both)('$kernel: a relative loss has no Hessian where it is 0', ({ kernels }) => {
  const risk = kernels.denseNetwork(affine('f64', 'relativeL2', 2, [1, 2]));
  const theta = Float64Array.of(1, 2, 0, 0);
  const product = new Float64Array(4);
  expect(risk.gradient(theta, product)).toBe(0);
  expect([...product]).toEqual([0, 0, 0, 0]);
  risk.hessianVector(theta, Float64Array.of(1, 0, 0, 0), product);
  expect(product.every(Number.isNaN)).toBe(true);
});

test.each(both)('$kernel: equal logits have the loss log n, however large', ({ kernels }) => {
  for (const size of [0, 1, 1e16, -1e16, 1e300]) {
    const risk = kernels.denseNetwork(affine('f64', 'crossEntropy', 3, [1]));
    const theta = Float64Array.of(size, size, size, 0, 0, 0);
    expect(Math.abs(risk.value(theta) - Math.log(3))).toBeLessThan(1e-15);
  }
});

test.each(both)(
  '$kernel: Hessians of cross-entropy keep their digits at saturation',
  ({ kernels }) => {
    for (const gap of [1, 20, 40, 300, 700]) {
      for (const target of [0, 1]) {
        // logits (0, gap): p = 1/(1 + e^gap), ∇² = p(1 − p)·((1, −1), (−1, 1))
        const risk = kernels.denseNetwork(affine('f64', 'crossEntropy', 2, [target]));
        const theta = Float64Array.of(0, gap, 0, 0);
        const hessian = new Float64Array(16);
        risk.hessian(theta, hessian);
        const e = Math.exp(-gap);
        const entry = e / (1 + e) ** 2;
        for (const [at, sign] of [
          [0, 1],
          [1, -1],
          [4, -1],
          [5, 1],
        ] as const) {
          expect(Math.abs((sign * hessian[at]!) / entry - 1)).toBeLessThan(1e-13);
        }
      }
    }
  },
);

test.each(both)('$kernel: binary cross-entropy keeps its digits at saturation', ({ kernels }) => {
  for (const z of [30, 40, 300, 700]) {
    const risk = kernels.denseNetwork(affine('f64', 'binaryCrossEntropy', 2, [1, 0]));
    const theta = Float64Array.of(z, -z, 0, 0);
    const gradient = new Float64Array(4);
    const e = Math.exp(-z);
    expect(Math.abs(risk.gradient(theta, gradient) / (2 * Math.log1p(e)) - 1)).toBeLessThan(1e-14);
    const slope = e / (1 + e);
    expect(Math.abs(gradient[0]! / -slope - 1)).toBeLessThan(1e-14);
    expect(Math.abs(gradient[1]! / slope - 1)).toBeLessThan(1e-14);
  }
});

test.each(both)('$kernel: log cosh keeps its digits near 0 and far away', ({ kernels }) => {
  // r, log cosh r, tanh r, 1/cosh² r: the doubles next to 40 digits
  for (const [r, value, slope, curvature] of [
    [1e-8, 5e-17, 1e-8, 0.9999999999999999],
    [0.1, 0.00499168882164653, 0.09966799462495582, 0.9900662908474398],
    [0.7, 0.2272702293585056, 0.6043677771171635, 0.6347395899824586],
    [0.75, 0.2582660974228071, 0.6351489523872873, 0.5965858082813315],
    [1, 0.4337808304830272, 0.7615941559557649, 0.4199743416140261],
    [20, 19.306852819440056, 1, 1.6993417021166365e-17],
    [800, 800 - Math.LN2, 1, 0],
    [1e300, 1e300, 1, 0],
  ] as const) {
    for (const sign of [1, -1]) {
      const risk = kernels.denseNetwork(affine('f64', 'logCosh', 1, [0]));
      const theta = Float64Array.of(sign * r, 0);
      const gradient = new Float64Array(2);
      const hessian = new Float64Array(4);
      expect(Math.abs(risk.gradient(theta, gradient) / value - 1)).toBeLessThan(1e-15);
      expect(Math.abs(gradient[0]! / (sign * slope) - 1)).toBeLessThan(1e-15);
      risk.hessian(theta, hessian);
      expect(Math.abs(hessian[0]! - curvature)).toBeLessThanOrEqual(2e-15 * curvature);
    }
  }
  const infinite = kernels.denseNetwork(affine('f64', 'logCosh', 1, [0]));
  expect(infinite.value(Float64Array.of(-Infinity, 0))).toBe(Infinity);
  expect(infinite.value(Float64Array.of(0, 0))).toBe(0);
  expect(infinite.value(Float64Array.of(NaN, 0))).toBeNaN();
});

test('huber is a parabola up to its parameter and a line beyond, hardTanh has a kink on either side', () => {
  for (const { kernels } of both) {
    const loss = { name: 'huber', parameter: 2 } as const;
    const value = (r: number): number =>
      kernels.denseNetwork(affine('f64', loss, 1, [0])).value(Float64Array.of(r, 0));
    expect([1, -2, 5, -5].map(value)).toEqual([0.5, 2, 8, 8]);
    const wrong = { name: 'huber', parameter: -1 } as const;
    expect(() => kernels.denseNetwork(affine('f64', wrong, 1, [0]))).toThrow(/loss.parameter = -1/);
    const space = kernels.workspace('f64', [5, 5, 5]);
    const [x, y, slope] = space.arrays as [FloatArray, FloatArray, FloatArray];
    x.set([-2, -1, 1e-20, 1, 3]);
    space.activation({ name: 'hardTanh' }, x, y, slope);
    expect([...y]).toEqual([-1, -1, 1e-20, 1, 1]);
    expect([...slope]).toEqual([0, 0.5, 1, 0.5, 0]);
  }
});

test('f32 sums, dot products and sums of columns keep six digits over millions of terms', () => {
  const count = 4_000_000;
  const space = wasmKernels().workspace('f32', [count, count, 4]);
  const [x, y, columns] = space.arrays as [FloatArray, FloatArray, FloatArray];
  const exact = count * Math.fround(0.1);
  const error = (found: number, expected: number): number => Math.abs(found / expected - 1);
  x.fill(0.1);
  y.fill(1);
  expect(error(space.sum(x), exact)).toBeLessThan(1e-6);
  expect(error(space.dot(x, y), exact)).toBeLessThan(1e-6);
  space.sumColumns(x, columns);
  columns.forEach((sum) => expect(error(sum, exact / 4)).toBeLessThan(1e-6));
});

test.each(['relu', 'tanh', 'leakyRelu'] as const)(
  'f32 gradients of %s networks keep six digits over hundreds of thousands of samples',
  (name) => {
    const samples = 300_000;
    for (const widths of [
      [1, 4, 1],
      [2, 3, 3, 1],
    ]) {
      const inputs = Float32Array.from(
        { length: samples * widths[0]! },
        (_, i) => 0.1 + 0.05 * Math.sin(i),
      );
      const targets = new Float32Array(samples).fill(-0.7);
      const problem = (dtype: Dtype): DenseProblem => ({
        widths,
        activation: { name },
        loss: 'squared',
        dtype,
        batchNormalization: false,
        inputs: dtype === 'f64' ? Float64Array.from(inputs) : inputs,
        targets: dtype === 'f64' ? Float64Array.from(targets) : targets,
      });
      const single = wasmKernels().denseNetwork(problem('f32'));
      const double = wasmKernels().denseNetwork(problem('f64'));
      const theta = numbers('f32', 3, single.dimension).map(Math.abs);
      const found = new Float32Array(theta.length);
      const exact = new Float64Array(theta.length);
      const value = single.gradient(theta, found);
      expect(Math.abs(value / double.gradient(theta, exact) - 1)).toBeLessThan(1e-6);
      const size = Math.max(...exact.map(Math.abs));
      found.forEach((g, i) => expect(Math.abs(g - exact[i]!)).toBeLessThan(1e-6 * size));
    }
  },
);
