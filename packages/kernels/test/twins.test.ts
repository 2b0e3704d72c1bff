import fc from 'fast-check';
import { expect, test } from 'vitest';
import { floatArray, referenceKernels, wasmKernels, type Dtype } from '@nonsmooth/kernels';
import { numbers, randomProblems, relativeDistance } from './random-problems.js';

const wasm = wasmKernels();
const tolerance: { readonly [Name in Dtype]: number } = { f64: 1e-12, f32: 2e-4 };

test('wasm and reference agree on loss and gradient of random problems', () => {
  fc.assert(
    fc.property(randomProblems, ({ problem, theta }) => {
      const fast = wasm.denseNetwork(problem);
      const slow = referenceKernels.denseNetwork(problem);
      const gradient = floatArray(problem.dtype, theta.length);
      const expected = floatArray(problem.dtype, theta.length);
      const value = fast.gradient(theta, gradient);
      const expectedValue = slow.gradient(theta, expected);
      const allowed = tolerance[problem.dtype];
      expect(Math.abs(value - expectedValue)).toBeLessThanOrEqual(allowed * expectedValue);
      expect(relativeDistance(gradient, expected)).toBeLessThanOrEqual(allowed);
      expect(fast.value(theta)).toBe(value);
    }),
    { seed: 1, numRuns: 400 },
  );
});

test('wasm and reference agree on batches, repetitions included', () => {
  const batches = fc.tuple(randomProblems, fc.integer({ min: 1, max: 400 }));
  fc.assert(
    fc.property(batches, ([{ problem, theta, seed }, size]) => {
      const fast = wasm.denseNetwork(problem);
      const slow = referenceKernels.denseNetwork(problem);
      const indices = Uint32Array.from(numbers('f64', seed, size), (u) =>
        Math.floor(((u + 1) / 2) * fast.samples),
      );
      const gradient = floatArray(problem.dtype, theta.length);
      const expected = floatArray(problem.dtype, theta.length);
      const value = fast.batchGradient(theta, indices, gradient);
      const expectedValue = slow.batchGradient(theta, indices, expected);
      const allowed = tolerance[problem.dtype];
      expect(Math.abs(value - expectedValue)).toBeLessThanOrEqual(allowed * expectedValue);
      expect(relativeDistance(gradient, expected)).toBeLessThanOrEqual(allowed);
    }),
    { seed: 2, numRuns: 200 },
  );
});

test('wasm and reference agree on realizations of any number of rows', () => {
  const rows = fc.tuple(randomProblems, fc.constantFrom(1, 7, 128, 129, 300));
  fc.assert(
    fc.property(rows, ([{ problem, theta, seed }, count]) => {
      const inputs = numbers(problem.dtype, seed + 3, count * problem.widths[0]!, 2);
      const fast = wasm.denseNetwork(problem).realize(theta, inputs);
      const slow = referenceKernels.denseNetwork(problem).realize(theta, inputs);
      expect(fast.length).toBe(count * problem.widths.at(-1)!);
      expect(relativeDistance(fast, slow)).toBeLessThanOrEqual(tolerance[problem.dtype]);
    }),
    { seed: 3, numRuns: 200 },
  );
});

test('wasm and reference agree on matrix products', () => {
  const extent = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 60, max: 70 }));
  const shapes = fc.tuple(extent, extent, extent, fc.constantFrom<Dtype>('f64', 'f32'), fc.nat(99));
  fc.assert(
    fc.property(shapes, ([m, k, n, dtype, seed]) => {
      const a = numbers(dtype, seed, m * k);
      const b = numbers(dtype, seed + 1, k * n);
      const out = floatArray(dtype, m * n).fill(7);
      const expected = floatArray(dtype, m * n);
      wasm.matmul(a, b, out, m, k, n);
      referenceKernels.matmul(a, b, expected, m, k, n);
      let error = 0;
      for (let i = 0; i < m * n; i++) error = Math.max(error, Math.abs(out[i]! - expected[i]!));
      expect(error).toBeLessThanOrEqual(k * (dtype === 'f64' ? 1e-16 : 1e-7));
    }),
    { seed: 4, numRuns: 300 },
  );
});
