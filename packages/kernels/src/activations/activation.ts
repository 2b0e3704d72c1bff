/** Activations that are linear between their kinks. */
export const piecewiseLinearNames = ['identity', 'relu', 'leakyRelu', 'hardTanh'] as const;

/** Activations that bend. */
export const curvedNames = [
  'tanh',
  'logistic',
  'softplus',
  'gelu',
  'swish',
  'mish',
  'elu',
  'softsign',
] as const;

/** The name of a piecewise linear activation. */
export type PiecewiseLinearName = (typeof piecewiseLinearNames)[number];

/** The name of an activation that bends. */
export type CurvedName = (typeof curvedNames)[number];

/** The name of an activation. */
export type ActivationName = PiecewiseLinearName | CurvedName;

/** The activations that kernels compute. */
export const activationNames: readonly ActivationName[] = [...piecewiseLinearNames, ...curvedNames];

/** Whether an activation is linear between its kinks. */
export function isPiecewiseLinear(name: ActivationName): name is PiecewiseLinearName {
  return (piecewiseLinearNames as readonly ActivationName[]).includes(name);
}

/** An activation function; `parameter` is the slope of leakyRelu (default 0.01) or α of ELU (default 1). */
export interface Activation {
  readonly name: ActivationName;
  readonly parameter?: number;
}
