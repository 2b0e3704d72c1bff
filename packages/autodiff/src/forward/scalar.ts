import { erf, erfc } from '@nonsmooth/kernels';
import { cosAtan, oneMinusSquare, power, secAtan, sinAtan } from '../scalar/algebraic.js';
import { exprelDerivative, sincDerivative } from '../scalar/entire-quotients.js';
import { gaussian } from '../scalar/gaussian.js';
import { log1mexp, logCosh, logistic, logisticSlope, softplus } from '../scalar/logistic-family.js';
import { MissingDerivativeError } from '../errors.js';
import type { Node, NodeOf, UnaryOp } from '../program.js';
import { derivativeOfOrder } from '../scalar-function.js';

/** A real function of one number. */
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
  logistic: () => logistic,
  softplus: () => softplus,
  logisticSlope: () => logisticSlope,
  gaussian: () => gaussian,
  oneMinusSquare: () => oneMinusSquare,
  secAtan: () => secAtan,
  sinAtan: () => sinAtan,
  cosAtan: () => cosAtan,
  log1mexp: () => log1mexp,
  logCosh: () => logCosh,
  sinc: ({ order }) => sincDerivative(order),
  exprel: ({ order }) => exprelDerivative(order),
  finite: () => (x) => (Number.isFinite(x) ? x : NaN),
  pow: ({ exponent }) => power(exponent),
  elementwise: ({ fn, order }) => {
    const derivative = derivativeOfOrder(fn, order);
    if (derivative === undefined) throw new MissingDerivativeError(fn.name, order);
    return derivative;
  },
};

/** The function that the node applies to every entry. */
export function scalarOf<O extends UnaryOp>(node: NodeOf<O>): (x: number) => number {
  return scalarRules[node.op](node);
}

/** Whether the node applies a smooth function of one number. */
export function isUnary(node: Node): node is NodeOf<UnaryOp> & Node {
  return Object.hasOwn(scalarRules, node.op);
}

/** Whether the function depends on more than the op: rules that read the node take it as their argument. */
export function readsAttributes(op: UnaryOp): boolean {
  return scalarRules[op].length > 0;
}

/** All smooth functions of one number. */
export const unaryOps: readonly UnaryOp[] = Object.keys(scalarRules) as UnaryOp[];

/** The same entry of a table for every smooth function of one number. */
export function forUnary<Entry>(entry: Entry): { readonly [O in UnaryOp]: Entry } {
  return Object.fromEntries(unaryOps.map((op) => [op, entry])) as { [O in UnaryOp]: Entry };
}
