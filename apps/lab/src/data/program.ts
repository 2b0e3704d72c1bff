import {
  abs,
  acos,
  acosh,
  add,
  asin,
  asinh,
  atan,
  atanh,
  cos,
  cosh,
  div,
  equal,
  erf,
  erfc,
  exp,
  expm1,
  gather,
  greater,
  greaterEqual,
  hypot,
  less,
  lessEqual,
  log,
  log1p,
  logistic,
  maximum,
  minimum,
  mul,
  neg,
  notEqual,
  pow,
  relu,
  sign,
  sin,
  sinh,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  tan,
  tanh,
  trace,
  where,
  type Program,
  type Value,
} from '@nonsmooth/autodiff';
import { ArgumentError } from '@nonsmooth/core';
import { tensor } from '@nonsmooth/tensor';
import { readExpression } from './expression.js';
import { functionNames, type Term } from './term.js';

type Traced = (...values: Value[]) => Value;

const isTrue = (u: Value): Value => notEqual(u, 0);

/** Operations whose derivatives are known. */
const operations: ReadonlyMap<string, Traced> = new Map(
  Object.entries<Traced>({
    abs,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    expm1,
    log,
    log1p,
    logistic,
    neg,
    relu,
    sign,
    sin,
    sinh,
    softplus,
    sqrt,
    square,
    tan,
    tanh,
    add,
    sub,
    mul,
    div,
    greater,
    greaterEqual,
    less,
    lessEqual,
    equal,
    notEqual,
    if: (when, then, otherwise) => where(isTrue(when), then, otherwise),
    plus: (u) => u,
    log2: (u) => div(log(u), Math.LN2),
    log10: (u) => div(log(u), Math.LN10),
    hypot: (...all) => (all.length === 1 ? abs(all[0]!) : all.reduce((u, v) => hypot(u, v))),
    max: (...all) => all.reduce((u, v) => maximum(u, v)),
    min: (...all) => all.reduce((u, v) => minimum(u, v)),
    and: (u, v) => mul(isTrue(u), isTrue(v)),
    or: (u, v) => maximum(isTrue(u), isTrue(v)),
    not: (u) => equal(u, 0),
    pow: (u, v) => pow(u, v),
  } as Record<string, Traced>),
);

/** Names of functions that have no derivatives here, such as those of whole numbers. */
const without: readonly string[] = [...functionNames.keys()].filter(
  (name) => !operations.has(name),
);

/**
 * An expression of `dimension` variables as a program, which can be differentiated and certified.
 * @throws ArgumentError that names the text and what is wrong with it, such as functions without derivatives.
 */
export function programFrom(argument: string, text: string, dimension: number): Program {
  return programOfTerm(argument, text, readExpression(argument, text, dimension), dimension);
}

/** The same of an expression that was read. @throws ArgumentError for functions without derivatives. */
export function programOfTerm(
  argument: string,
  text: string,
  term: Term,
  dimension: number,
): Program {
  return trace(
    (x) => {
      const entries = Array.from({ length: dimension }, (_, i): Value => sum(gather(x, [i])));
      const read = ([op, ...args]: Term): Value => {
        if (op === 'x') return entries[args[0] as number]!;
        if (op === 'c') return tensor(args[0] as number);
        const [base, exponent] = args as Term[];
        if (op === 'pow' && exponent![0] === 'c') return power(read(base!), exponent![1] as number);
        const operation = operations.get(op);
        if (operation) return operation(...(args as Term[]).map(read));
        const allowed = `functions with derivatives, not ${op === 'mod' ? '%' : op}`;
        throw new ArgumentError(argument, text, `${allowed} (nor ${without.join(', ')})`);
      };
      return read(term);
    },
    [[dimension]],
  );
}

/** Products of small whole powers, whose kinks and bounds are known best. */
function power(base: Value, exponent: number): Value {
  if (!(Number.isInteger(exponent) && exponent >= 1 && exponent <= 64)) return pow(base, exponent);
  if (exponent === 2) return square(base);
  return Array.from({ length: exponent }, () => base).reduce((u, v) => mul(u, v));
}
