import type { FloatArray } from './dtype.js';
import type { Key } from './random.js';

/** Stochastic gradient descent with momentum; without a batch, gradient descent. */
export interface SgdRule {
  readonly name: 'sgd';
  readonly learningRate: number;
  /** Default 0. */
  readonly momentum?: number;
  /** Default 0. */
  readonly dampening?: number;
  /** Default 0. */
  readonly weightDecay?: number;
  /** Needs momentum > 0 and dampening 0. Default false. */
  readonly nesterov?: boolean;
}

/** Kingma, Ba, arXiv 1412.6980. */
export interface AdamRule {
  readonly name: 'adam';
  readonly learningRate: number;
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e−8. */
  readonly epsilon?: number;
  /** Default 0. */
  readonly weightDecay?: number;
  /** Default false. */
  readonly amsgrad?: boolean;
}

/** Loshchilov, Hutter, arXiv 1711.05101; `weightDecay` (default 0.01) shrinks θ by learningRate·weightDecay. */
export interface AdamWRule extends Omit<AdamRule, 'name'> {
  readonly name: 'adamW';
}

/** Tieleman, Hinton (2012). */
export interface RmspropRule {
  readonly name: 'rmsprop';
  readonly learningRate: number;
  /** α of the averages. Default 0.99. */
  readonly smoothing?: number;
  /** Default 1e−8. */
  readonly epsilon?: number;
  /** Default 0. */
  readonly weightDecay?: number;
  /** Default 0. */
  readonly momentum?: number;
  /** Divide by an estimate of the deviation instead of the root mean square. Default false. */
  readonly centered?: boolean;
}

/** Duchi, Hazan, Singer (2011). */
export interface AdagradRule {
  readonly name: 'adagrad';
  readonly learningRate: number;
  /** Default 0. */
  readonly learningRateDecay?: number;
  /** Default 1e−10. */
  readonly epsilon?: number;
  /** Default 0. */
  readonly weightDecay?: number;
  /** Default 0. */
  readonly initialAccumulator?: number;
}

/**
 * Update rules with the formulas and defaults of PyTorch's optimizers of the same names. But for adamW,
 * `weightDecay` adds weightDecay·θ to the gradient.
 */
export type DescentRule = SgdRule | AdamRule | AdamWRule | RmspropRule | AdagradRule;

export const descentRuleNames = ['sgd', 'adam', 'adamW', 'rmsprop', 'adagrad'] as const;

export type DescentRuleName = (typeof descentRuleNames)[number];

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
