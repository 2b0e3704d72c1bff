import { evaluateExpression, type ExpressionOperations } from '@nonsmooth/subgradient';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseProgram } from '../src/programs/parse.js';

const numbers: ExpressionOperations<number> = {
  constant: (value) => value,
  binary: {
    add: (u, v) => u + v,
    sub: (u, v) => u - v,
    mul: (u, v) => u * v,
    div: (u, v) => u / v,
    max: Math.max,
    min: Math.min,
  },
  unary: {
    neg: (u) => -u,
    abs: Math.abs,
    relu: (u) => Math.max(u, 0),
    square: (u) => u * u,
    exp: Math.exp,
    sin: Math.sin,
    cos: Math.cos,
    tanh: Math.tanh,
    sqrt: Math.sqrt,
  },
};

const relu = (u: number): number => Math.max(u, 0);

describe('formulas', () => {
  test.each([
    ['relu(x) - relu(-x)', (x: number) => x],
    ['-x^2 + 2*x - 1', (x: number) => -(x * x) + 2 * x - 1],
    [
      'max(x, y, 0.5) / 2 - min(x, -y)',
      (x: number, y: number) => Math.max(x, y, 0.5) / 2 - Math.min(x, -y),
    ],
    ['abs(x - 1) · 3 − relu(y)', (x: number, y: number) => Math.abs(x - 1) * 3 - relu(y)],
    ['2 - 3 - x', (x: number) => 2 - 3 - x],
    ['-2^2 + x', (x: number) => x - 4],
    ['2 / -x^2 * (-y)^2', (x: number, y: number) => (2 / -(x * x)) * y * y],
    ['- -x^3 - -(-y)^2', (x: number, y: number) => x ** 3 + y * y],
    ['x1 + 10*x2', (x: number, y: number) => x + 10 * y],
    [
      'exp(sin(pi*x)) * tanh(cos(x))',
      (x: number) => Math.exp(Math.sin(Math.PI * x)) * Math.tanh(Math.cos(x)),
    ],
  ] as const)('%s is read as mathematics reads it', (text, f) => {
    const { expression } = parseProgram(text);
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        (x, y) => {
          const [found, expected] = [evaluateExpression(expression, [x, y], numbers), f(x, y)];
          if (Number.isFinite(expected)) {
            expect(Math.abs(found - expected)).toBeLessThanOrEqual(
              1e-12 * (1 + Math.abs(expected)),
            );
          }
        },
      ),
    );
  });

  test.each([
    'alert(1)',
    'constructor',
    'x.constructor',
    'x["a"]',
    '(() => 1)()',
    'relu(x)(1)',
    'x; y',
    'x ? 1 : 2',
    '`x`',
    "'x'",
    'x = 1',
    'x^0.5',
    'x^y',
    'relu()',
    'relu(x, y)',
    'max(x)',
    '[x]',
    'this',
    'toString(x)',
    '__proto__',
    '1e999',
    '',
    '(',
  ])('%s is refused', (text) => {
    expect(() => parseProgram(text)).toThrow(Error);
  });

  test('no text does anything but become an expression or an error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          const { dimension } = parseProgram(text);
          expect([1, 2]).toContain(dimension);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});
