import type { FloatArray } from './arrays.js';
import type { DescentRule } from './descent-rules.js';
import type { Key } from './key.js';

/** How a descent loop updates its parameters, and on which samples. */
export interface DescentOptions {
  readonly rule: DescentRule;
  /** Batches drawn with replacement by `drawBatch(key, step, …)`; all samples at every step if absent. */
  readonly batch?: { readonly size: number; readonly key: Key };
}

/** Everything a descent loop must remember, as plain data: `restore` on a loop of the same kind resumes bit for bit. */
export interface DescentState {
  readonly steps: number;
  readonly theta: FloatArray;
  /** The rule's averages and buffers, in the order of the rule, each as long as θ. */
  readonly moments: readonly FloatArray[];
}

/** Parameters under descent. Step n (from 0) draws its batch from counter n, whatever the blocks of `run`. */
export interface DescentLoop {
  /** Steps done so far. */
  readonly steps: number;
  /** Does `steps` more steps; returns the loss on the last batch, before its update (NaN if steps = 0). */
  run(steps: number, learningRate?: number): number;
  /** Copies the parameters into `out`. */
  read(out: FloatArray): void;
  /** A copy of the state. */
  state(): DescentState;
  /** Goes back to a state. */
  restore(state: DescentState): void;
}
