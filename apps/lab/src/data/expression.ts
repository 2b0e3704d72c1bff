import { ArgumentError } from '@nonsmooth/core';
import { erf, erfc } from '@nonsmooth/kernels';
import type { MathNode } from 'mathjs';
import { createRequire } from 'node:module';

/** A function of several variables. */
export type ScalarField = (x: ArrayLike<number>) => number;

type Numeric = (...values: number[]) => number;

interface Known {
  readonly compute: Numeric;
  /** How many arguments: exactly so many, or at least one. */
  readonly count: number | 'any';
}

const of = (compute: Numeric, count: number | 'any' = 1): Known => ({ compute, count });

const ofMath =
  'abs sign sqrt cbrt exp expm1 log log1p log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh ' +
  'floor ceil round trunc';

/** Everything that can be called. */
const functions: ReadonlyMap<string, Known> = new Map(
  Object.entries({
    ...Object.fromEntries(
      ofMath.split(' ').map((name) => [name, of(Reflect.get(Math, name) as Numeric)]),
    ),
    atan2: of(Math.atan2, 2),
    pow: of(Math.pow, 2),
    hypot: of(Math.hypot, 'any'),
    max: of(Math.max, 'any'),
    min: of(Math.min, 'any'),
    erf: of(erf),
    erfc: of(erfc),
    relu: of((x) => Math.max(x, 0)),
    logistic: of((x) => 1 / (1 + Math.exp(-x))),
    softplus: of((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  }),
);

/** An operator of one or two numbers. */
type Binary = (a: number, b: number) => number;

const truth = (holds: boolean): number => (holds ? 1 : 0);

/** Operators by the names that the parser gives them. */
const operators: ReadonlyMap<string, Binary> = new Map(
  Object.entries<Binary>({
    unaryMinus: (a) => -a,
    unaryPlus: (a) => a,
    add: (a, b) => a + b,
    subtract: (a, b) => a - b,
    multiply: (a, b) => a * b,
    divide: (a, b) => a / b,
    pow: (a, b) => a ** b,
    mod: (a, b) => a - b * Math.floor(a / b),
    smaller: (a, b) => truth(a < b),
    smallerEq: (a, b) => truth(a <= b),
    larger: (a, b) => truth(a > b),
    largerEq: (a, b) => truth(a >= b),
    equal: (a, b) => truth(a === b),
    unequal: (a, b) => truth(a !== b),
    and: (a, b) => truth(a !== 0 && b !== 0),
    or: (a, b) => truth(a !== 0 || b !== 0),
    not: (a) => truth(a === 0),
  }),
);

const constants: ReadonlyMap<string, number> = new Map([
  ['pi', Math.PI],
  ['tau', 2 * Math.PI],
  ['e', Math.E],
]);

let parser: ((text: string) => MathNode) | undefined;

/**
 * The tree of an expression. The parser is large: it is loaded when the first expression is read.
 * @throws ArgumentError for texts that are none.
 */
export function parseExpression(argument: string, text: string): MathNode {
  parser ??= (
    createRequire(import.meta.url)('mathjs/number') as { parse: (text: string) => MathNode }
  ).parse;
  try {
    return parser(text);
  } catch (error) {
    throw new ArgumentError(argument, text, `an expression (${(error as Error).message})`);
  }
}

/** What an expression of variables may contain, in words. */
export const expressionLanguage: string = `+ - * / ^ %, comparisons, and, or, not, a ? b : c, pi, tau, e, ${[...functions.keys()].join(', ')}`;

/** The variables of a field: x0, x1, …, the first three also x, y, z. */
export function variableNames(dimension: number): ReadonlyMap<string, number> {
  const short = ['x', 'y', 'z'].slice(0, dimension).map((name, i) => [name, i] as const);
  const long = Array.from({ length: dimension }, (_, i) => [`x${i}`, i] as const);
  return new Map([...long, ...short]);
}

/**
 * Reads a function of `dimension` variables from its expression. The text is only parsed: what it can compute is what
 * stands in the tables above.
 * @throws ArgumentError that names the text and what is wrong with it.
 */
export function expression(argument: string, text: string, dimension: number): ScalarField {
  const names = variableNames(dimension);
  const refuse = (why: string): never => {
    throw new ArgumentError(argument, text, why);
  };
  const tree = parseExpression(argument, text);

  function compile(node: MathNode): ScalarField {
    switch (node.type) {
      case 'ConstantNode': {
        const { value } = node as unknown as { value: unknown };
        if (typeof value === 'boolean') return () => truth(value);
        if (typeof value !== 'number') return refuse(`numbers, not ${JSON.stringify(value)}`);
        return () => value;
      }
      case 'SymbolNode': {
        const { name } = node as unknown as { name: string };
        const place = names.get(name);
        if (place !== undefined) return (x) => x[place]!;
        const constant = constants.get(name);
        if (constant !== undefined) return () => constant;
        return refuse(`variables ${[...names.keys()].join(', ')}; not ${name}`);
      }
      case 'ParenthesisNode':
        return compile((node as unknown as { content: MathNode }).content);
      case 'OperatorNode': {
        const { fn, op, args } = node as unknown as { fn: string; op: string; args: MathNode[] };
        const compute = operators.get(fn) ?? refuse(`${expressionLanguage}; not ${op}`);
        return applied(compute, args.map(compile));
      }
      case 'RelationalNode': {
        const { conditionals, params } = node as unknown as {
          conditionals: string[];
          params: MathNode[];
        };
        const values = params.map(compile);
        const links = conditionals.map((name, i) =>
          applied(operators.get(name)!, [values[i]!, values[i + 1]!]),
        );
        return (x) => truth(links.every((holds) => holds(x) !== 0));
      }
      case 'ConditionalNode': {
        const { condition, trueExpr, falseExpr } = node as unknown as Record<string, MathNode>;
        const [when, then, otherwise] = [condition!, trueExpr!, falseExpr!].map(compile);
        return (x) => (when!(x) !== 0 ? then!(x) : otherwise!(x));
      }
      case 'FunctionNode': {
        const { fn, args } = node as unknown as { fn: { name?: string }; args: MathNode[] };
        const name = fn.name ?? '';
        const known = functions.get(name);
        if (!known) return refuse(`functions ${[...functions.keys()].join(', ')}; not ${name}`);
        if (known.count === 'any' ? args.length === 0 : args.length !== known.count) {
          return refuse(
            `${known.count === 'any' ? 'arguments' : known.count} of ${name}, not ${args.length}`,
          );
        }
        return applied(known.compute, args.map(compile));
      }
      default:
        return refuse(`${expressionLanguage}; not ${String(node)}`);
    }
  }

  return compile(tree);
}

function applied(compute: Numeric, parts: readonly ScalarField[]): ScalarField {
  const [first, second] = parts;
  if (parts.length === 1) return (x) => compute(first!(x));
  if (parts.length === 2) return (x) => compute(first!(x), second!(x));
  return (x) => compute(...parts.map((part) => part(x)));
}
