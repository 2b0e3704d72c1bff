import fc from 'fast-check';
import { evaluateExpression, type Expression } from '@nonsmooth/subgradient';
import { expect, test } from 'vitest';
import { expression } from '../src/data/expression.js';
import { formula } from '../src/data/formula.js';
import { numbersIn, positiveIn } from '../src/commands/numbers.js';

const numbers = {
  constant: (value: number) => value,
  binary: {
    add: (u: number, v: number) => u + v,
    sub: (u: number, v: number) => u - v,
    mul: (u: number, v: number) => u * v,
    div: (u: number, v: number) => u / v,
    max: Math.max,
    min: Math.min,
  },
  unary: {
    neg: (u: number) => -u,
    abs: Math.abs,
    relu: (u: number) => Math.max(u, 0),
    square: (u: number) => u * u,
    exp: Math.exp,
    sin: Math.sin,
    cos: Math.cos,
    tanh: Math.tanh,
    sqrt: Math.sqrt,
  },
};
const value = (program: Expression, x: readonly number[]): number =>
  evaluateExpression(program, x, numbers);

test('a formula as a program has the values of the same text as an expression of numbers', () => {
  const { formulas } = fc.letrec<{ formulas: string }>((tie) => ({
    formulas: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('x', 'y', 'x0', 'x1', '0.5', '3'),
      fc
        .tuple(fc.constantFrom('+', '-', '*', '/'), tie('formulas'), tie('formulas'))
        .map(([op, u, v]) => `(${u} ${op} ${v})`),
      fc
        .tuple(fc.constantFrom('abs', 'relu', 'sin', 'tanh', '-'), tie('formulas'))
        .map(([name, u]) => `${name}(${u})`),
      fc
        .tuple(fc.constantFrom('max', 'min'), tie('formulas'), tie('formulas'), tie('formulas'))
        .map(([name, ...args]) => `${name}(${args.join(', ')})`),
      fc.tuple(tie('formulas'), fc.constantFrom('^1', '^2')).map(([u, p]) => `(${u})${p}`),
    ),
  }));
  const coordinate = fc.double({ min: -3, max: 3, noNaN: true });
  fc.assert(
    fc.property(formulas, coordinate, coordinate, (text, x, y) => {
      expect(value(formula('<formula>', text, 2), [x, y])).toBe(
        expression('<formula>', text, 2)([x, y]),
      );
    }),
  );
});

test.each([
  ['x^3', [2], 8],
  ['+x', [2], 2],
  ['-x^2', [3], -9],
  ['max(x, y, z)', [1, 5, 3], 5],
])('%s at %j is %d', (text, point, wanted) => {
  expect(value(formula('f', text, point.length), point)).toBe(wanted);
});

test.each([
  ['log(x)', /not log/],
  ['x^0.5', /not \^ 0\.5/],
  ['x^y', /not \^ y/],
  ['x^65', /not \^ 65/],
  ['w + 1', /variables x0, x; not w/],
  ['x +', /an expression/],
  ['x = 2', /\+ - \*/],
  ['constructor(x)', /not constructor/],
])('%s is refused', (text, message) => {
  expect(() => formula('f', text, 1)).toThrow(message);
});

test('points on the command line are numbers between commas', () => {
  expect(numbersIn('--at', '1,-0.5, 2e3')).toEqual([1, -0.5, 2000]);
  for (const text of ['', '1,', 'a', '1,∞', 'Infinity']) {
    expect(() => numbersIn('--at', text)).toThrow(/--at/);
  }
  expect(() => numbersIn('--at', '1,2', 3)).toThrow(/3 numbers/);
  expect(positiveIn('--until', '1e3')).toBe(1000);
  for (const text of ['', '0', '-1', 'x', 'Infinity']) {
    expect(() => positiveIn('--until', text)).toThrow(/> 0/);
  }
});
