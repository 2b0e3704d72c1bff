import {
  abs,
  add,
  div,
  elementwise,
  logCosh,
  logSoftmax,
  mean,
  mul,
  neg,
  norm,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  where,
  type ScalarFunction,
  type Value,
} from '@nonsmooth/autodiff';
import { tensor, zeros, type Tensor } from '@nonsmooth/tensor';
import type { LossName } from '@nonsmooth/kernels';

/** Every loss of outputs N (samples × l_D) and fixed targets, as a function that autodiff can trace. */
export const tracedLosses: {
  readonly [Name in LossName]: (outputs: Value, targets: Tensor, parameter: number) => Value;
} = {
  // mean over samples of the sum over outputs of (N − y)²
  squared: (outputs, targets) => mean(sum(square(sub(outputs, targets)), [1])),
  // √mean (N − y)² / √mean y²
  relativeL2: (outputs, targets) => {
    // Both roots are norms, which neither overflow nor underflow.
    const size = norm(targets) as Tensor;
    const scale = div(size, Math.sqrt(targets.data.length));
    return div(sqrt(mean(square(sub(outputs, targets)))), scale);
  },
  // mean over samples of log Σ_j exp(N_j − N_class)
  crossEntropy: (outputs, targets) => {
    const chosen = oneHot(targets, outputs.shape[1]!);
    return neg(mean(sum(where(chosen, logSoftmax(outputs, [1]), 0), [1])));
  },
  huber: (outputs, targets, delta) => {
    const cut = (r: number): number => Math.min(Math.max(r, -delta), delta);
    const huber: ScalarFunction = {
      name: 'huber',
      value: (r) => cut(r) * (r - cut(r) / 2),
      derivative: cut,
      secondDerivative: (r) => (Math.abs(r) < delta ? 1 : 0),
      thirdDerivative: () => 0,
    };
    return mean(sum(elementwise(huber, sub(outputs, targets)), [1]));
  },
  // (1 − y)·softplus(N) + y·softplus(−N)
  binaryCrossEntropy: (outputs, targets) => {
    const against = mul(sub(1, targets), softplus(outputs));
    return mean(sum(add(against, mul(targets, softplus(neg(outputs)))), [1]));
  },
  absoluteError: (outputs, targets) => mean(sum(abs(sub(outputs, targets)), [1])),
  logCosh: (outputs, targets) => mean(sum(logCosh(sub(outputs, targets)), [1])),
};

function oneHot(classes: Tensor, count: number): Tensor {
  const indicators = zeros([classes.data.length, count]);
  classes.data.forEach((c, sample) => (indicators.data[sample * count + c] = 1));
  return tensor(indicators);
}
