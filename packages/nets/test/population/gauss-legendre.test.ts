import { expect, test } from 'vitest';
import { gaussLegendre } from '../../src/population/gauss-legendre.js';
import { evaluatePolynomial, minimizer } from '../../src/population/piecewise-polynomial.js';

test('the rule with n nodes integrates xᵏ, k ≤ 2n − 1, exactly up to rounding and x²ⁿ not', () => {
  for (let n = 1; n <= 30; n++) {
    const { nodes, weights } = gaussLegendre(n);
    const integral = (k: number): number =>
      nodes.reduce((sum, x, i) => sum + weights[i]! * x ** k, 0);
    for (let k = 0; k < 2 * n; k++) {
      const expected = k % 2 === 0 ? 2 / (k + 1) : 0;
      expect(Math.abs(integral(k) - expected)).toBeLessThan(1e-14);
    }
    // The error at k = 2n is 2²ⁿ⁺¹(n!)⁴/((2n + 1)((2n)!)²) ~ 2π·4⁻ⁿ: visible for small n.
    if (n <= 15) expect(2 / (2 * n + 1) - integral(2 * n)).toBeGreaterThan(1e-9 * 4 ** -(n - 15));
  }
});

test('nodes of the rules with 2 and 3 nodes are ±1/√3, 0 and ±√(3/5)', () => {
  expect([...gaussLegendre(1).nodes]).toEqual([0]);
  expect(Math.abs(gaussLegendre(2).nodes[1]! - 1 / Math.sqrt(3))).toBeLessThan(2e-16);
  const { nodes, weights } = gaussLegendre(3);
  expect(nodes[1]).toBe(0);
  expect(Math.abs(nodes[2]! - Math.sqrt(3 / 5))).toBeLessThan(2e-16);
  expect(Math.abs(weights[1]! - 8 / 9)).toBeLessThan(4e-16);
});

test('the minimizer of a polynomial on an interval is an end or a zero of the derivative', () => {
  expect(minimizer([0, 1], -1, 2)).toBe(-1);
  expect(minimizer([0, -1], -1, 2)).toBe(2);
  expect(minimizer([1, -2, 1], -3, 2)).toBeCloseTo(1, 12);
  expect(minimizer([4], 0, 1)).toBe(0);
  // x⁴ − x² + x/10: two minima, the left one lower.
  const quartic = [0, 0.1, -1, 0, 1];
  const least = minimizer(quartic, -2, 2);
  expect(least).toBeLessThan(-0.7);
  for (let x = -2; x <= 2; x += 1 / 64) {
    expect(evaluatePolynomial(quartic, x)).toBeGreaterThanOrEqual(
      evaluatePolynomial(quartic, least),
    );
  }
});
