import { expect, test } from 'vitest';
import {
  defaultKernels,
  referenceKernels,
  type ActivationName,
  type DenseProblem,
  type LossName,
} from '@nonsmooth/kernels';
import data from './data/network-gradients.json' with { type: 'json' };

const kernels = [...new Set([referenceKernels, defaultKernels])];
const cases = data.cases.map((c) => ({
  ...c,
  problem: {
    widths: c.widths,
    activation: { name: c.activation as ActivationName },
    loss: c.loss as LossName,
    dtype: 'f64',
    batchNormalization: c.batchNormalization,
    inputs: Float64Array.from(c.inputs.flat()),
    targets: Float64Array.from((c.targets as (number | number[])[]).flat()),
  } satisfies DenseProblem,
}));

const matrix = kernels.flatMap((k) => cases.map((c) => ({ kernels: k, kernel: k.name, ...c })));

test.each(matrix.filter((c) => !c.exactInteger))(
  '$kernel: value and gradient of $name agree with the published ones to 1e-12',
  ({ kernels, problem, theta, value, gradient }) => {
    const risk = kernels.denseNetwork(problem);
    const out = new Float64Array(risk.dimension);
    expect(risk.dimension).toBe(theta.length);
    const loss = risk.gradient(Float64Array.from(theta), out);
    expect(Math.abs(loss - value)).toBeLessThanOrEqual(1e-12 * Math.abs(value));
    expect(risk.value(Float64Array.from(theta))).toBe(loss);
    const scale = Math.max(...gradient.map(Math.abs));
    gradient.forEach((g, i) => {
      expect(Math.abs(out[i]! - g)).toBeLessThanOrEqual(
        1e-12 * Math.max(Math.abs(g), 0.01 * scale),
      );
    });
  },
);

// All sums are integers, so the exact answers are integers divided by the number of samples, correctly rounded.
test.each(matrix.filter((c) => c.exactInteger))(
  '$kernel: value and gradient of $name are exact',
  ({ kernels, problem, inputs, theta, value, gradient }) => {
    const risk = kernels.denseNetwork(problem);
    const out = new Float64Array(risk.dimension);
    const exact = (x: number): number => Math.round(x * inputs.length) / inputs.length;
    expect(risk.gradient(Float64Array.from(theta), out)).toBe(exact(value));
    expect([...out]).toEqual(gradient.map((g) => exact(g) + 0));
  },
);
