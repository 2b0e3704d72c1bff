import {
  activationNames,
  losses,
  lossNames,
  wasmKernels,
  type ActivationName,
  type LossName,
} from '@nonsmooth/kernels';
import { expect, test } from 'vitest';
import { randomTargets } from './random-problems.js';

/** Calls everything that reads the code of an activation or a loss; a code without a case traps: "unreachable". */
function expectNoTrap(activation: ActivationName, loss: LossName): void {
  const risk = wasmKernels().denseNetwork({
    widths: [2, 3, 3, 2],
    activation: { name: activation },
    loss,
    dtype: 'f64',
    batchNormalization: false,
    inputs: Float64Array.of(0.1, 0.2, 0.3, -0.4, 0.5, 0.6),
    targets: randomTargets(losses[loss].targets, 'f64', 1, 3, 2),
  });
  const theta = Float64Array.from({ length: risk.dimension }, (_, i) => Math.sin(i));
  const product = new Float64Array(risk.dimension);
  risk.gradient(theta, product);
  risk.hessianVector(theta, theta, product);
  expect(product.every(Number.isFinite)).toBe(true);
}

test.each(lossNames)(
  'assembly/losses.ts has the cases of %s in panelLoss, entries, lossCurvature and curvatures',
  (loss) => expectNoTrap('tanh', loss),
);

test.each(activationNames)(
  'assembly has the cases of %s in activate and loop (activations.ts), and in bend (curvature.ts) if it bends',
  (activation) => expectNoTrap(activation, 'squared'),
);
