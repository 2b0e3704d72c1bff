import { ArgumentError } from '@nonsmooth/core';
import type { Expression } from '@nonsmooth/subgradient';
import type { MathNode } from 'mathjs';
import { parseExpression, variableNames } from './expression.js';

/** Operators and functions with their names in programs. */
const operations: Readonly<Record<string, string>> = {
  add: 'add',
  subtract: 'sub',
  multiply: 'mul',
  divide: 'div',
  unaryMinus: 'neg',
  max: 'max',
  min: 'min',
  ...Object.fromEntries(
    ['abs', 'relu', 'square', 'exp', 'sin', 'cos', 'tanh', 'sqrt'].map((name) => [name, name]),
  ),
};

/** What a formula may contain, in words. */
export const formulaLanguage = `x, y, z or x0, x1, …, numbers, + - * / ^ with integers from 1 to 64, ${Object.values(operations).slice(5).join(', ')}`;

/**
 * Reads a formula of `dimension` variables as a program that can be differentiated and certified: its kinks are those of
 * abs, relu, max and min.
 * @throws ArgumentError that names the formula and what is wrong with it.
 */
export function formula(argument: string, text: string, dimension: number): Expression {
  const names = variableNames(dimension);
  const refuse = (why: string): never => {
    throw new ArgumentError(argument, text, why);
  };

  function read(node: MathNode): Expression {
    switch (node.type) {
      case 'ConstantNode': {
        const { value } = node as unknown as { value: unknown };
        return typeof value === 'number' ? ['c', value] : refuse(formulaLanguage);
      }
      case 'SymbolNode': {
        const { name } = node as unknown as { name: string };
        const place = names.get(name);
        if (place !== undefined) return ['x', place];
        return refuse(`variables ${[...names.keys()].join(', ')}; not ${name}`);
      }
      case 'ParenthesisNode':
        return read((node as unknown as { content: MathNode }).content);
      case 'OperatorNode':
      case 'FunctionNode': {
        const { fn, args } = node as unknown as { fn: string | { name: string }; args: MathNode[] };
        const name = typeof fn === 'string' ? fn : fn.name;
        if (name === 'pow') return power(args);
        if (name === 'unaryPlus') return read(args[0]!);
        const operation = Object.hasOwn(operations, name) ? operations[name]! : undefined;
        if (operation === undefined) return refuse(`${formulaLanguage}; not ${name}`);
        return [operation, ...args.map(read)];
      }
      default:
        return refuse(formulaLanguage);
    }
  }

  function power([base, exponent]: readonly MathNode[]): Expression {
    const { value } = exponent as unknown as { value?: unknown };
    if (!(typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 64)) {
      return refuse(`${formulaLanguage}; not ^ ${String(exponent)}`);
    }
    const one = read(base!);
    if (value === 2) return ['square', one];
    return value === 1 ? one : ['mul', ...Array.from({ length: value }, () => one)];
  }

  return read(parseExpression(argument, text));
}
