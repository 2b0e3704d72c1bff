import type { NodeOf, UnaryOp } from '@nonsmooth/autodiff';
import { elementaryRule, type ElementaryRule } from './elementary-bounds.js';
import { divide, multiply, one, rational, zero, type Rational } from '../exact/rational.js';

/** A smooth function as a tape knows it. */
export interface ScalarFunction {
  readonly name: string;
  /** For functions of one number. */
  readonly rule?: ElementaryRule;
  /** Value and derivative at an exact argument, as far as they are rational; for functions of one. */
  readonly exactly?: (x: Rational) => ExactValues;
}

const functions = new WeakMap<
  NodeOf<UnaryOp>,
  ScalarFunction & { readonly rule: ElementaryRule }
>();

/** The function that a node applies to each of its entries. */
export function functionOf(
  node: NodeOf<UnaryOp>,
): ScalarFunction & { readonly rule: ElementaryRule } {
  let known = functions.get(node);
  if (known === undefined) {
    const exactly = (x: Rational): ExactValues => exactValues(node, x);
    functions.set(node, (known = { name: nameOf(node), rule: elementaryRule(node), exactly }));
  }
  return known;
}

/** Elementary functions are taken to be accurate to this relative error (V8: below 2 ulp; erf: 8). */
const elementaryError = 8 * 2 ** -52;

/** Functions may underflow to 0 where they are not 0. */
const tiny = 2 ** -1020;
const outward = 1 + 2 ** -30;

/** Value and derivative at one argument, with bounds on their errors. */
export interface ElementaryValue {
  readonly value: number;
  readonly valueRadius: number;
  readonly derivative: number;
  readonly derivativeRadius: number;
  /** Whether the function may fail to be Lipschitz within the radius of the argument. */
  readonly isSingular: boolean;
}

/** The bound of the value's error at an argument known to r: by the mean value theorem, with sup |f′| over its interval. */
export function valueRadius(rule: ElementaryRule, value: number, slope: number, r: number): number {
  const valueError = Math.abs(value) * elementaryError + (rule.noise ?? tiny);
  return r === 0 ? valueError : (valueError + slope * r) * outward;
}

/** sup |f′| over the arguments that x may be. */
export function slopeAround(rule: ElementaryRule, x: number, r: number): number {
  return rule.slope(x - r * outward, x + r * outward);
}

/** Value and derivative of the function, with bounds that hold for all arguments within the radius. */
export function ruledAt(rule: ElementaryRule, x: number, r: number): ElementaryValue {
  const value = rule.value(x);
  const derivative = rule.derivative(x);
  const slope = slopeAround(rule, x, r);
  const error = elementaryError + 2 ** -52 * (rule.amplification?.(x) ?? 0);
  const derivativeError = Math.abs(derivative) * error + (rule.noise ?? tiny);
  const curvature = rule.curvature(x - r * outward, x + r * outward);
  return {
    value,
    derivative,
    valueRadius: valueRadius(rule, value, slope, r),
    derivativeRadius: r === 0 ? derivativeError : (derivativeError + curvature * r) * outward,
    isSingular: !(slope < Infinity) && !Number.isNaN(value),
  };
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
    case 'sinc':
      return exactSinc((node as NodeOf<'sinc'>).order, x);
    case 'exprel': {
      const { order } = node as NodeOf<'exprel'>;
      const at = (k: number): Rational => rational(1n, BigInt(k + 1));
      return x.n === 0n ? { value: at(order), derivative: at(order + 1) } : {};
    }
    default: {
      const known = fixed[node.op];
      return known !== undefined && known.at.n === x.n && known.at.d === x.d ? known : {};
    }
  }
}

/** sin(πx)/(πx) is 1 at 0 and 0 at other integers n, with derivatives 0 and (−1)ⁿ/n. */
function exactSinc(order: number, x: Rational): ExactValues {
  if (order > 1 || x.d !== 1n) return {};
  const sign = x.n % 2n === 0n ? 1n : -1n;
  const slope = x.n === 0n ? zero : rational(sign, x.n);
  if (order === 1) return { value: slope };
  return { value: x.n === 0n ? one : zero, derivative: slope };
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
