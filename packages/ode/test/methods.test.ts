import { euler, solve, type ExplicitMethod } from '@nonsmooth/ode';
import { describe, expect, test } from 'vitest';
import { allMethods, explicitMethods } from './all-methods.js';
import { elementaryWeight, rootedTrees, type Tree } from './rooted-trees.js';
import { interpolationOrder, observedOrder } from './observed-order.js';

/** The stages of a method with those of its interpolant, as one square tableau. */
function allStages(method: ExplicitMethod): { a: number[][]; c: number[] } {
  const { p, extra } = method.interpolant;
  const a = method.a.map((row) => [...row]);
  const c = [...method.c];
  if (p.length > a.length) {
    a.push([...method.b]);
    c.push(1);
  }
  extra?.a.forEach((row, i) => {
    a.push([...row]);
    c.push(extra.c[i]!);
  });
  return { a: a.slice(0, p.length), c: c.slice(0, p.length) };
}

/** The largest violation of the order conditions Σ b_i Φ_i(tree) = θ^|tree|/γ(tree) of one order. */
function violation(weights: number[], a: number[][], trees: readonly Tree[], theta = 1): number {
  return Math.max(
    ...trees.map((tree) => {
      const { value, density, order } = elementaryWeight(tree, weights, a);
      return Math.abs(value - theta ** order / density);
    }),
  );
}

describe.each(explicitMethods)('$name', (method) => {
  const { a, c } = allStages(method);
  const pad = (weights: readonly number[]): number[] => a.map((_, i) => weights[i] ?? 0);

  test('every stage is consistent: row sums are c', () => {
    a.forEach((row, i) => expect(row.reduce((s, x) => s + x, 0)).toBeCloseTo(c[i]!, 12));
  });

  test('satisfies every order condition up to its order, and not all of the next', () => {
    for (let order = 1; order <= method.order; order++) {
      expect(violation(pad(method.b), a, rootedTrees(order))).toBeLessThan(1e-12);
    }
    if (method.order < 8) {
      expect(violation(pad(method.b), a, rootedTrees(method.order + 1))).toBeGreaterThan(1e-6);
    }
  });

  test('the embedded solution satisfies every order condition up to its order', () => {
    const { e, lowerE } = method;
    if (!e) return;
    const embedded = lowerE ? 5 : method.embeddedOrder;
    const hat = pad(method.b).map((b, i) => b - (e[i] ?? 0));
    for (let order = 1; order <= embedded; order++) {
      expect(violation(hat, a, rootedTrees(order))).toBeLessThan(1e-12);
    }
    if (!lowerE) return;
    const lower = pad(method.b).map((b, i) => b - (lowerE[i] ?? 0));
    for (let order = 1; order <= 3; order++) {
      expect(violation(lower, a, rootedTrees(order))).toBeLessThan(1e-12);
    }
  });

  test('the interpolant satisfies every order condition up to its order, and ends in the step', () => {
    const { p, order: highest } = method.interpolant;
    for (const theta of [0.15, 0.5, 0.85]) {
      const weights = p.map((row) => row.reduce((s, x, j) => s + x * theta ** (j + 1), 0));
      for (let order = 1; order <= highest; order++) {
        expect(violation(weights, a, rootedTrees(order), theta)).toBeLessThan(2e-11);
      }
    }
    const end = p.map((row) => row.reduce((s, x) => s + x, 0));
    end.forEach((weight, i) => expect(weight).toBeCloseTo(method.b[i] ?? 0, 11));
  });
});

const constantOrder = allMethods.filter(({ name }) => !['BDF', 'NDF', 'auto'].includes(name));

test.each(constantOrder)('the observed order of $name is as stated', (method) => {
  const order = observedOrder(method);
  expect(order).toBeGreaterThan(method.order - 0.3);
  expect(order).toBeLessThan(method.order + 1.2);
});

test.each(constantOrder)(
  'the observed order of the interpolant of $name is as stated',
  (method) => {
    expect(interpolationOrder(method)).toBeGreaterThan(method.interpolantOrder + 0.6);
  },
);

test('methods without error estimate ask for fixed steps', () => {
  const problem = { rhs: () => {}, y0: [1], t0: 0, t1: 1 };
  expect(() => solve(problem, { method: euler })).toThrow(/fixedStep.*Euler has no error estimate/);
});
