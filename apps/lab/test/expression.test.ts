import { ArgumentError } from '@nonsmooth/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fieldOf } from '../src/data/arithmetic.js';
import { readExpression } from '../src/data/expression.js';

const expression = (argument: string, text: string, dimension: number) =>
  fieldOf(readExpression(argument, text, dimension));

const number = fc.double({ min: -3, max: 3, noNaN: true });

/** Texts beside what they mean. */
const meanings: readonly (readonly [string, (x: number, y: number) => number])[] = [
  ['-x^2 + 3 y', (x, y) => -(x ** 2) + 3 * y],
  ['x^2^0.5', (x) => x ** (2 ** 0.5)],
  ['sin(2 pi x0) * exp(-abs(x1))', (x, y) => Math.sin(2 * Math.PI * x) * Math.exp(-Math.abs(y))],
  ['max(x, y, 0) - min(x, 1)', (x, y) => Math.max(x, y, 0) - Math.min(x, 1)],
  ['x < y ? 1 : -1', (x, y) => (x < y ? 1 : -1)],
  ['-1 < x <= y', (x, y) => (-1 < x && x <= y ? 1 : 0)],
  ['x > 0 and not (y > 0) or x == y', (x, y) => ((x > 0 && !(y > 0)) || x === y ? 1 : 0)],
  ['hypot(x, y) / (1 + e)', (x, y) => Math.hypot(x, y) / (1 + Math.E)],
  ['relu(x) - logistic(y)', (x, y) => Math.max(x, 0) - 1 / (1 + Math.exp(-y))],
  ['max(x) + hypot(y)', (x, y) => x + Math.abs(y)],
  ['x % 0.7', (x) => x - 0.7 * Math.floor(x / 0.7)],
  ['1e-3 x - +y', (x, y) => 1e-3 * x - y],
];

test.each(meanings)('%s is computed as it reads', (text, meaning) => {
  const field = expression('target.of', text, 2);
  fc.assert(
    fc.property(number, number, (x, y) => {
      const [got, right] = [field([x, y]), meaning(x, y)];
      if (Number.isNaN(right)) expect(got).toBeNaN();
      else expect(Math.abs(got - right)).toBeLessThanOrEqual(1e-14 * (1 + Math.abs(right)));
    }),
  );
});

test.each([
  ['x +', 'an expression (Unexpected end of expression'],
  ['w', 'variables x0, x1, x, y; not w'],
  ['x2', 'variables x0, x1, x, y; not x2'],
  ['z', 'not z'],
  ['sinn(x)', 'functions abs, sign'],
  ['sin(x, y)', '1 of sin, not 2'],
  ['max()', 'arguments of max, not 0'],
  ['"text"', 'numbers, not "text"'],
  ['x[1]', 'not x[1]'],
  ['f(x) = x', 'not f(x) = x'],
  ['x = 3', 'not x = 3'],
  ['x.constructor', 'not x.constructor'],
  ['constructor(x)', 'not constructor'],
  ['toString', 'not toString'],
  ['cos.constructor("return 1")()', 'an expression (Value expected'],
  ['import("fs")', 'not import'],
  ['[x, y]', 'not [x, y]'],
  ['x; y', 'not x;'],
  ['3!', 'not !'],
])('%s is refused: %s', (text, why) => {
  const read = (): unknown => expression('target.of', text, 2);
  expect(read).toThrow(ArgumentError);
  expect(read).toThrow(why);
});
