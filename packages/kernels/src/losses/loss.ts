/** The losses that kernels compute, in the order of their codes. */
export const lossNames = [
  'squared',
  'relativeL2',
  'crossEntropy',
  'huber',
  'binaryCrossEntropy',
  'absoluteError',
  'logCosh',
] as const;

/**
 * squared: mean over samples of the sum over outputs of (N − y)².
 * relativeL2: √mean (N − y)² / √mean y², means over samples and outputs.
 * crossEntropy: mean over samples of −log softmax(N)_class, natural logarithm, class indices as targets.
 * huber: mean over samples of the sum over outputs of r²/2 where |r| ≤ δ, else δ(|r| − δ/2), r = N − y (Huber, 1964).
 * binaryCrossEntropy: mean over samples of the sum over outputs of log(1 + exp N) − yN: N are logits, y probabilities.
 * absoluteError: mean over samples of the sum over outputs of |N − y|.
 * logCosh: mean over samples of the sum over outputs of log cosh(N − y).
 */
export type LossName = (typeof lossNames)[number];

/** A loss with its parameter, if it has one. */
export interface Loss {
  readonly name: LossName;
  readonly parameter?: number;
}
