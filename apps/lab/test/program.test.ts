import { evaluate, objective } from '@nonsmooth/autodiff';
import { certify } from '@nonsmooth/subgradient';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numbersIn, positiveIn } from '../src/commands/numbers.js';
import { fieldOf } from '../src/data/arithmetic.js';
import { readExpression } from '../src/data/expression.js';
import { programFrom } from '../src/data/program.js';

const value = (text: string, x: readonly number[]): number =>
  evaluate(programFrom('f', text, x.length), [Float64Array.from(x)])[0]!.data[0]!;

const smooth =
  'exp log log1p log2 log10 sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh';
const others = 'atanh erf erfc logistic softplus square expm1 abs relu sign hypot max min';

test('an expression as a program has the values of the same text computed by numbers', () => {
  const { texts } = fc.letrec<{ texts: string }>((tie) => ({
    texts: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('x', 'y', 'x0', 'x1', '0.5', '3', 'pi'),
      fc
        .tuple(
          fc.constantFrom('+', '-', '*', '/', '<', '>=', '==', 'and', 'or'),
          tie('texts'),
          tie('texts'),
        )
        .map(([op, u, v]) => `(${u} ${op} ${v})`),
      fc
        .tuple(fc.constantFrom(...`${smooth} ${others} - not`.split(' ')), tie('texts'))
        .map(([name, u]) => `${name}(${u})`),
      fc
        .tuple(fc.constantFrom('max', 'min', 'hypot'), tie('texts'), tie('texts'), tie('texts'))
        .map(([name, ...args]) => `${name}(${args.join(', ')})`),
      fc.tuple(tie('texts'), tie('texts'), tie('texts')).map(([c, u, v]) => `(${c} ? ${u} : ${v})`),
      fc
        .tuple(tie('texts'), fc.constantFrom('^1', '^2', '^3', '^(-1)', '^0.5'))
        .map(([u, p]) => `(${u})${p}`),
    ),
  }));
  const coordinate = fc.double({ min: -3, max: 3, noNaN: true });
  fc.assert(
    fc.property(texts, coordinate, coordinate, (text, x, y) => {
      const right = fieldOf(readExpression('f', text, 2))([x, y]);
      const got = value(text, [x, y]);
      // overflow, poles and jumps enlarge what rounding differs by
      fc.pre(Number.isFinite(right) && Number.isFinite(got) && Math.abs(right) < 1e6);
      const near = fieldOf(readExpression('f', text, 2))([x * (1 + 1e-12), y * (1 + 1e-12)]);
      expect(Math.abs(got - right)).toBeLessThanOrEqual(
        1e-9 * (1 + Math.abs(right)) + 1e3 * Math.abs(near - right),
      );
    }),
  );
});

test.each([
  ['x^3', [2], 8],
  ['+x', [2], 2],
  ['-x^2', [3], -9],
  ['max(x, y, z)', [1, 5, 3], 5],
  ['2 pi x', [0.5], Math.PI],
  ['x^0.5', [4], 2],
  ['x^y', [2, 3], 8],
  ['x > 0 ? x : -2x', [-3], 6],
  ['-1 < x < 1', [0], 1],
  ['floor(2.5) * x', [3], 6],
])('%s at %j is %d', (text, point, wanted) => {
  expect(value(text, point)).toBeCloseTo(wanted, 13);
});

test.each([
  ['log(1 + x^2)', [1], [1]],
  ['softplus(x) - logistic(x) * y', [0, 2], [0.5 - 0.25 * 2, -0.5]],
  ['relu(x)^3 + 2^x', [1], [3 + 2 * Math.LN2]],
  ['hypot(x, y)', [3, 4], [0.6, 0.8]],
])('the gradient of %s at %j', (text, point, wanted) => {
  const gradient = new Float64Array(point.length);
  objective(programFrom('f', text, point.length), point.length).gradient(
    Float64Array.from(point),
    gradient,
  );
  gradient.forEach((slope, i) => expect(slope).toBeCloseTo(wanted[i]!, 13));
});

test.each([
  ['relu(x) - relu(-x)', [0], 'out'],
  ['log(1 + abs(x))', [0], 'in'],
  ['x > 0 ? x : 0', [1], 'in'],
  ['softplus(x) + abs(y)', [0, 0], 'in'],
])('backward mode of %s at %j is %s of Clarke’s subdifferential', (text, point, wanted) => {
  expect(certify(programFrom('f', text, point.length), point).memberships.clarke).toBe(wanted);
});

test.each([
  ['floor(x)', /functions with derivatives, not floor/],
  ['x % 2', /not %/],
  ['atan2(x, 1)', /not atan2/],
  ['w + 1', /variables x0, x; not w/],
  ['x +', /an expression/],
  ['x = 2', /\+ - \*/],
  ['constructor(x)', /not constructor/],
])('%s is refused', (text, message) => {
  expect(() => programFrom('f', text, 1)).toThrow(message);
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
