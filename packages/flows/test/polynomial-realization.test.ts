import {
  activationSeries,
  evaluatePolynomial,
  polynomialRealization,
  univariate,
  type Polynomial,
} from '@nonsmooth/flows';
import type { ActivationName } from '@nonsmooth/kernels';
import { network, realize } from '@nonsmooth/nets';
import { expect, test } from 'vitest';

const smooth: readonly ActivationName[] = [
  'tanh',
  'logistic',
  'softplus',
  'gelu',
  'swish',
  'mish',
  'elu',
  'softsign',
];

const activate = (name: ActivationName, x: number): number =>
  realize(network([1, 1, 1], { activation: name }), [1, 0, 1, 0], [x]).data[0]!;

test.each(smooth)('the Taylor polynomial of %s at c is σ to its order', (name) => {
  for (const c of name === 'elu' ? [-0.5, -2] : [0.5, -1.25]) {
    for (const order of [3, 6, 11]) {
      const series = activationSeries({ name }, c, order);
      const error = (t: number): number =>
        Math.abs(series.reduceRight((sum, a) => a + t * sum, 0) - activate(name, c + t));
      // halving t divides the error by 2^(order + 1), until rounding
      const t = order === 11 ? 0.3 : 0.1;
      expect(error(t)).toBeLessThan(2 * (t / 0.8) ** (order + 1) + 1e-15);
    }
  }
});

const points = Array.from({ length: 101 }, (_, i) => -1 + i / 50);

function supremum(polynomial: Polynomial, name: ActivationName, h?: number): number {
  const made = polynomialRealization(polynomial, name, h === undefined ? {} : { h });
  const values = realize(made.network, made.theta, points).data;
  return points.reduce(
    (most, x, i) => Math.max(most, Math.abs(values[i]! - evaluatePolynomial(polynomial, [x]))),
    0,
  );
}

test.each(smooth)('x³ − 2x² + x + 5 is the limit of %s networks, with error O(h²)', (name) => {
  const polynomial = univariate([5, 1, -2, 1]);
  const slope = Math.log2(supremum(polynomial, name, 0.04) / supremum(polynomial, name, 0.02));
  expect(slope).toBeGreaterThan(1.8);
  expect(slope).toBeLessThan(2.2);
});

test.each([
  [2, 1e-8],
  [4, 6e-6],
  [10, 6e-2],
])('tanh networks at c = ½ reach xᵖ, p = %s, to about %s', (p, error) => {
  const reached = supremum(univariate([...new Array<number>(p).fill(0), 1]), 'tanh');
  expect(reached).toBeLessThan(20 * error);
  expect(reached).toBeGreaterThan(error / 100);
});

test('parameters go to infinity as h → 0', () => {
  const norm = (h: number): number => {
    const { theta } = polynomialRealization(univariate([0, 0, 1]), 'tanh', { h });
    return Math.sqrt(theta.reduce((s, x) => s + x * x, 0));
  };
  expect(norm(0.01) / norm(0.1)).toBeGreaterThan(90);
});

test('polynomials in several variables are differences of ridge functions', () => {
  const polynomial: Polynomial = [
    { coefficient: 2, exponents: [0, 0] },
    { coefficient: -4, exponents: [2, 1] },
    { coefficient: 1.5, exponents: [1, 1] },
    { coefficient: 1, exponents: [0, 3] },
  ];
  const made = polynomialRealization(polynomial, 'gelu');
  // the nodes (0, ±½) belong to both monomials of degree 3
  expect(made.network.widths).toEqual([2, 6 + 4 + 4 - 2, 1]);
  for (const x of [
    [0.3, -0.7],
    [-1, 1],
    [0.9, 0.2],
  ]) {
    const value = realize(made.network, made.theta, [x]).data[0]!;
    expect(Math.abs(value - evaluatePolynomial(polynomial, x))).toBeLessThan(2e-4);
  }
});

test('what cannot be realized is refused with the reason', () => {
  expect(() => polynomialRealization(univariate([0, 0, 1]), 'relu')).toThrow(/activation = "relu"/);
  expect(() => polynomialRealization(univariate([0, 0, 1]), 'tanh', { centre: 0 })).toThrow(
    /centre = 0; allowed: where derivative 2 of tanh is not 0/,
  );
  expect(() => polynomialRealization(univariate([0, 0, 1]), 'elu', { centre: 1 })).toThrow(/elu/);
  expect(() => polynomialRealization(univariate([1]), 'tanh')).toThrow(/degree 1 or more/);
  expect(() => polynomialRealization(univariate([0, 1]), 'tanh', { h: 0 })).toThrow(/h = 0/);
  expect(() => polynomialRealization(univariate([0, 0, 1]), 'tanh', { h: 1e-200 })).toThrow(
    /h = 1e-200; allowed: a width with which no weight of degree 2 overflows/,
  );
  expect(() => polynomialRealization(univariate([0, 1]), 'sine' as 'tanh')).toThrow(/"sine"/);
  const x200 = [{ coefficient: 1, exponents: [200] }];
  expect(() => polynomialRealization(x200, 'tanh')).toThrow('order = 200; allowed: an integer');
  expect(() => polynomialRealization([0, 0, 1] as never, 'tanh')).toThrow(/polynomial = /);
  expect(() => polynomialRealization(undefined as never, 'tanh')).toThrow(/polynomial = undefined/);
  expect(() => evaluatePolynomial([{ coefficient: 1, exponents: [1, 1] }], [1])).toThrow(
    'x.length = 1; allowed: 2, the number of variables',
  );
  for (const order of [-1, 1.5, NaN]) {
    expect(() => activationSeries({ name: 'tanh' }, 0.5, order)).toThrow(`order = ${order}`);
  }
});
