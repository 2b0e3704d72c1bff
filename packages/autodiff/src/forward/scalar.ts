import { erf, erfc } from '@nonsmooth/kernels';
import { MissingDerivativeError } from '../errors.js';
import type { NodeOf, UnaryOp } from '../program.js';
import { derivativeOfOrder } from '../scalar-function.js';

export type Scalar = (x: number) => number;

type ScalarRules = { readonly [O in UnaryOp]: (node: NodeOf<O>) => Scalar };

/** Each smooth function of one number. */
const scalarRules: ScalarRules = {
  neg: () => (x) => -x,
  exp: () => Math.exp,
  expm1: () => Math.expm1,
  log: () => Math.log,
  log1p: () => Math.log1p,
  sqrt: () => Math.sqrt,
  square: () => (x) => x * x,
  sin: () => Math.sin,
  cos: () => Math.cos,
  tan: () => Math.tan,
  asin: () => Math.asin,
  acos: () => Math.acos,
  atan: () => Math.atan,
  sinh: () => Math.sinh,
  cosh: () => Math.cosh,
  tanh: () => Math.tanh,
  asinh: () => Math.asinh,
  acosh: () => Math.acosh,
  atanh: () => Math.atanh,
  erf: () => erf,
  erfc: () => erfc,
  logistic: () => (x) => 1 / (1 + Math.exp(-x)),
  // max(x, 0) + log(1 + e^{−|x|}) does not overflow.
  softplus: () => (x) => (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x))),
  pow: ({ exponent }) => power(exponent),
  elementwise: ({ fn, order }) => {
    const derivative = derivativeOfOrder(fn, order);
    if (derivative === undefined) throw new MissingDerivativeError(fn.name, order);
    return derivative;
  },
};

export function scalarOf<O extends UnaryOp>(node: NodeOf<O>): Scalar {
  return scalarRules[node.op](node);
}

/** Small integer powers by products, which every engine rounds alike. */
function power(exponent: number): Scalar {
  switch (exponent) {
    case -1:
      return (x) => 1 / x;
    case -2:
      return (x) => 1 / (x * x);
    case 3:
      return (x) => x * x * x;
    case 4:
      return (x) => x * x * (x * x);
    default:
      return (x) => Math.pow(x, exponent);
  }
}
