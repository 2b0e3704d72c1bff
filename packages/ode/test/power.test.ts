import { expect, test } from 'vitest';
import { exponential, logarithm, power } from '../src/power.js';

test('powers agree with Math.pow to some 1e−15, and with exact cases', () => {
  for (const p of [1 / 2, 1 / 5, 1 / 8, 0.7 / 5, -0.4 / 6]) {
    for (let x = 1e-12; x < 1e12; x *= 1.37) {
      expect(Math.abs(power(x, p) / x ** p - 1)).toBeLessThan(1e-14);
    }
  }
  expect(power(1, 0.3)).toBe(1);
  expect(power(4, 0.5)).toBeCloseTo(2, 14);
});

test('exponential and logarithm are inverse and agree with the library', () => {
  for (let x = -700; x < 700; x += 7.3) {
    expect(Math.abs(exponential(x) / Math.exp(x) - 1)).toBeLessThan(1e-13);
    expect(Math.abs(logarithm(exponential(x)) - x)).toBeLessThan(1e-13 * Math.max(1, Math.abs(x)));
  }
  expect(exponential(-800)).toBe(0);
  expect(exponential(800)).toBe(Infinity);
});
