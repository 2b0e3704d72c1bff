import { erfc } from '@nonsmooth/kernels';
import { foldIn, key, normal, uniform } from '@nonsmooth/tensor';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { basketPrices, discountedPayoffs } from '../src/data/kolmogorov/black-scholes.js';
import { heatSamples, heatSolution, squaredNorm } from '../src/data/kolmogorov/heat.js';
import type { Matrix } from '../src/data/matrix.js';

const phi = (x: number): number => erfc(-x / Math.SQRT2) / 2;
const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const rowOf = (...values: number[]): Matrix => ({
  rows: 1,
  columns: values.length,
  data: Float64Array.from(values),
});
const repeated = (values: readonly number[], rows: number): Matrix => ({
  rows,
  columns: values.length,
  data: Float64Array.from({ length: rows * values.length }, (_, i) => values[i % values.length]!),
});
const momentsOf = (values: Float64Array): { mean: number; error: number } => {
  const mean = values.reduce((sum, y) => sum + y / values.length, 0);
  const variance = values.reduce((sum, y) => sum + (y - mean) ** 2 / values.length, 0);
  return { mean, error: Math.sqrt(variance / values.length) };
};

test('the price of a call on one asset is that of Black and Scholes', () => {
  const call = fc.record({
    time: between(0.05, 3),
    rate: between(0, 0.1),
    carry: between(-0.05, 0.1),
    strike: between(50, 150),
    volatility: between(-7, 1).map(Math.exp),
  });
  fc.assert(
    fc.property(call, between(50, 150), ({ volatility, ...rest }, x) => {
      const { time, rate, carry, strike } = rest;
      const deviation = volatility * Math.sqrt(time);
      const d = (Math.log(x / strike) + (rate - carry) * time) / deviation + deviation / 2;
      const exact =
        x * Math.exp(-carry * time) * phi(d) - strike * Math.exp(-rate * time) * phi(d - deviation);
      const [price] = basketPrices({ ...rest, volatilities: [volatility] }, rowOf(x)).data;
      expect(Math.abs(price! - exact)).toBeLessThan(1e-10 * (1 + exact));
    }),
  );
});

test('the price of a basket is the mean of its payoffs, to four standard errors', () => {
  const call = {
    time: 1,
    rate: 0.05,
    carry: 0.1,
    strike: 100,
    volatilities: Array.from({ length: 10 }, (_, i) => 0.1 + (0.4 * i) / 9),
  };
  for (let k = 0; k < 3; k++) {
    const x = Array.from(uniform(foldIn(key(4), k), [10], { low: 90, high: 110 }).data);
    const { mean, error } = momentsOf(
      discountedPayoffs(call, repeated(x, 40_000), foldIn(key(5), k)).data,
    );
    const [price] = basketPrices(call, rowOf(...x)).data;
    expect(Math.abs(price! - mean)).toBeLessThan(4 * error);
  }
});

test('a call on two equal assets without volatility is worth its discounted gain', () => {
  const call = { time: 2, rate: 0.1, carry: 0, strike: 100, volatilities: [1e-6, 1e-6] };
  const [price, nothing] = basketPrices(call, {
    rows: 2,
    columns: 2,
    data: Float64Array.of(120, 120, 50, 60),
  }).data;
  expect(price).toBeCloseTo(120 - 100 * Math.exp(-0.2), 3);
  expect(nothing).toBe(0);
});

test('the heat equation from ‖x‖² is solved by ‖x‖² + 2ρTd', () => {
  const inputs = { rows: 5, columns: 4, data: Float64Array.from(normal(key(1), [20]).data) };
  const solution = heatSolution({ time: 0.7, diffusivity: 1.3, initial: squaredNorm(4) }, inputs);
  for (let i = 0; i < 5; i++) {
    const norm = inputs.data.subarray(4 * i, 4 * i + 4).reduce((sum, x) => sum + x * x, 0);
    expect(solution.data[i]).toBeCloseTo(norm + 2 * 1.3 * 0.7 * 4, 12);
  }
});

test('the solution of the heat equation is the mean of its samples, for polynomials', () => {
  const initial = [
    { coefficient: 2, exponents: [4, 0] },
    { coefficient: -1, exponents: [2, 3] },
    { coefficient: 3, exponents: [0, 1] },
    { coefficient: 1, exponents: [0, 0] },
  ];
  const equation = { time: 0.2, diffusivity: 0.5, initial };
  const [x, y] = [0.3, -0.8];
  const { mean, error } = momentsOf(heatSamples(equation, repeated([x, y], 60_000), key(2)).data);
  const [solution] = heatSolution(equation, rowOf(x, y)).data;
  expect(Math.abs(solution! - mean)).toBeLessThan(4 * error);
});
