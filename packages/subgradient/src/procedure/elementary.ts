import { largest } from '@nonsmooth/core';
import {
  applyUnary,
  elementwise,
  jvp,
  NotLipschitzError,
  type NodeOf,
  type Operand,
  type UnaryOp,
  type Value,
} from '@nonsmooth/autodiff';
import { tensor, type Tensor } from '@nonsmooth/tensor';
import { elementaryRule, type ElementaryRule } from './elementary-bounds.js';
import { divide, multiply, one, rational, zero, type Rational } from '../exact/rational.js';

type Function = (x: Operand) => Value;

/** How a unary node applies to other arguments. */
function functionOf(node: NodeOf<UnaryOp>): Function {
  if (node.op !== 'elementwise') return (x) => applyUnary(node, x);
  const { fn, order } = node as NodeOf<'elementwise'>;
  return (x) => elementwise(order === 0 ? fn : derivativeOf(fn, order), x);
}

/** The derivative of order one, two or three as a function with its own derivative. */
function derivativeOf(fn: NodeOf<'elementwise'>['fn'], order: number): NodeOf<'elementwise'>['fn'] {
  const second = (x: number): number => fn.secondDerivative?.(x) ?? NaN;
  const third = (x: number): number => fn.thirdDerivative?.(x) ?? NaN;
  const fourth = (x: number): number => fn.fourthDerivative?.(x) ?? NaN;
  const name = fn.name + '′'.repeat(order);
  switch (order) {
    case 1:
      return { name, value: (x) => fn.derivative(x), derivative: second };
    case 2:
      return { name, value: second, derivative: third };
    default:
      return { name, value: third, derivative: fourth };
  }
}

/** Values and derivatives of a unary node at many arguments, with bounds on their errors. */
export interface ElementaryValues {
  readonly value: Float64Array;
  readonly valueRadius: Float64Array;
  readonly derivative: Float64Array;
  readonly derivativeRadius: Float64Array;
  /** Indices where the function is not Lipschitz. */
  readonly singular: readonly number[];
}

/** Elementary functions are taken to be accurate to this relative error (V8: below 2 ulp; erf: 8). */
const elementaryError = 8 * 2 ** -52;

/** Functions may underflow to 0 where they are not 0. */
const tiny = 2 ** -1020;
const outward = 1 + 2 ** -30;

/** Evaluates the function and its derivative with error bounds, which hold for all arguments within their radii. */
export function elementaryValues(
  node: NodeOf<UnaryOp>,
  at: Float64Array,
  radius: Float64Array,
): ElementaryValues {
  const rule = elementaryRule(node);
  return rule === undefined ? sampled(node, at, radius) : ruled(rule, at, radius);
}

/** Value and derivative at one argument, with bounds on their errors. */
export interface ElementaryValue {
  readonly value: number;
  readonly valueRadius: number;
  readonly derivative: number;
  readonly derivativeRadius: number;
  /** Whether the function may fail to be Lipschitz within the radius of the argument. */
  readonly isSingular: boolean;
}

/** By the mean value theorem: |f(x + δ) − f(x)| ≤ sup |f′|·|δ|. */
export function ruledAt(rule: ElementaryRule, x: number, r: number): ElementaryValue {
  const value = rule.value(x);
  const derivative = rule.derivative(x);
  const low = x - r * outward;
  const high = x + r * outward;
  const slope = rule.slope(low, high);
  const error = elementaryError + 2 ** -52 * (rule.amplification?.(x) ?? 0);
  const valueError = Math.abs(value) * elementaryError + tiny;
  const derivativeError = Math.abs(derivative) * error + tiny;
  return {
    value,
    derivative,
    valueRadius: r === 0 ? valueError : (valueError + slope * r) * outward,
    derivativeRadius:
      r === 0 ? derivativeError : (derivativeError + rule.curvature(low, high) * r) * outward,
    isSingular: !(slope < Infinity) && !Number.isNaN(value),
  };
}

function ruled(rule: ElementaryRule, at: Float64Array, radius: Float64Array): ElementaryValues {
  const value = new Float64Array(at.length);
  const derivative = new Float64Array(at.length);
  const valueRadius = new Float64Array(at.length);
  const derivativeRadius = new Float64Array(at.length);
  const singular: number[] = [];
  for (let i = 0; i < at.length; i++) {
    const found = ruledAt(rule, at[i]!, radius[i]!);
    value[i] = found.value;
    derivative[i] = found.derivative;
    valueRadius[i] = found.valueRadius;
    derivativeRadius[i] = found.derivativeRadius;
    if (found.isSingular) singular.push(i);
  }
  return { value, derivative, singular, valueRadius, derivativeRadius };
}

/**
 * For functions without a rule. Over an argument's uncertainty the function is taken to change by what it changes
 * towards both of its ends, doubled: enough for the tiny radii of rounding.
 */
function sampled(node: NodeOf<UnaryOp>, at: Float64Array, radius: Float64Array): ElementaryValues {
  const fn = functionOf(node);
  const value = apply(fn, at);
  const { derivative, singular } = differentiate(fn, at);
  const low = at.map((x, i) => x - radius[i]!);
  const high = at.map((x, i) => x + radius[i]!);
  const uncertain = radius.some((r) => r > 0);
  const ends = uncertain ? [low, high].map((side) => apply(fn, side)) : [];
  const slopes = uncertain ? [low, high].map((side) => differentiate(fn, side).derivative) : [];
  const spread = (of: Float64Array, sides: readonly Float64Array[], i: number): number => {
    if (radius[i] === 0) return 0;
    return 2 * largest(sides.map((side) => Math.abs(side[i]! - of[i]!)));
  };
  // the derivative changes by `turn` over the radius, and the value by no more than its largest size there allows
  const turn = derivative.map((_, i) => spread(derivative, slopes, i));
  return {
    value,
    derivative,
    singular,
    valueRadius: value.map(
      (v, i) =>
        Math.abs(v) * elementaryError +
        Math.max(
          (Math.abs(derivative[i]!) + turn[i]!) * radius[i]! * outward,
          spread(value, ends, i) / 2,
        ),
    ),
    derivativeRadius: derivative.map((v, i) => Math.abs(v) * elementaryError + turn[i]!),
  };
}

function apply(fn: Function, at: Float64Array): Float64Array {
  return Float64Array.from((fn(tensor(at)) as Tensor).data);
}

function differentiate(
  fn: Function,
  at: Float64Array,
): { derivative: Float64Array; singular: readonly number[] } {
  const tangent = (x: Float64Array): Float64Array =>
    Float64Array.from(jvp(fn)(tensor(x), tensor(new Float64Array(x.length).fill(1))).tangent.data);
  try {
    return { derivative: tangent(at), singular: [] };
  } catch (error) {
    if (!(error instanceof NotLipschitzError)) throw error;
  }
  const singular: number[] = [];
  const derivative = at.map((x, i) => {
    try {
      return tangent(Float64Array.of(x))[0]!;
    } catch (error) {
      if (!(error instanceof NotLipschitzError)) throw error;
      singular.push(i);
      return NaN;
    }
  });
  return { derivative, singular };
}

/** Rational values that elementary functions take exactly; parts that are irrational are left out. */
export interface ExactValues {
  readonly value?: Rational;
  readonly derivative?: Rational;
}

const half = rational(1n, 2n);
const fixed: { readonly [O in UnaryOp]?: { readonly at: Rational } & ExactValues } = {
  exp: { at: zero, value: one, derivative: one },
  expm1: { at: zero, value: zero, derivative: one },
  log: { at: one, value: zero, derivative: one },
  log1p: { at: zero, value: zero, derivative: one },
  sin: { at: zero, value: zero, derivative: one },
  cos: { at: zero, value: one, derivative: zero },
  tan: { at: zero, value: zero, derivative: one },
  asin: { at: zero, value: zero, derivative: one },
  atan: { at: zero, value: zero, derivative: one },
  sinh: { at: zero, value: zero, derivative: one },
  cosh: { at: zero, value: one, derivative: zero },
  tanh: { at: zero, value: zero, derivative: one },
  asinh: { at: zero, value: zero, derivative: one },
  atanh: { at: zero, value: zero, derivative: one },
  erf: { at: zero, value: zero },
  erfc: { at: zero, value: one },
  logistic: { at: zero, value: half, derivative: rational(1n, 4n) },
  softplus: { at: zero, derivative: half },
  logisticSlope: { at: zero, value: rational(1n, 4n), derivative: zero },
  gaussian: { at: zero, value: one, derivative: zero },
  secAtan: { at: zero, value: one, derivative: zero },
  sinAtan: { at: zero, value: zero, derivative: one },
  cosAtan: { at: zero, value: one, derivative: zero },
  logCosh: { at: zero, value: zero, derivative: zero },
};

/** The exact value and derivative of a unary node at a rational argument, as far as they are rational. */
export function exactValues(node: NodeOf<UnaryOp>, x: Rational): ExactValues {
  switch (node.op) {
    case 'neg':
      return { value: { n: -x.n, d: x.d }, derivative: { n: -1n, d: 1n } };
    case 'square':
      return { value: multiply(x, x), derivative: multiply({ n: 2n, d: 1n }, x) };
    case 'finite':
      return { value: x, derivative: one };
    case 'oneMinusSquare': {
      const square = multiply(x, x);
      return {
        value: { n: square.d - square.n, d: square.d },
        derivative: multiply({ n: -2n, d: 1n }, x),
      };
    }
    case 'sqrt': {
      const root = exactRoot(x);
      if (root === undefined || root.n === 0n) return {};
      return { value: root, derivative: divide(half, root) };
    }
    case 'pow': {
      const { exponent } = node as NodeOf<'pow'>;
      if (!Number.isInteger(exponent) || Math.abs(exponent) > 64) return {};
      if (x.n === 0n && exponent < 1) return {};
      const lower = power(x, exponent - 1);
      return {
        value: multiply(lower, x),
        derivative: multiply({ n: BigInt(exponent), d: 1n }, lower),
      };
    }
    default: {
      const known = fixed[node.op];
      return known !== undefined && known.at.n === x.n && known.at.d === x.d ? known : {};
    }
  }
}

function power(x: Rational, exponent: number): Rational {
  const e = BigInt(Math.abs(exponent));
  const raised = { n: x.n ** e, d: x.d ** e };
  return exponent >= 0 ? raised : divide(one, raised);
}

function exactRoot(x: Rational): Rational | undefined {
  const [n, d] = [integerRoot(x.n), integerRoot(x.d)];
  return n === undefined || d === undefined ? undefined : { n, d };
}

function integerRoot(x: bigint): bigint | undefined {
  if (x < 0n) return undefined;
  if (x < 2n) return x;
  let root = 1n << BigInt((x.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + x / root) >> 1n;
    if (next >= root) break;
    root = next;
  }
  return root * root === x ? root : undefined;
}

/** Equal for nodes that are the same function. */
export function nameOf(node: NodeOf<UnaryOp>): string {
  if (node.op === 'pow') return `pow ${(node as NodeOf<'pow'>).exponent}`;
  if (node.op === 'sinc' || node.op === 'exprel') {
    return `${node.op} ${(node as NodeOf<'sinc' | 'exprel'>).order}`;
  }
  if (node.op === 'elementwise') {
    const { fn, order } = node as NodeOf<'elementwise'>;
    return `${fn.name} ${identityOf(fn)} ${order}`;
  }
  return node.op;
}

// Two functions that a user gave the same name are still two functions.
const identities = new WeakMap<object, number>();
let identityCount = 0;

function identityOf(fn: object): number {
  let identity = identities.get(fn);
  if (identity === undefined) identities.set(fn, (identity = identityCount++));
  return identity;
}
