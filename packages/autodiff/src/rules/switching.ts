import type { Value } from '../emit.js';
import { add, mul, sub } from '../ops/arithmetic.js';
import { forUnary } from '../forward/scalar.js';
import { gap } from '../ops/sort.js';
import type { NodeOf, Op } from '../program.js';

/** A function with a kink where its switching function z is 0; smooth in its inputs and |z|. */
export interface AbsLike<O extends Op> {
  readonly kind: 'absLike';
  /** The switching function z. */
  switching(x: readonly Value[]): Value;
  /** The value from the inputs and |z|. */
  recombine(x: readonly Value[], absolute: Value, node: NodeOf<O>): Value;
}

/** How an op is not smooth. */
export type Switching<O extends Op> =
  | { readonly kind: 'smooth' }
  | AbsLike<O>
  /** A nest of maxima or minima of two. */
  | { readonly kind: 'extreme' }
  /** Lipschitz with a kink where the argument is 0 that is not abs-like, for two entries or more. */
  | { readonly kind: 'norm' }
  /** Smooth but where a divisor of its derivative is 0: not Lipschitz there. */
  | { readonly kind: 'singular' }
  /** Jumps where this is 0. */
  | { readonly kind: 'jump'; switching(x: readonly Value[], node: NodeOf<O>): Value };

/** The entry of every op. */
export type SwitchingTable = { readonly [O in Op]: Switching<O> };

const smooth = { kind: 'smooth' } as const;
const singular = { kind: 'singular' } as const;
const half = (v: Value): Value => mul(0.5, v);
const difference = ([u, v]: readonly Value[]): Value => sub(u!, v!);

/** Where each op fails to be smooth, and how. */
export const switchingTable: SwitchingTable = {
  input: smooth,
  constant: smooth,
  variable: smooth,
  stopGradient: smooth,

  ...forUnary(smooth),
  log: singular,
  log1p: singular,
  sqrt: singular,
  asin: singular,
  acos: singular,
  acosh: singular,
  atanh: singular,
  log1mexp: singular,
  pow: singular,

  add: smooth,
  sub: smooth,
  mul: smooth,
  div: singular,
  atan2: singular,
  xlogy: singular,
  maskedMul: smooth,

  // (x + |x|)/2
  relu: {
    kind: 'absLike',
    switching: ([x]) => x!,
    recombine: ([x], absolute) => half(add(x!, absolute)),
  },
  // ((1 + s)x + (1 − s)|x|)/2
  leakyRelu: {
    kind: 'absLike',
    switching: ([x]) => x!,
    recombine: ([x], absolute, { slope }) =>
      half(add(mul(1 + slope, x!), mul(1 - slope, absolute))),
  },
  abs: { kind: 'absLike', switching: ([x]) => x!, recombine: (_, absolute) => absolute },
  // (u + v + |u − v|)/2
  maximum: {
    kind: 'absLike',
    switching: difference,
    recombine: ([u, v], absolute) => half(add(add(u!, v!), absolute)),
  },
  // (u + v − |u − v|)/2
  minimum: {
    kind: 'absLike',
    switching: difference,
    recombine: ([u, v], absolute) => half(sub(add(u!, v!), absolute)),
  },

  sign: { kind: 'jump', switching: ([x]) => x! },
  greater: { kind: 'jump', switching: difference },
  greaterEqual: { kind: 'jump', switching: difference },
  equal: { kind: 'jump', switching: difference },
  argmax: { kind: 'jump', switching: ([x], { axis }: NodeOf<'argmax'>) => gap(x!, axis) },

  where: smooth,
  branch: { kind: 'jump', switching: difference },
  divisor: singular,

  reshape: smooth,
  transpose: smooth,
  broadcast: smooth,
  slice: smooth,
  embed: smooth,
  concatenate: smooth,
  gather: smooth,
  scatterAdd: smooth,
  cumulativeSum: smooth,

  sum: smooth,
  max: { kind: 'extreme' },
  min: { kind: 'extreme' },
  logSumExp: smooth,
  softmax: smooth,
  logSoftmax: smooth,
  norm: { kind: 'norm' },
  shareToWinners: singular,
  meanOfWinners: singular,
  direction: singular,
  orthogonal: smooth,
  centred: smooth,
  compensated: smooth,
  softmaxProduct: smooth,

  matmul: smooth,
};

/** The entry of the table for an op that is known at run time only. */
export function switchingOf(op: Op): Switching<Op> {
  return switchingTable[op];
}
