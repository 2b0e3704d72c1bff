import { setFlagsFromString } from 'node:v8';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { floatArray, referenceKernels } from '@nonsmooth/kernels';
import { relaxedKernels } from '@nonsmooth/kernels/relaxed';
import { randomProblems, relativeDistance } from './random-problems.js';

// Node 20 knows relaxed SIMD behind this flag; later versions ignore it.
setFlagsFromString('--experimental-wasm-relaxed-simd');

test('relaxed kernels say so in their name and agree with the reference', () => {
  const relaxed = relaxedKernels();
  expect(relaxed.name).toBe('wasm-relaxed-simd');
  fc.assert(
    fc.property(randomProblems, ({ problem, theta }) => {
      const gradient = floatArray(problem.dtype, theta.length);
      const expected = floatArray(problem.dtype, theta.length);
      const value = relaxed.denseNetwork(problem).gradient(theta, gradient);
      const expectedValue = referenceKernels.denseNetwork(problem).gradient(theta, expected);
      const allowed = problem.dtype === 'f64' ? 1e-12 : 2e-4;
      expect(Math.abs(value - expectedValue)).toBeLessThanOrEqual(allowed * expectedValue);
      expect(relativeDistance(gradient, expected)).toBeLessThanOrEqual(allowed);
    }),
    { seed: 1, numRuns: 150 },
  );
});
