import { activationParameter, activations, type Activation } from '@nonsmooth/kernels';

/** A piecewise affine activation A(z) = slope·z + Σ weight·|z − at|. */
export interface Hinges {
  readonly slope: number;
  readonly at: readonly number[];
  readonly weights: readonly number[];
}

/** The activations that are affine between their kinks, with A(0) = 0. */
const piecewiseAffine: ReadonlySet<string> = new Set(['identity', 'relu', 'leakyRelu', 'hardTanh']);

/** An activation in terms of its hinges; undefined if it is not affine between its kinks. */
export function hingesOf(activation: Activation): Hinges | undefined {
  if (!piecewiseAffine.has(activation.name)) return undefined;
  const kinks = activations[activation.name].kinks(activationParameter(activation));
  return {
    // half the sum of the outermost slopes
    slope: kinks.length === 0 ? 1 : (kinks[0]!.left + kinks.at(-1)!.right) / 2,
    at: kinks.map(({ at }) => at),
    weights: kinks.map(({ left, right }) => (right - left) / 2),
  };
}
