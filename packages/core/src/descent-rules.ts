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

/** The names of the update rules. */
export const descentRuleNames = ['sgd', 'adam', 'adamW', 'rmsprop', 'adagrad'] as const;

/** The name of an update rule. */
export type DescentRuleName = (typeof descentRuleNames)[number];
