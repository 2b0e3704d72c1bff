import {
  kennedyCarpenter43,
  solve,
  type DiagonallyImplicitMethod,
  type InitialValueProblem,
} from '@nonsmooth/ode';
import { describe, expect, test } from 'vitest';
import { fixedStepError } from './observed-order.js';
import { elementaryWeight, rootedTrees } from './rooted-trees.js';
import { errorAtEnd, tanhNetwork } from './stiff-problems.js';

const methods: readonly DiagonallyImplicitMethod[] = [kennedyCarpenter43];

describe.each(methods)('$name', (method) => {
  const { stages, c, e, gamma } = method;
  const a = method.a.map((row) => Array.from({ length: stages }, (_, j) => row[j] ?? 0));
  const b = a.at(-1)!;
  const violation = (weights: readonly number[], order: number): number =>
    Math.max(
      ...rootedTrees(order).map((tree) => {
        const { value, density } = elementaryWeight(tree, weights, a);
        return Math.abs(value - 1 / density);
      }),
    );

  test('every stage is consistent to second order, all but the first with the same diagonal', () => {
    a.forEach((row, i) => {
      expect(row.reduce((sum, x) => sum + x, 0)).toBeCloseTo(c[i]!, 14);
      expect(row.reduce((sum, x, j) => sum + x * c[j]!, 0)).toBeCloseTo(c[i]! ** 2 / 2, 14);
      expect(row[i]).toBe(i === 0 ? 0 : gamma);
    });
  });

  test('satisfies every order condition up to its order, and not all of the next', () => {
    for (let order = 1; order <= method.order; order++) {
      expect(violation(b, order)).toBeLessThan(1e-14);
    }
    expect(violation(b, method.order + 1)).toBeGreaterThan(1e-4);
  });

  test('the embedded solution satisfies every order condition up to its order, and not all of the next', () => {
    const embedded = b.map((weight, i) => weight - e[i]!);
    for (let order = 1; order <= method.embeddedOrder; order++) {
      expect(violation(embedded, order)).toBeLessThan(1e-14);
    }
    expect(violation(embedded, method.embeddedOrder + 1)).toBeGreaterThan(1e-4);
  });

  test('the observed orders are as stated', () => {
    const coarse = fixedStepError(method, 64);
    const fine = fixedStepError(method, 128);
    expect(Math.log2(coarse.end / fine.end)).toBeGreaterThan(method.order - 0.2);
    expect(Math.log2(coarse.end / fine.end)).toBeLessThan(method.order + 0.6);
    expect(Math.log2(coarse.between / fine.between)).toBeGreaterThan(method.interpolantOrder + 0.8);
  });

  test('is L-stable: a very stiff component is gone after one step', () => {
    const decay = (z: number): number => {
      const problem: InitialValueProblem = {
        rhs: (_t, [x], out) => void (out[0] = z * x!),
        jacobian: (_t, _y, out) => void (out[0] = z),
        y0: [1],
        t0: 0,
        t1: 1,
      };
      return Math.abs(solve(problem, { method, fixedStep: 1 }).y.at(-1)![0]!);
    };
    expect(decay(-1e8)).toBeLessThan(1e-6);
    for (const z of [-0.1, -1, -3, -10, -50, -1e3]) expect(decay(z)).toBeLessThan(1);
  });

  test('follows the tanh network to t = 100 at a fifth of the cost of Dormand–Prince', () => {
    const solution = solve(tanhNetwork, { method, rtol: 1e-5, atol: 1e-5 });
    expect(errorAtEnd(solution, tanhNetwork.reference)).toBeLessThan(1e-4);
    const { rhs, jacobians } = solution.statistics;
    expect(rhs + 9 * jacobians).toBeLessThan(840);
  });
});
