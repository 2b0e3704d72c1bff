import type { Tensor } from '@nonsmooth/tensor';
import type { ScalarFunction } from './scalar-function.js';

/** The extents of an array, first axis first. */
export type Shape = readonly number[];

/** Nothing but inputs and a shape. */
type None = object;

/** Smooth functions of one number, applied to every entry. */
export interface UnaryAttributes {
  neg: None;
  exp: None;
  expm1: None;
  log: None;
  log1p: None;
  sqrt: None;
  square: None;
  sin: None;
  cos: None;
  tan: None;
  asin: None;
  acos: None;
  atan: None;
  sinh: None;
  cosh: None;
  tanh: None;
  asinh: None;
  acosh: None;
  atanh: None;
  erf: None;
  erfc: None;
  logistic: None;
  softplus: None;
  /** The derivative of the logistic function. */
  logisticSlope: None;
  /** e^{−x²} */
  gaussian: None;
  /** (1 − x)(1 + x) */
  oneMinusSquare: None;
  /** √(1 + x²) */
  secAtan: None;
  /** x/√(1 + x²) */
  sinAtan: None;
  /** 1/√(1 + x²) */
  cosAtan: None;
  /** log(1 − eˣ) */
  log1mexp: None;
  logCosh: None;
  /** The derivative of this order of sin(πx)/(πx). */
  sinc: { readonly order: number };
  /** The derivative of this order of (eˣ − 1)/x. */
  exprel: { readonly order: number };
  /** x where it is finite, NaN elsewhere: what derivatives read where a finite argument may have overflowed. */
  finite: None;
  /** x to a constant power. */
  pow: { readonly exponent: number };
  /** The derivative of this order of a function that the user brought. */
  elementwise: { readonly fn: ScalarFunction; readonly order: number };
}

/** Entry by entry, with broadcasting. */
export interface ArithmeticAttributes {
  add: None;
  sub: None;
  mul: None;
  div: None;
  atan2: None;
  /** x·log y, and 0 where x = 0. */
  xlogy: None;
}

/** The product of the chain rule. */
export interface ChainAttributes {
  /**
   * (c, d, y?, m?): c·d; 0 where m = 0, because another branch was chosen, whatever c and d are; NaN where c = 0
   * meets a value y that overflowed. `guarded` says that there is a y, `masked` that there is an m; m is computed
   * only when it decides.
   */
  maskedMul: { readonly guarded: boolean; readonly masked: boolean };
}

/** Functions with a kink, entry by entry; the switching function is the argument, or u − v. */
export interface KinkAttributes {
  relu: None;
  leakyRelu: { readonly slope: number };
  abs: None;
  maximum: None;
  minimum: None;
}

/** Piecewise constant: derivative 0 wherever there is one. Truth values are 0 and 1. */
export interface ComparisonAttributes {
  sign: None;
  greater: None;
  greaterEqual: None;
  equal: None;
  /** Where along the axis the largest entry is, the first of them. */
  argmax: { readonly axis: number };
}

/** Choices between values, linear in what they choose from. */
export interface ChoiceAttributes {
  /** (c, a, b): a where c ≠ 0, else b. */
  where: None;
  /** (u, v, a, b, t): a where u > v, b where u < v, t·a + (1 − t)·b where u = v: derivatives of kinks. */
  branch: None;
  /**
   * (d, active?): the divisor d; 1 where not active; NotLipschitzError where d = 0 is active; NaN where d < 0 lies
   * outside the domain, and where d overflowed.
   */
  divisor: { readonly of: string; readonly domain: 'all' | 'positive'; readonly finite: boolean };
}

/** Linear maps that move entries around. */
export interface StructureAttributes {
  reshape: None;
  transpose: { readonly permutation: readonly number[] };
  broadcast: None;
  slice: { readonly starts: readonly number[]; readonly steps: readonly number[] };
  /** Transpose of slice: the argument within zeros. */
  embed: { readonly starts: readonly number[]; readonly steps: readonly number[] };
  concatenate: { readonly axis: number };
  gather: { readonly axis: number; readonly indices: readonly number[] };
  /** Transpose of gather. */
  scatterAdd: { readonly axis: number; readonly indices: readonly number[] };
  /** Entry i is the sum of the entries 0..i along the axis, or of i..n − 1 where reversed. */
  cumulativeSum: { readonly axis: number; readonly reversed: boolean };
}

/** Reductions over `axes`, which disappear from the shape. */
export interface ReductionAttributes {
  sum: { readonly axes: readonly number[] };
  max: { readonly axes: readonly number[] };
  min: { readonly axes: readonly number[] };
  logSumExp: { readonly axes: readonly number[] };
  /** exp(x)/Σ exp(x) over the axes, in the full shape. */
  softmax: { readonly axes: readonly number[] };
  /** x − log Σ exp(x) over the axes, in the full shape. */
  logSoftmax: { readonly axes: readonly number[] };
  /** Euclidean norm. */
  norm: { readonly axes: readonly number[] };
}

/** What derivatives of reductions need, all in the full shape but `meanOfWinners`. */
export interface ReductionDerivativeAttributes {
  /** (x, m, c): c divided equally among the entries of x that attain their extreme m, 0 elsewhere. */
  shareToWinners: { readonly axes: readonly number[] };
  /** (x, m, a): the mean of a over the entries of x that attain their extreme m. */
  meanOfWinners: { readonly axes: readonly number[] };
  /** x/‖x‖ over the axes, 0 where x = 0. */
  direction: { readonly axes: readonly number[] };
  /** (u, c): c − u⟨u, c⟩ for unit vectors u over the axes. */
  orthogonal: { readonly axes: readonly number[] };
  /** (y, c): c − ⟨y, c⟩ for weights y over the axes whose sum is 1. */
  centred: { readonly axes: readonly number[] };
  /** (y, c): c − y·Σc for such weights, the transpose of `centred`. */
  compensated: { readonly axes: readonly number[] };
  /** (y, c): y·(c − ⟨y, c⟩) for such weights: the derivative of softmax. */
  softmaxProduct: { readonly axes: readonly number[] };
}

/** The attributes of inputs, constants and products. */
export interface OtherAttributes {
  input: { readonly index: number };
  constant: { readonly value: Tensor };
  /** The argument under a new name: what a derivative inside a trace is taken with respect to. */
  variable: { readonly id: number };
  /** The argument, with derivative 0. */
  stopGradient: None;
  /**
   * (a, b, m?): batches of matrices (…, m, k) by (…, k, n). The mask m tells which entries of one factor are there:
   * where it is 0 they contribute nothing, whatever they meet; it is computed only when it decides.
   */
  matmul: { readonly masked: 'none' | 'left' | 'right' };
}

/** The attributes of every op. */
export interface Attributes
  extends
    UnaryAttributes,
    ArithmeticAttributes,
    ChainAttributes,
    KinkAttributes,
    ComparisonAttributes,
    ChoiceAttributes,
    StructureAttributes,
    ReductionAttributes,
    ReductionDerivativeAttributes,
    OtherAttributes {}

/** The name of an op. */
export type Op = keyof Attributes;
/** The name of an op of one number. */
export type UnaryOp = keyof UnaryAttributes;
/** The name of an op with a kink. */
export type KinkOp = keyof KinkAttributes;

/** One step of the evaluation procedure: `inputs` are indices of earlier nodes. */
export type NodeOf<O extends Op> = {
  readonly op: O;
  readonly inputs: readonly number[];
  readonly shape: Shape;
} & Attributes[O];

/** One step of a program. */
export type Node = { [O in Op]: NodeOf<O> }[Op];

/** A straight-line evaluation procedure; immutable, nodes in topological order. */
export interface Program {
  readonly nodes: readonly Node[];
  /** Node index of each input. */
  readonly inputs: readonly number[];
  /** Node index of each output. */
  readonly outputs: readonly number[];
  /** Whether runs stop at the first step whose value is infinite or no number. */
  readonly debugNonFinite?: boolean;
}
