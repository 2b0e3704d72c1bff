import { expect, test } from 'vitest';
import { defaultKernels, referenceKernels, type DescentRule } from '@nonsmooth/kernels';
import data from './data/optimizer-trajectories.json' with { type: 'json' };

type Optimizer = keyof typeof data.optimizers;

/** The settings of the published runs under our names. */
const rules: { readonly [Name in Optimizer]: DescentRule } = {
  sgd: { name: 'sgd', learningRate: 0.05 },
  momentum: { name: 'sgd', learningRate: 0.05, momentum: 0.9 },
  momentumDampened: {
    name: 'sgd',
    learningRate: 0.05,
    momentum: 0.9,
    dampening: 0.1,
    weightDecay: 0.01,
  },
  nesterov: { name: 'sgd', learningRate: 0.05, momentum: 0.9, nesterov: true },
  adam: { name: 'adam', learningRate: 0.01 },
  adamAmsgrad: { name: 'adam', learningRate: 0.01, amsgrad: true },
  adamW: { name: 'adamW', learningRate: 0.01, weightDecay: 0.1 },
  rmsprop: { name: 'rmsprop', learningRate: 0.01 },
  rmspropCenteredMomentum: { name: 'rmsprop', learningRate: 0.01, centered: true, momentum: 0.5 },
  adagrad: { name: 'adagrad', learningRate: 0.1 },
};

const kernels = [...new Set([referenceKernels, defaultKernels])];
const cases = kernels.flatMap((kernels) =>
  (Object.keys(rules) as Optimizer[]).map((name) => ({ kernels, kernel: kernels.name, name })),
);

test.each(cases)('$kernel: $name follows the published trajectory', ({ kernels, name }) => {
  const risk = kernels.denseNetwork({
    widths: [1, 4, 1],
    activation: { name: 'tanh' },
    loss: 'squared',
    dtype: 'f64',
    batchNormalization: false,
    inputs: Float64Array.from(data.inputs.flat()),
    targets: Float64Array.from(data.targets.flat()),
  });
  const loop = risk.descent(Float64Array.from(data.theta0), { rule: rules[name] });
  const theta = new Float64Array(risk.dimension);
  for (const point of data.optimizers[name].trajectory) {
    loop.run(point.step - loop.steps);
    loop.read(theta);
    point.theta.forEach((expected, i) => {
      const error = Math.abs(theta[i]! - expected);
      expect(error).toBeLessThanOrEqual(1e-10 * Math.max(1, Math.abs(expected)));
    });
  }
});
