export const activationNames = [
  'identity',
  'relu',
  'leakyRelu',
  'tanh',
  'logistic',
  'softplus',
  'gelu',
  'swish',
  'mish',
  'elu',
  'softsign',
] as const;

export type ActivationName = (typeof activationNames)[number];

/** An activation function; `parameter` is the slope of leakyRelu (default 0.01) or α of ELU (default 1). */
export interface Activation {
  readonly name: ActivationName;
  readonly parameter?: number;
}
