import { erf, erfc } from '@nonsmooth/kernels';
import { functionNames, type Term } from './term.js';

/** A function of several variables. */
export type ScalarField = (x: ArrayLike<number>) => number;

type Numeric = (...values: number[]) => number;

const truth = (holds: boolean): number => (holds ? 1 : 0);

const own: Readonly<Record<string, Numeric>> = {
  neg: (a) => -a,
  plus: (a) => a,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => a ** b,
  mod: (a, b) => a - b * Math.floor(a / b),
  less: (a, b) => truth(a < b),
  lessEqual: (a, b) => truth(a <= b),
  greater: (a, b) => truth(a > b),
  greaterEqual: (a, b) => truth(a >= b),
  equal: (a, b) => truth(a === b),
  notEqual: (a, b) => truth(a !== b),
  and: (a, b) => truth(a !== 0 && b !== 0),
  or: (a, b) => truth(a !== 0 || b !== 0),
  not: (a) => truth(a === 0),
  if: (when, then, otherwise) => (when !== 0 ? then : otherwise),
  erf,
  erfc,
  relu: (x) => Math.max(x, 0),
  square: (x) => x * x,
  logistic: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};

/** Operations on numbers. */
const operations: ReadonlyMap<string, Numeric> = new Map([
  ...[...functionNames.keys()]
    .filter((name) => Reflect.has(Math, name))
    .map((name) => [name, Reflect.get(Math, name) as Numeric] as const),
  ...Object.entries(own),
]);

/** An operation on numbers. */
export function compute(op: string, values: readonly number[]): number {
  return operations.get(op)!(...values);
}

/** The function of its inputs that a term is. */
export function fieldOf(term: Term): ScalarField {
  const [op, ...args] = term;
  if (op === 'x') {
    const place = args[0] as number;
    return (x) => x[place]!;
  }
  if (op === 'c') {
    const value = args[0] as number;
    return () => value;
  }
  const parts = (args as Term[]).map(fieldOf);
  if (op === 'if') {
    const [when, then, otherwise] = parts;
    return (x) => (when!(x) !== 0 ? then!(x) : otherwise!(x));
  }
  const operation = operations.get(op)!;
  const [first, second] = parts;
  if (parts.length === 1) return (x) => operation(first!(x));
  if (parts.length === 2) return (x) => operation(first!(x), second!(x));
  return (x) => operation(...parts.map((part) => part(x)));
}
