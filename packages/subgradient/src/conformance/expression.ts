import { ArgumentError, requireObject } from '@nonsmooth/core';
import {
  abs,
  add,
  cos,
  div,
  exp,
  gather,
  maximum,
  minimum,
  mul,
  neg,
  relu,
  sin,
  sqrt,
  square,
  sub,
  sum,
  tanh,
  trace,
  type Program,
  type Value,
} from '@nonsmooth/autodiff';
import { tensor } from '@nonsmooth/tensor';

/**
 * Nested arrays: ["x", i] is input i, ["c", number] a constant, and an operation stands before its arguments.
 * Operations of two take more arguments one after the other, from the left.
 */
export type Expression = readonly [string, ...(Expression | number)[]];

/** What a library needs to say so that expressions can be written in it. */
export interface ExpressionOperations<T> {
  constant(value: number): T;
  readonly binary: Readonly<Record<BinaryOperation, (u: T, v: T) => T>>;
  readonly unary: Readonly<Record<UnaryOperation, (u: T) => T>>;
}

/** Operations of two arguments in expressions. */
export type BinaryOperation = 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min';
/** Operations of one argument in expressions. */
export type UnaryOperation =
  'neg' | 'abs' | 'relu' | 'square' | 'exp' | 'sin' | 'cos' | 'tanh' | 'sqrt';

/**
 * The value of an expression in any arithmetic: numbers, dual numbers, the values of a library with derivatives.
 * @throws ArgumentError for operations, indices and numbers of arguments that do not exist.
 */
export function evaluateExpression<T>(
  expression: Expression,
  x: readonly T[],
  operations: ExpressionOperations<T>,
): T {
  requireObject('operations', operations);
  const { binary, unary } = operations;
  requireObject('operations.binary', binary);
  requireObject('operations.unary', unary);
  requireList(x);
  if (!Array.isArray(expression)) {
    throw new ArgumentError('expression', expression, 'lists of an operation and its arguments');
  }
  const [op, ...args] = expression as Expression;
  if (op === 'x') {
    const index = args[0] as number;
    if (args.length !== 1 || typeof index !== 'number' || !Object.hasOwn(x, index)) {
      throw new ArgumentError('expression', expression, `["x", 0] to ["x", ${x.length - 1}]`);
    }
    return x[index]!;
  }
  if (op === 'c') {
    const [value] = args;
    if (args.length !== 1 || typeof value !== 'number' || !Number.isFinite(value)) {
      throw new ArgumentError('expression', expression, '["c", a finite number]');
    }
    return operations.constant(value);
  }
  if (typeof op !== 'string') {
    throw new ArgumentError('expression', expression, 'a list that begins with an operation');
  }
  const isBinary = Object.hasOwn(binary, op);
  if (!isBinary && !Object.hasOwn(unary, op)) {
    const known = ['x', 'c', ...Object.keys(binary), ...Object.keys(unary)].join(', ');
    throw new ArgumentError('expression', expression, `the operations ${known}`);
  }
  if (!Array.from(args).every(Array.isArray) || (isBinary ? args.length < 2 : args.length !== 1)) {
    const count = isBinary ? 'two or more expressions' : 'one expression';
    throw new ArgumentError('expression', expression, `${count} after ${op}`);
  }
  const values = args.map((arg) => evaluateExpression(arg as Expression, x, operations));
  return isBinary
    ? values.reduce((u, v) => binary[op as BinaryOperation](u, v))
    : unary[op as UnaryOperation](values[0]!);
}

function requireList(x: unknown): void {
  if (!Array.isArray(x)) throw new ArgumentError('x', x, 'a list of values');
}

const operations: ExpressionOperations<Value> = {
  constant: (value) => tensor(value),
  binary: { add, sub, mul, div, max: maximum, min: minimum },
  unary: { neg, abs, relu, square, exp, sin, cos, tanh, sqrt },
};

/** The expression as a program of one vector of this dimension. */
export function programOfExpression(expression: Expression, dimension: number): Program {
  if (!(Number.isSafeInteger(dimension) && dimension >= 1)) {
    throw new ArgumentError('dimension', dimension, 'integers ≥ 1');
  }
  return trace(
    (x) => {
      const entries = Array.from({ length: dimension }, (_, i): Value => sum(gather(x, [i])));
      return evaluateExpression(expression, entries, operations);
    },
    [[dimension]],
  );
}
