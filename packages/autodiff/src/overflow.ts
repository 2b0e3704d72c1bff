import type { Op } from './program.js';

/**
 * How large the value of an op may be:
 *
 * | Size        | The value                                                                             |
 * | ----------- | ------------------------------------------------------------------------------------- |
 * | `overflows` | may be infinite where all inputs are finite, because it is larger than all numbers    |
 * | `bounded`   | is bounded, whatever the inputs are                                                   |
 * | `asInputs`  | is finite where the inputs are, up to its poles                                       |
 */
type Size = 'overflows' | 'bounded' | 'asInputs';

const sizes: { readonly [O in Op]: Size } = {
  neg: 'asInputs',
  exp: 'overflows',
  expm1: 'overflows',
  log: 'asInputs',
  log1p: 'asInputs',
  sqrt: 'asInputs',
  square: 'overflows',
  sin: 'bounded',
  cos: 'bounded',
  tan: 'asInputs',
  asin: 'asInputs',
  acos: 'asInputs',
  atan: 'bounded',
  sinh: 'overflows',
  cosh: 'overflows',
  tanh: 'bounded',
  asinh: 'asInputs',
  acosh: 'asInputs',
  atanh: 'asInputs',
  erf: 'bounded',
  erfc: 'bounded',
  logistic: 'bounded',
  softplus: 'asInputs',
  logisticSlope: 'bounded',
  gaussian: 'bounded',
  oneMinusSquare: 'asInputs',
  secAtan: 'asInputs',
  sinAtan: 'bounded',
  cosAtan: 'bounded',
  log1mexp: 'asInputs',
  logCosh: 'asInputs',
  sinc: 'bounded',
  exprel: 'overflows',
  finite: 'bounded',
  pow: 'overflows',
  elementwise: 'overflows',

  add: 'overflows',
  sub: 'overflows',
  mul: 'overflows',
  div: 'overflows',
  atan2: 'asInputs',
  xlogy: 'overflows',

  maskedMul: 'overflows',

  relu: 'asInputs',
  leakyRelu: 'asInputs',
  abs: 'asInputs',
  maximum: 'asInputs',
  minimum: 'asInputs',

  sign: 'bounded',
  greater: 'bounded',
  greaterEqual: 'bounded',
  equal: 'bounded',
  argmax: 'bounded',

  where: 'asInputs',
  branch: 'asInputs',
  divisor: 'asInputs',

  reshape: 'asInputs',
  transpose: 'asInputs',
  broadcast: 'asInputs',
  slice: 'asInputs',
  embed: 'asInputs',
  concatenate: 'asInputs',
  gather: 'asInputs',
  scatterAdd: 'overflows',
  cumulativeSum: 'overflows',

  sum: 'overflows',
  max: 'asInputs',
  min: 'asInputs',
  logSumExp: 'asInputs',
  softmax: 'bounded',
  logSoftmax: 'asInputs',
  norm: 'overflows',

  shareToWinners: 'asInputs',
  meanOfWinners: 'asInputs',
  direction: 'bounded',
  orthogonal: 'overflows',
  centred: 'overflows',
  compensated: 'overflows',
  softmaxProduct: 'overflows',

  input: 'bounded',
  constant: 'bounded',
  variable: 'asInputs',
  stopGradient: 'asInputs',
  matmul: 'overflows',
};

/** Whether the op's value may be infinite where all inputs are finite, because it is larger than all numbers. */
export function overflows(op: Op): boolean {
  return sizes[op] === 'overflows';
}

/** Whether an infinite value of the op may stand for a finite one, given the same of its inputs. */
export function mayOverflow(op: Op, ofInputs: boolean, besideConstant: () => boolean): boolean {
  const size = sizes[op];
  if (ofInputs) return size !== 'bounded';
  return size === 'overflows' && !((op === 'add' || op === 'sub') && besideConstant());
}

/** Finite numbers stay finite when less than this is added, as half a unit in their last place is more. */
export const moderate: number = 2 ** 969;
