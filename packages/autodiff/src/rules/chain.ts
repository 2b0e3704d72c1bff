import { add, div, mul, strongMul, sub } from '../ops/arithmetic.js';
import * as f from '../ops/elementary.js';
import { pow, sqrt } from '../ops/power.js';
import type { Value } from '../emit.js';
import { emit } from '../emit.js';
import type { NodeOf, UnaryOp } from '../program.js';

/** What a chain rule knows: the argument, the value, and how to divide by something that may be 0. */
export interface Point {
  readonly x: Value;
  readonly y: Value;
  readonly divisor: (d: Value) => Value;
}

type ChainRules = {
  readonly [O in UnaryOp]: (c: Value, at: Point, node: NodeOf<O>) => Value;
};

const twoOverRootPi = 2 / Math.sqrt(Math.PI);
const oneMinusSquare = (x: Value): Value => mul(sub(1, x), add(1, x));
const gaussian = (x: Value): Value =>
  mul(twoOverRootPi, f.exp(f.neg(emit('square', [x], x.shape, {}))));

/** c·f′(x) for each smooth function of one number: the tangent of a tangent c, the cotangent of a cotangent c. */
const chainRules: ChainRules = {
  neg: (c) => f.neg(c),
  exp: (c, { y }) => strongMul(c, y),
  expm1: (c, { y }) => strongMul(c, add(y, 1)),
  log: (c, { x, divisor }) => div(c, divisor(x)),
  log1p: (c, { x, divisor }) => div(c, divisor(add(1, x))),
  // (√x)′ = 1/(2√x)
  sqrt: (c, { y, divisor }) => div(mul(c, 0.5), divisor(y)),
  square: (c, { x }) => strongMul(c, mul(2, x)),
  sin: (c, { x }) => strongMul(c, f.cos(x)),
  cos: (c, { x }) => f.neg(strongMul(c, f.sin(x))),
  tan: (c, { y }) => strongMul(c, add(1, mul(y, y))),
  // asin′ = 1/√(1 − x²)
  asin: (c, { x, divisor }) => div(c, divisor(sqrt(oneMinusSquare(x)))),
  acos: (c, { x, divisor }) => f.neg(div(c, divisor(sqrt(oneMinusSquare(x))))),
  atan: (c, { x }) => strongMul(c, div(1, add(1, mul(x, x)))),
  sinh: (c, { x }) => strongMul(c, f.cosh(x)),
  cosh: (c, { x }) => strongMul(c, f.sinh(x)),
  tanh: (c, { y }) => strongMul(c, oneMinusSquare(y)),
  // asinh′ = 1/√(1 + x²)
  asinh: (c, { x }) => strongMul(c, div(1, sqrt(add(1, mul(x, x))))),
  // acosh′ = 1/√(x² − 1)
  acosh: (c, { x, divisor }) => div(c, divisor(sqrt(mul(sub(x, 1), add(x, 1))))),
  atanh: (c, { x, divisor }) => div(c, divisor(oneMinusSquare(x))),
  // erf′ = 2/√π e^{−x²}
  erf: (c, { x }) => strongMul(c, gaussian(x)),
  erfc: (c, { x }) => f.neg(strongMul(c, gaussian(x))),
  // σ′ = σ(x)σ(−x)
  logistic: (c, { x, y }) => strongMul(c, mul(y, f.logistic(f.neg(x)))),
  softplus: (c, { x }) => strongMul(c, f.logistic(x)),
  // (xᵖ)′ = p·xᵖ⁻¹, which is singular at 0 for p < 1
  pow: (c, { x, divisor }, { exponent: p }) =>
    strongMul(c, mul(p, pow(p < 1 && p !== 0 ? divisor(x) : x, p - 1))),
  elementwise: (c, { x }, { fn, order }) =>
    strongMul(c, emit('elementwise', [x], x.shape, { fn, order: order + 1 })),
};

/** c·f′(x) for the smooth function of one number that the node applies. */
export function chain<O extends UnaryOp>(c: Value, at: Point, node: NodeOf<O>): Value {
  return chainRules[node.op](c, at, node);
}
