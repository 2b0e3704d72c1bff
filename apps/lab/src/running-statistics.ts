import { ArgumentError } from '@nonsmooth/core';
import { network, type Network } from '@nonsmooth/nets';

const epsilon = 1e-5;

/** Running statistics as they are kept. */
export interface SavedStatistics {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly batches: number;
}

/**
 * Running mean and variance of a normalized input, for where it is tested: r ← (1 − momentum)·r + momentum·r_batch with
 * the unbiased variance of each batch (Ioffe, Szegedy, arXiv 1502.03167, in the form of PyTorch's BatchNorm1d).
 */
export class RunningStatistics implements SavedStatistics {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  batches: number;
  private readonly momentum: number;

  constructor(width: number, momentum: number, from?: SavedStatistics) {
    if (from && from.mean.length !== width) {
      throw new ArgumentError('running_mean.length', from.mean.length, `${width}`);
    }
    this.momentum = momentum;
    this.mean = from?.mean.slice() ?? new Float64Array(width);
    this.variance = from?.variance.slice() ?? new Float64Array(width).fill(1);
    this.batches = from?.batches ?? 0;
  }

  /** Takes in a batch: the rows of `inputs` with these indices. */
  update(inputs: ArrayLike<number>, indices: ArrayLike<number>): void {
    const { mean, variance, momentum } = this;
    const width = mean.length;
    const count = indices.length;
    for (let j = 0; j < width; j++) {
      let average = 0;
      for (let i = 0; i < count; i++) average += inputs[indices[i]! * width + j]! / count;
      let squares = 0;
      for (let i = 0; i < count; i++) squares += (inputs[indices[i]! * width + j]! - average) ** 2;
      mean[j] = (1 - momentum) * mean[j]! + momentum * average;
      variance[j] = (1 - momentum) * variance[j]! + (momentum * squares) / Math.max(1, count - 1);
    }
    this.batches++;
  }

  restore(saved: SavedStatistics): void {
    this.mean.set(saved.mean);
    this.variance.set(saved.variance);
    this.batches = saved.batches;
  }

  /** A copy. */
  state(): SavedStatistics {
    return { mean: this.mean.slice(), variance: this.variance.slice(), batches: this.batches };
  }
}

/** The network without normalization. */
export function plainNetwork({ widths, activation }: Network): Network {
  return network(widths, { activation });
}

/**
 * The parameters with which the plain network realizes the normalized one by fixed statistics: W¹·diag(γ/s) and
 * b¹ + W¹(β − γ·mean/s), s = √(variance + ε).
 */
export function folded(
  { widths, dimension }: Network,
  theta: Float64Array,
  { mean, variance }: SavedStatistics,
): Float64Array {
  const [inputs, width] = widths as [number, number];
  const out = theta.slice(2 * inputs, dimension);
  const biases = inputs * width;
  for (let j = 0; j < inputs; j++) {
    const scale = theta[j]! / Math.sqrt(variance[j]! + epsilon);
    const shift = theta[inputs + j]! - scale * mean[j]!;
    for (let i = 0; i < width; i++) {
      const at = i * inputs + j;
      out[biases + i]! += out[at]! * shift;
      out[at]! *= scale;
    }
  }
  return out;
}
