import { ArgumentError } from '@nonsmooth/core';
import type { MathNode } from 'mathjs';
import { createRequire } from 'node:module';
import { compute } from './arithmetic.js';
import { functionNames, operatorNames, type Term } from './term.js';

const constants: ReadonlyMap<string, number> = new Map([
  ['pi', Math.PI],
  ['tau', 2 * Math.PI],
  ['e', Math.E],
]);

let parser: ((text: string) => MathNode) | undefined;

/** The parser is large: it is loaded when the first expression is read. @throws ArgumentError for texts that are none. */
function parse(argument: string, text: string): MathNode {
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
export const expressionLanguage: string = `+ - * / ^ %, comparisons, and, or, not, a ? b : c, pi, tau, e, ${[...functionNames.keys()].join(', ')}`;

/** The variables of an expression: x0, x1, …, the first three also x, y, z. */
export function variableNames(dimension: number): ReadonlyMap<string, number> {
  const short = ['x', 'y', 'z'].slice(0, dimension).map((name, i) => [name, i] as const);
  const long = Array.from({ length: dimension }, (_, i) => [`x${i}`, i] as const);
  return new Map([...long, ...short]);
}

/**
 * Reads an expression of `dimension` variables, in the language of studies and of the command line. The text is only
 * parsed: what it can compute is what the operations of terms are.
 * @throws ArgumentError that names the text and what is wrong with it.
 */
export function readExpression(argument: string, text: string, dimension: number): Term {
  const names = variableNames(dimension);
  const refuse = (why: string): never => {
    throw new ArgumentError(argument, text, why);
  };

  function read(node: MathNode): Term {
    switch (node.type) {
      case 'ConstantNode': {
        const { value } = node as unknown as { value: unknown };
        if (typeof value === 'boolean') return ['c', value ? 1 : 0];
        return typeof value === 'number'
          ? ['c', value]
          : refuse(`numbers, not ${JSON.stringify(value)}`);
      }
      case 'SymbolNode': {
        const { name } = node as unknown as { name: string };
        const place = names.get(name);
        if (place !== undefined) return ['x', place];
        const constant = constants.get(name);
        if (constant !== undefined) return ['c', constant];
        return refuse(`variables ${[...names.keys()].join(', ')}; not ${name}`);
      }
      case 'ParenthesisNode':
        return read((node as unknown as { content: MathNode }).content);
      case 'OperatorNode': {
        const { fn, op, args } = node as unknown as { fn: string; op: string; args: MathNode[] };
        const name = operatorNames.get(fn) ?? refuse(`${expressionLanguage}; not ${op}`);
        return folded([name, ...args.map(read)]);
      }
      case 'RelationalNode': {
        const { conditionals, params } = node as unknown as {
          conditionals: string[];
          params: MathNode[];
        };
        const values = params.map(read);
        return conditionals
          .map((name, i) => folded([operatorNames.get(name)!, values[i]!, values[i + 1]!]))
          .reduce((all, one) => folded(['and', all, one]));
      }
      case 'ConditionalNode': {
        const { condition, trueExpr, falseExpr } = node as unknown as Record<string, MathNode>;
        return folded(['if', read(condition!), read(trueExpr!), read(falseExpr!)]);
      }
      case 'FunctionNode': {
        const { fn, args } = node as unknown as { fn: { name?: string }; args: MathNode[] };
        const name = fn.name ?? '';
        const count = functionNames.get(name);
        if (count === undefined) {
          return refuse(`functions ${[...functionNames.keys()].join(', ')}; not ${name}`);
        }
        if (count === 'any' ? args.length === 0 : args.length !== count) {
          return refuse(`${count === 'any' ? 'arguments' : count} of ${name}, not ${args.length}`);
        }
        return folded([name, ...args.map(read)]);
      }
      default:
        return refuse(`${expressionLanguage}; not ${String(node)}`);
    }
  }

  return read(parse(argument, text));
}

/** What is made of constants alone is one. */
function folded(term: readonly [string, ...Term[]]): Term {
  const [op, ...args] = term;
  const numbers = args.map(([kind, value]) => (kind === 'c' ? (value as number) : undefined));
  if (numbers.includes(undefined)) return term;
  return ['c', compute(op, numbers as number[])];
}
