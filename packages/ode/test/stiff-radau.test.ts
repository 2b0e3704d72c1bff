import { radauIIA5, solve, type InitialValueProblem } from '@nonsmooth/ode';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { complexLuFactorization } from '../src/linear/complex-lu.js';
import * as coefficients from '../src/stiff/radau-coefficients.js';
import { fixedStepError } from './observed-order.js';
import { elementaryWeight, rootedTrees } from './rooted-trees.js';
import { errorAtEnd, robertson, tanhNetwork, vanDerPol } from './stiff-problems.js';

const { a, c, t, inverseOfT, inverseOfA, alpha, beta, mu } = coefficients;
const method = radauIIA5;

const product = (
  p: readonly (readonly number[])[],
  q: readonly (readonly number[])[],
): number[][] =>
  p.map((row) => q[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * q[k]![j]!, 0)));

test('the tableau satisfies every order condition up to 5, and not all of order 6', () => {
  const violation = (order: number): number =>
    Math.max(
      ...rootedTrees(order).map((tree) => {
        const { value, density } = elementaryWeight(tree, a[2], a);
        return Math.abs(value - 1 / density);
      }),
    );
  for (let order = 1; order <= 5; order++) expect(violation(order)).toBeLessThan(1e-14);
  expect(violation(6)).toBeGreaterThan(1e-4);
  a.forEach((row, i) => expect(row[0] + row[1] + row[2]).toBeCloseTo(c[i]!, 14));
});

test('the transformation makes A⁻¹ block diagonal', () => {
  product(inverseOfT, product(inverseOfA, t)).forEach((row, i) => {
    const expected = [
      [mu, 0, 0],
      [0, alpha, beta],
      [0, -beta, alpha],
    ][i]!;
    row.forEach((value, j) => expect(value).toBeCloseTo(expected[j]!, 12));
  });
});

test('the collocation polynomials are 1 at their own node and 0 at the others', () => {
  coefficients.collocation.forEach((row, i) => {
    c.forEach((node, j) => {
      const value = node * (row[0] + node * (row[1] + node * row[2]));
      expect(value).toBeCloseTo(i === j ? 1 : 0, 13);
    });
  });
});

test('complex systems are solved: A·x = b', () => {
  const entries = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), entries, (n, list) => {
      const re = Float64Array.from(list.slice(0, n * n));
      const im = Float64Array.from(list.slice(16, 16 + n * n));
      for (let i = 0; i < n; i++) im[i * (n + 1)]! += 40;
      const [x, y] = [new Float64Array(n), new Float64Array(n)];
      for (let i = 0; i < n; i++) [x[i], y[i]] = [i + 1, 2 - i];
      const [p, q] = [new Float64Array(n), new Float64Array(n)];
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          p[i]! += re[i * n + j]! * x[j]! - im[i * n + j]! * y[j]!;
          q[i]! += re[i * n + j]! * y[j]! + im[i * n + j]! * x[j]!;
        }
      }
      const factorization = complexLuFactorization(n);
      expect(factorization.factorize(re, im)).toBe(true);
      factorization.solve(p, q);
      for (let i = 0; i < n; i++) {
        expect(p[i]).toBeCloseTo(x[i]!, 12);
        expect(q[i]).toBeCloseTo(y[i]!, 12);
      }
    }),
    { seed: 5, numRuns: 100 },
  );
  expect(complexLuFactorization(1).factorize(Float64Array.of(0), Float64Array.of(0))).toBe(false);
});

test('the observed orders are 5, and 3 within the step', () => {
  const coarse = fixedStepError(method, 32);
  const fine = fixedStepError(method, 64);
  expect(Math.log2(coarse.end / fine.end)).toBeGreaterThan(4.8);
  expect(Math.log2(coarse.end / fine.end)).toBeLessThan(5.3);
  expect(Math.log2(coarse.between / fine.between)).toBeGreaterThan(3.8);
});

test.each([1e-4, 1e-6, 1e-8])('solves the stiff problems at tolerance %f', (rtol) => {
  const chemistry = solve(robertson, { method, rtol, atol: 1e-6 * rtol });
  expect(errorAtEnd(chemistry, robertson.reference, true)).toBeLessThan(rtol);
  const oscillator = solve(vanDerPol, { method, rtol, atol: 1e-3 * rtol });
  expect(errorAtEnd(oscillator, vanDerPol.reference)).toBeLessThan(rtol);
});

test('one long step damps a stiff component as the rational function of the method says', () => {
  // R(z) = (1 + 2z/5 + z²/20)/(1 − 3z/5 + 3z²/20 − z³/60)
  for (const z of [-1, -20, -1e6]) {
    const problem: InitialValueProblem = {
      rhs: (_t, [x], out) => void (out[0] = z * x!),
      jacobian: (_t, _y, out) => void (out[0] = z),
      y0: [1],
      t0: 0,
      t1: 1,
    };
    const { y } = solve(problem, { method, fixedStep: 1, rtol: 1e-12, atol: 1e-12 });
    const expected =
      (1 + (2 * z) / 5 + (z * z) / 20) / (1 - (3 * z) / 5 + (3 * z * z) / 20 - z ** 3 / 60);
    expect(Math.abs(y.at(-1)![0]! - expected)).toBeLessThan(1e-13);
  }
});

test('the tanh network to t = 100 costs at most a fifth of Dormand–Prince at error 1e-7', () => {
  const solution = solve(tanhNetwork, { method, rtol: 1e-6, atol: 1e-6 });
  expect(errorAtEnd(solution, tanhNetwork.reference)).toBeLessThan(1e-7);
  const { rhs, jacobians } = solution.statistics;
  expect(rhs + 9 * jacobians).toBeLessThan(840);
});
