// A misspelt option is refused, with the name that was probably meant
import { abs, objective, sum } from '@nonsmooth/autodiff';
import { ArgumentError } from '@nonsmooth/core';
import { adam, descend } from '@nonsmooth/flows';

const norm = objective((x) => sum(abs(x)), 2);
try {
  descend(norm, [1, 2], adam({ lr: 0.1 } as never), { steps: 10 });
} catch (error) {
  if (!(error instanceof ArgumentError)) throw error;
  console.log(error.message);
}

// prints
// rule.lr = 0.1; allowed: options name, learningRate, beta1, beta2, epsilon, weightDecay, amsgrad (did you mean learningRate?)
