import {
  activationParameter,
  activations,
  isPiecewiseLinear,
  type Activation,
} from '@nonsmooth/kernels';

/** A piecewise affine activation A(z) = slope·z + Σ weight·|z − at|. */
export interface Hinges {
  readonly slope: number;
  readonly at: readonly number[];
  readonly weights: readonly number[];
}

/** An activation in terms of its hinges; undefined if it is not affine between its kinks, or has a constant besides. */
export function hingesOf(activation: Activation): Hinges | undefined {
  if (!isPiecewiseLinear(activation.name)) return undefined;
  const parameter = activationParameter(activation);
  const { kinks: kinksOf, scalar } = activations[activation.name];
  const kinks = kinksOf(parameter);
  const atZero = kinks.reduce(
    (sum, { at, left, right }) => sum + ((right - left) / 2) * Math.abs(at),
    0,
  );
  if (scalar(parameter, 0).value(0) !== atZero) return undefined;
  return {
    // half the sum of the outermost slopes
    slope: kinks.length === 0 ? 1 : (kinks[0]!.left + kinks.at(-1)!.right) / 2,
    at: kinks.map(({ at }) => at),
    weights: kinks.map(({ left, right }) => (right - left) / 2),
  };
}
