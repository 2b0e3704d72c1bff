import * as ad from '@nonsmooth/autodiff';
import type { Value } from '@nonsmooth/autodiff';
import { scalarActivation, type Activation } from '@nonsmooth/kernels';
import { describe, expect, test } from 'vitest';

const { elu, gelu, grad, hessian, leakyRelu, logistic, mish, relu } = ad;
const { softplus, softsign, sum, swish, tanh } = ad;

const twins: readonly (readonly [Activation, (x: never) => Value])[] = [
  [{ name: 'relu' }, relu],
  [{ name: 'leakyRelu', parameter: 0.1 }, (x) => leakyRelu(x, 0.1)],
  [{ name: 'tanh' }, tanh],
  [{ name: 'logistic' }, logistic],
  [{ name: 'softplus' }, softplus],
  [{ name: 'gelu' }, gelu],
  [{ name: 'swish' }, swish],
  [{ name: 'mish' }, mish],
  [{ name: 'softsign' }, softsign],
  [{ name: 'elu' }, elu],
  ...[-1, 0, 0.5, 2, 1e3].map(
    (alpha) => [{ name: 'elu', parameter: alpha }, (x: never) => elu(x, alpha)] as const,
  ),
];

const sizes = [0, 5e-324, 1e-300, 1e-20, 1e-3, 1, 20, 40, 700, 800, 1e10, 1e300, 1.7e308, Infinity];

describe.each(twins)('%o', (activation, twin) => {
  const kernel = scalarActivation(activation, 0);

  test.each(sizes.flatMap((size) => [size, -size]))('agrees with the kernel at %d', (x) => {
    const near = (value: number, expected: number): void => {
      if (Number.isFinite(expected)) {
        const error = Math.abs(value - expected);
        expect(error).toBeLessThanOrEqual(1e-13 * Math.abs(expected) + 1e-320);
      } else expect(value).toBe(expected);
    };
    const f = (t: never): Value => sum(twin(t));
    near((twin([x] as never) as { data: Float64Array }).data[0]!, kernel.value(x));
    near(grad(f as never)([x]).data[0]!, kernel.derivative(x));
    if (x !== 0) near(hessian(f as never)([x]).data[0]!, kernel.secondDerivative(x));
  });
});
