import type { FloatArray } from './dtype.js';
import type { Key } from './random.js';

/** Update rules with PyTorch's formulas and defaults (`sgd` without a batch is gradient descent). */
export type DescentRule =
  | { readonly name: 'sgd'; readonly learningRate: number }
  | {
      readonly name: 'adam';
      readonly learningRate: number;
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
    };

export interface DescentOptions {
  readonly rule: DescentRule;
  /** Batches drawn with replacement by `drawBatch(key, step, …)`; all samples at every step if absent. */
  readonly batch?: { readonly size: number; readonly key: Key };
}

/** Parameters under descent. Step n (from 0) draws its batch from counter n, whatever the blocks of `run`. */
export interface DescentLoop {
  /** Steps done so far. */
  readonly steps: number;
  /** Does `steps` more steps; returns the loss on the last batch, before its update. */
  run(steps: number, learningRate?: number): number;
  /** Copies the parameters into `out`. */
  read(out: FloatArray): void;
}
