import { add, div, mul, sub } from '../ops/arithmetic.js';
import * as f from '../ops/elementary.js';
import { pow } from '../ops/power.js';
import type { Value } from '../emit.js';
import { constantOf, emit } from '../emit.js';
import { Tracer } from '../builder.js';
import type { NodeOf, UnaryOp } from '../program.js';
import type { DivisorOptions } from './context.js';

/** What a chain rule knows: the argument, the value, and how to multiply and divide. */
export interface Point {
  readonly x: Value;
  readonly y: Value;
  /** c·d by the product of the chain rule. */
  readonly times: (c: Value, d: Value) => Value;
  /** d to divide by, which may be 0. */
  readonly divisor: (d: Value, options?: DivisorOptions) => Value;
}

type ChainRules = {
  readonly [O in UnaryOp]: (c: Value, at: Point, node: NodeOf<O>) => Value;
};

const twoOverRootPi = 2 / Math.sqrt(Math.PI);

function unary(op: UnaryOp, x: Value): Value {
  return emit(op, [x], x.shape, {});
}

const oneMinusSquare = (x: Value): Value => unary('oneMinusSquare', x);
const logisticSlope = (x: Value): Value => unary('logisticSlope', x);
const gaussian = (x: Value): Value => mul(twoOverRootPi, unary('gaussian', x));
const positive = { domain: 'positive' } as const;

/** x, and NaN where x is infinite and may have overflowed: for derivatives that vanish slowly. */
function finite(x: Value): Value {
  if (constantOf(x) !== undefined) return x;
  return x instanceof Tracer && x.builder.mayOverflow(x.node) ? unary('finite', x) : x;
}

/** 1/√(1 − x²) */
const inverseRoot = (x: Value, divisor: Point['divisor']): Value =>
  pow(divisor(oneMinusSquare(x)), -0.5);

/**
 * c·f′(x) for each smooth function of one number: the tangent of a tangent c, the cotangent of a cotangent c. Derivatives
 * are functions of the argument: the value has lost what they need where it saturates. Small factors are multiplied by c
 * one after the other: their product may be too small for a number where that with c is not.
 */
const chainRules: ChainRules = {
  neg: (c) => f.neg(c),
  exp: (c, { y, times }) => times(c, y),
  expm1: (c, { x, times }) => times(c, f.exp(x)),
  log: (c, { x, divisor }) => div(c, divisor(x, positive)),
  log1p: (c, { x, divisor }) => div(c, divisor(add(1, x), positive)),
  // (√x)′ = 1/(2√x)
  sqrt: (c, { y, divisor }) => div(mul(c, 0.5), divisor(y)),
  square: (c, { x, times }) => times(c, mul(2, x)),
  sin: (c, { x, times }) => times(c, f.cos(x)),
  cos: (c, { x, times }) => f.neg(times(c, f.sin(x))),
  tan: (c, { y, times }) => times(c, add(1, mul(y, y))),
  asin: (c, { x, times, divisor }) => times(c, inverseRoot(x, divisor)),
  acos: (c, { x, times, divisor }) => f.neg(times(c, inverseRoot(x, divisor))),
  // atan′ = 1/(1 + x²)
  atan: (c, { x, times }) => {
    const cosine = unary('cosAtan', finite(x));
    return times(times(c, cosine), cosine);
  },
  sinh: (c, { x, times }) => times(c, f.cosh(x)),
  cosh: (c, { x, times }) => times(c, f.sinh(x)),
  // tanh′ = 1/cosh² = 4σ′(2x)
  tanh: (c, { x, times }) => times(c, mul(4, logisticSlope(mul(2, x)))),
  // asinh′ = 1/√(1 + x²)
  asinh: (c, { x, times }) => times(c, unary('cosAtan', finite(x))),
  // acosh′ = 1/(√(x − 1)√(x + 1))
  acosh: (c, { x, times, divisor }) =>
    times(times(c, pow(divisor(sub(x, 1), positive), -0.5)), pow(add(1, x), -0.5)),
  // atanh′ = 1/(1 − x²)
  atanh: (c, { x, divisor }) => div(c, divisor(oneMinusSquare(x), positive)),
  // erf′ = 2/√π e^{−x²}
  erf: (c, { x, times }) => times(c, gaussian(x)),
  erfc: (c, { x, times }) => f.neg(times(c, gaussian(x))),
  logistic: (c, { x, times }) => times(c, logisticSlope(x)),
  softplus: (c, { x, times }) => times(c, f.logistic(x)),
  // S′ = −S·tanh(x/2)
  logisticSlope: (c, { x, y, times }) => f.neg(times(c, mul(y, f.tanh(mul(0.5, x))))),
  gaussian: (c, { x, y, times }) => times(c, mul(mul(-2, x), y)),
  oneMinusSquare: (c, { x, times }) => times(c, mul(-2, x)),
  // With r = √(1 + x²): r′ = x/r, (x/r)′ = 1/r³, (1/r)′ = −x/r³
  secAtan: (c, { x, times }) => times(c, unary('sinAtan', finite(x))),
  sinAtan: (c, { x, times }) => {
    const cosine = unary('cosAtan', finite(x));
    return times(times(times(c, cosine), cosine), cosine);
  },
  cosAtan: (c, { x, y, times }) => f.neg(times(times(times(c, unary('sinAtan', finite(x))), y), y)),
  // eˣ/(eˣ − 1)
  log1mexp: (c, { x, times, divisor }) =>
    f.neg(times(c, div(f.exp(x), divisor(f.neg(f.expm1(x)), positive)))),
  logCosh: (c, { x, times }) => times(c, f.tanh(x)),
  sinc: (c, { x, times }, { order }) =>
    times(c, emit('sinc', [finite(x)], x.shape, { order: order + 1 })),
  exprel: (c, { x, times }, { order }) =>
    times(c, emit('exprel', [finite(x)], x.shape, { order: order + 1 })),
  finite: (c) => c,
  // (xᵖ)′ = p·xᵖ⁻¹, which is singular at 0 for p < 1; as p·xᵖ/x where xᵖ⁻¹ may be too small for a number
  pow: (c, { x, y, times, divisor }, { exponent: p }) =>
    p < 0
      ? div(times(c, mul(p, y)), divisor(x))
      : times(c, mul(p, pow(p < 1 && p !== 0 ? divisor(x) : x, p - 1))),
  elementwise: (c, { x, times }, { fn, order }) =>
    times(c, emit('elementwise', [x], x.shape, { fn, order: order + 1 })),
};

/** c·f′(x) for the smooth function of one number that the node applies. */
export function chain<O extends UnaryOp>(c: Value, at: Point, node: NodeOf<O>): Value {
  return chainRules[node.op](c, at, node);
}
