import { ArgumentError } from '@nonsmooth/kernels';
import type { Kinks } from '@nonsmooth/kernels';
import type { KinkOp } from './program.js';
import type { UpperWeight } from './rules/context.js';

/** Weight of the branch z > 0 at each kink, from the constants of the policy. */
export function constantWeights(kinks: Kinks): UpperWeight {
  const weights: { readonly [O in KinkOp]: number } = {
    relu: within('kinks.relu', kinks.relu, 0),
    leakyRelu: kinks.relu,
    // |z|′ = t·1 + (1 − t)·(−1)
    abs: (1 + within('kinks.abs', kinks.abs, -1)) / 2,
    // z = u − v > 0 chooses u in a maximum, v in a minimum
    maximum: within('kinks.tie', kinks.tie, 0),
    minimum: 1 - kinks.tie,
  };
  return (_, { op }) => weights[op];
}

function within(name: string, value: number, low: number): number {
  if (!(value >= low && value <= 1)) throw new ArgumentError(name, value, `from ${low} to 1`);
  return value;
}
