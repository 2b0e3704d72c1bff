import type { ActivationName } from '@nonsmooth/kernels';

// The one-dimensional study of Kranz, Gallon, Dereich, Jentzen, arXiv 2505.09572, section on polynomial targets.

/** The activations that the study compares. */
export const studyActivations: readonly ActivationName[] = [
  'swish',
  'softplus',
  'gelu',
  'elu',
  'tanh',
];
/** The widths of its networks. */
export const studyWidths: readonly number[] = [1, 10, 20, 10, 1];
/** The number of its samples. */
export const studySamples = 10_000;
/** The size of its random batches. */
export const studyBatch = 100;

/** The coefficients of the target's powers of x, from the constant on. */
export const studyCoefficients: readonly number[] = [5, 0, -2, 3, 0, 2, 0, 0, -2, 0, 1];

/** x¹⁰ − 2x⁸ + 2x⁵ + 3x³ − 2x² + 5 */
export function studyTarget(x: number): number {
  const square = x * x;
  const eighth = square * square * square * square;
  return eighth * (square - 2) + square * x * (2 * square + 3) - 2 * square + 5;
}
