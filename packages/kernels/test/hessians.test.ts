import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  activationKinks,
  activations,
  floatArray,
  losses,
  referenceKernels,
  wasmKernels,
  type DenseRisk,
  type FloatArray,
  type LossName,
} from '@nonsmooth/kernels';
import { numbers, randomProblems } from './random-problems.js';

const wasm = wasmKernels();

/** Largest entry of the gradient: where a Hessian vanishes, it is the size of what cancels. */
function sizeAt(risk: DenseRisk, theta: FloatArray): number {
  const gradient = floatArray(risk.dtype, theta.length);
  risk.gradient(theta, gradient);
  return Math.max(...gradient.map(Math.abs));
}

/** Largest |a − b| in units of the largest |b| and `size`. */
function distance(a: FloatArray, b: FloatArray, size: number): number {
  let error = 0;
  let largest = size;
  for (let i = 0; i < b.length; i++) {
    error = Math.max(error, Math.abs(a[i]! - b[i]!));
    largest = Math.max(largest, Math.abs(b[i]!));
  }
  return error === 0 ? 0 : error / largest;
}

const smooth = randomProblems.filter(
  ({ problem }) =>
    problem.dtype === 'f64' &&
    activations[problem.activation.name].smoothness > 1 &&
    activationKinks(problem.activation).length === 0 &&
    losses[problem.loss as LossName].smoothness > 1 &&
    losses[problem.loss as LossName].kinks(1).length === 0,
);

test('Hessian times vector is the derivative of the gradient along the vector', () => {
  fc.assert(
    fc.property(smooth, ({ problem, theta, seed }) => {
      const risk = referenceKernels.denseNetwork(problem);
      const vector = numbers('f64', seed + 9, theta.length);
      const gradientAt = (t: number): FloatArray => {
        const out = new Float64Array(theta.length);
        risk.gradient(
          theta.map((x, i) => x + t * vector[i]!),
          out,
        );
        return out;
      };
      const h = 1e-4;
      const [a, b, c, d] = [-2, -1, 1, 2].map((k) => gradientAt(k * h)) as [
        FloatArray,
        FloatArray,
        FloatArray,
        FloatArray,
      ];
      // (f₋₂ − 8f₋₁ + 8f₁ − f₂)/(12h) is right to O(h⁴)
      const difference = a.map((_, i) => (a[i]! - 8 * b[i]! + 8 * c[i]! - d[i]!) / (12 * h));
      const out = new Float64Array(theta.length);
      risk.hessianVector(theta, vector, out);
      const size = Math.max(...difference.map(Math.abs), ...gradientAt(0).map(Math.abs));
      out.forEach((x, i) => expect(Math.abs(x - difference[i]!)).toBeLessThanOrEqual(1e-7 * size));
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('wasm and reference agree on Hessians times vectors, at the same and at new parameters', () => {
  fc.assert(
    fc.property(randomProblems, ({ problem, theta, seed }) => {
      const fast = wasm.denseNetwork(problem);
      const slow = referenceKernels.denseNetwork(problem);
      const allowed = problem.dtype === 'f64' ? 1e-11 : 2e-3;
      for (const step of [1, 2, 3]) {
        const here = theta.map((x) => (step === 3 ? x / 2 : x));
        const vector = numbers(problem.dtype, seed + step, theta.length);
        const out = floatArray(problem.dtype, theta.length);
        const expected = floatArray(problem.dtype, theta.length);
        fast.hessianVector(here, vector, out);
        slow.hessianVector(here, vector, expected);
        expect(distance(out, expected, sizeAt(slow, here))).toBeLessThanOrEqual(allowed);
      }
    }),
    { seed: 2, numRuns: 150 },
  );
});

test('wasm and reference agree on dense Hessians, which are symmetric', () => {
  const small = randomProblems.filter(
    ({ theta, problem }) => theta.length <= 60 && problem.dtype === 'f64',
  );
  const hit = new Set<boolean>();
  fc.assert(
    fc.property(small, ({ problem, theta }) => {
      const d = theta.length;
      const out = new Float64Array(d * d);
      const expected = new Float64Array(d * d);
      const slow = referenceKernels.denseNetwork(problem);
      const { widths, loss, batchNormalization } = problem;
      const shallow = widths.length === 3 && widths[0] === 1 && widths[2] === 1;
      hit.add(shallow && losses[loss as LossName].quadratic && !batchNormalization);
      wasm.denseNetwork(problem).hessian(theta, out);
      slow.hessian(theta, expected);
      const size = sizeAt(slow, theta);
      expect(distance(out, expected, size)).toBeLessThanOrEqual(1e-11);
      const transposed = out.map((_, i) => out[(i % d) * d + Math.floor(i / d)]!);
      expect(distance(transposed, out, size)).toBeLessThanOrEqual(1e-11);
    }),
    { seed: 3, numRuns: 80 },
  );
  expect(hit.size).toBe(2);
});
