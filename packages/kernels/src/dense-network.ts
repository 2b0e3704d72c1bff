import type { DescentLoop, DescentOptions, Dtype, FloatArray } from '@nonsmooth/core';
import type { Activation } from './activations/activation.js';
import type { Kinks } from './kinks.js';
import type { Loss, LossName } from './losses/loss.js';

/**
 * The empirical risk of a fully connected network. Parameters θ are one flat vector: if
 * `batchNormalization`, scale γ (l₀) then shift β (l₀) of the input first; then for each layer k = 1..D the
 * weights Wᵏ, row-major l_k × l_{k−1}, and the bias bᵏ. The activation follows every layer but the last.
 */
export interface DenseProblem {
  readonly widths: readonly number[];
  readonly activation: Activation;
  readonly loss: LossName | Loss;
  readonly dtype: Dtype;
  /** Normalize the input by the batch's mean and biased variance, ε = 1e−5, then scale by γ and shift by β. */
  readonly batchNormalization: boolean;
  /** samples × l₀, row-major. */
  readonly inputs: FloatArray;
  /** samples × l_D, row-major; class indices (samples) for losses of classes. */
  readonly targets: FloatArray;
  /** Derivatives at kinks. Default: `defaultKinks`. */
  readonly kinks?: Partial<Kinks>;
}

/**
 * A prepared problem. All memory is allocated on creation; `theta` is copied in and results are copied to `out`.
 */
export interface DenseRisk {
  readonly dimension: number;
  readonly samples: number;
  readonly dtype: Dtype;
  /** Bytes of kernel memory that it holds, without descent loops and second derivatives, which have their own. */
  readonly memoryBytes: number;
  /** The risk at θ. A NaN anywhere in θ or in a sample gives NaN. */
  value(theta: FloatArray): number;
  /** Writes the gradient at θ into `out` and returns the risk. */
  gradient(theta: FloatArray, out: FloatArray): number;
  /** As `gradient`, for the mean over the samples with these indices (repetitions count). */
  batchGradient(theta: FloatArray, indices: Uint32Array, out: FloatArray): number;
  /** Writes ∇²L(θ)·vector into `out`; at kinks with the second derivative 0 of the activation. */
  hessianVector(theta: FloatArray, vector: FloatArray, out: FloatArray): void;
  /** Writes ∇²L(θ), d × d row-major, into `out`. */
  hessian(theta: FloatArray, out: FloatArray): void;
  /** N_θ at other inputs (samples × l₀), as samples × l_D; these rows are the batch of a normalized input. */
  realize(theta: FloatArray, inputs: FloatArray): FloatArray;
  /** A descent loop that keeps parameters, moments, batch and data in the kernel's memory. */
  descent(theta: FloatArray, options: DescentOptions): DescentLoop;
  /** Releases the memory; every later call throws. */
  dispose(): void;
}
