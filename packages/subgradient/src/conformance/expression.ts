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
  type Tracer,
  type Value,
} from '@nonsmooth/autodiff';
import { tensor } from '@nonsmooth/tensor';

/** Nested arrays: ["x", i] input i, ["c", number], and operations on such. */
export type Expression = readonly [string, ...(Expression | number)[]];

const binary: Record<string, (u: Value, v: Value) => Value> = {
  add,
  sub,
  mul,
  div,
  max: maximum,
  min: minimum,
};
const unary: Record<string, (u: Value) => Value> = {
  neg,
  abs,
  relu,
  square,
  exp,
  sin,
  cos,
  tanh,
  sqrt,
};

export function programOfExpression(expression: Expression, dimension: number): Program {
  const build = (x: Tracer, [op, ...args]: Expression): Value => {
    if (op === 'x') return sum(gather(x, [args[0] as number]));
    if (op === 'c') return tensor(args[0] as number);
    const values = args.map((arg) => build(x, arg as Expression));
    const two = binary[op];
    if (two !== undefined) return values.reduce((u, v) => two(u, v));
    const one = unary[op];
    if (one === undefined || values.length !== 1) throw new Error(`unknown operation ${op}`);
    return one(values[0]!);
  };
  return trace((x) => build(x, expression), [[dimension]]);
}
