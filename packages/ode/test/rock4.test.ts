import { dormandPrince54, integrate, rock2, rock4, solve, type Method } from '@nonsmooth/ode';
import { expect, test } from 'vitest';
import { fewest, fourthOrderCoefficients, most } from '../src/stabilized/fourth-order.js';
import { heat } from './heat.js';
import { elementaryWeight, rootedTrees } from './rooted-trees.js';

const stageNumbers = Array.from({ length: most - fewest + 1 }, (_, i) => fewest + i);

/** The method of s stages as one tableau: its rows, the new point last, by the definition of the recursion. */
function tableau(s: number): { a: number[][]; b: number[]; c: number[]; e: number[] } {
  const { mu, nu, finish } = fourthOrderCoefficients(s);
  const zeros = Array.from({ length: s + 1 }, () => 0);
  const sum = (...terms: (readonly [number, readonly number[]])[]): number[] =>
    zeros.map((_, i) => terms.reduce((total, [weight, row]) => total + weight * (row[i] ?? 0), 0));
  const unit = (i: number): number[] => zeros.map((_, j) => (i === j ? 1 : 0));
  const rows = [zeros];
  const c = [0];
  mu.forEach((weight, j) => {
    const before = rows[j - 1] ?? zeros;
    rows.push(sum([weight, unit(j)], [nu[j]!, rows[j]!], [1 - nu[j]!, before]));
  });
  // the stages' times as the scheme has them
  for (let j = 0; j < mu.length; j++) c.push(rows[j + 1]!.reduce((x, y) => x + y, 0));
  const arrived = rows.at(-1)!;
  const first = rows.length - 1;
  const own = (weights: readonly number[]): number[] =>
    sum([1, arrived], ...weights.map((weight, i) => [weight, unit(first + i)] as const));
  for (const row of finish.a.slice(1)) rows.push(own(row));
  rows.push(own(finish.b));
  finish.c.slice(1).forEach((node) => c.push(finish.start + node));
  const e = sum(...finish.e.map((weight, i) => [weight, unit(first + i)] as const));
  return { a: rows, b: rows.at(-1)!, c: [...c, 1], e };
}

test.each(stageNumbers)('with %i stages every order condition up to 4 holds, not all of 5', (s) => {
  const { a, b, c, e } = tableau(s);
  expect(a).toHaveLength(s + 1);
  a.forEach((row, i) => {
    expect(Math.abs(row.reduce((total, weight) => total + weight, 0) - c[i]!)).toBeLessThan(1e-13);
  });
  const violation = (order: number): number =>
    Math.max(
      ...rootedTrees(order).map((tree) => {
        const { value, density } = elementaryWeight(tree, b, a);
        return Math.abs(value - 1 / density);
      }),
    );
  for (let order = 1; order <= 4; order++) expect(violation(order)).toBeLessThan(1e-13);
  expect(violation(5)).toBeGreaterThan(1e-3);
  // the error is of order 3: its weights vanish on all trees up to 3, and on none of 4
  for (let order = 1; order <= 3; order++) {
    for (const tree of rootedTrees(order)) {
      expect(Math.abs(elementaryWeight(tree, e, a).value)).toBeLessThan(1e-14);
    }
  }
  const seen = rootedTrees(4).map((tree) => Math.abs(elementaryWeight(tree, e, a).value));
  expect(Math.max(...seen)).toBeGreaterThan(3e-4);
  expect(Math.max(...seen)).toBeLessThan(5e-3);
});

test('the finishing stages have small coefficients, inside the step', () => {
  for (const s of stageNumbers) {
    const { a, b, c, start } = fourthOrderCoefficients(s).finish;
    for (const row of a)
      for (const weight of row) expect(Math.abs(weight)).toBeLessThan(s === 5 ? 6 : 4.2);
    for (const weight of b) expect(Math.abs(weight)).toBeLessThan(0.9);
    for (const node of c) {
      expect(start + node).toBeGreaterThan(0.12);
      expect(start + node).toBeLessThan(0.98);
    }
  }
});

test('the boundary of stability grows to 0.348·s², from 0.24·s²', () => {
  let before = 0.24;
  for (const s of stageNumbers) {
    const { boundary, mu, nu, finish } = fourthOrderCoefficients(s);
    const share = boundary / (s * s);
    expect(share).toBeGreaterThan(before);
    before = share;
    // |R| falls from 1 at 0 once, and stays below 0.956 then
    let nearZero = true;
    let size = 1;
    for (let i = 1; i <= 200 * s; i++) {
      const z = (-boundary * i) / (200 * s);
      let [older, last] = [1, 1 + mu[0]! * z];
      for (let j = 1; j < s - 4; j++) {
        [older, last] = [last, (mu[j]! * z + nu[j]!) * last + (1 - nu[j]!) * older];
      }
      const { a, b } = finish;
      const y: number[] = [last];
      for (const row of [...a.slice(1), b]) {
        y.push(last + z * row.reduce((sum, weight, k) => sum + weight * y[k]!, 0));
      }
      const next = Math.abs(y[4]!);
      if (nearZero && next > size) nearZero = false;
      size = next;
      if (!nearZero) expect(next).toBeLessThan(s === 5 ? 0.956 : 0.9501);
    }
    expect(nearZero).toBe(false);
  }
  expect(before).toBeGreaterThan(0.348);
});

/** Right-hand sides and the largest error over all steps. */
function cost(method: Method, rtol: number): { rhs: number; error: number } {
  const { problem, exactAt } = heat(127);
  const { t, y, statistics } = solve(problem, { method, rtol, atol: rtol / 100 });
  const errors = y.map((state, k) => {
    const expected = exactAt(t[k]!);
    return Math.max(...state.map((value, i) => Math.abs(value - expected[i]!)));
  });
  return { rhs: statistics.rhs, error: Math.max(...errors) };
}

test('heat conduction to 1e−6 costs less than ROCK2 takes to 1.7e−6, and a tenth of Dormand–Prince', () => {
  const fourth = cost(rock4, 1e-6);
  expect(fourth.error).toBeLessThan(1e-6);
  const second = cost(rock2, 1e-5);
  expect(second.error).toBeGreaterThan(1e-6);
  expect(fourth.rhs).toBeLessThan(0.65 * second.rhs);
  expect(fourth.rhs).toBeLessThan(cost(dormandPrince54, 1e-5).rhs / 10);
});

test('where 25 stages are too few the steps are as long as they allow, and none is tried in vain', () => {
  const integration = integrate(
    {
      rhs(_t, y, out) {
        out[0] = -1e5 * y[0]!;
        out[1] = -y[1]!;
      },
      y0: [1e-3, 1],
      t0: 0,
      t1: 1,
      spectralRadius: () => 1e5,
    },
    { method: rock4, rtol: 1e-3 },
  );
  const longest = fourthOrderCoefficients(most).boundary / 1e5;
  let reached = 0;
  for (const { start, end } of integration) {
    expect(end - start).toBeLessThanOrEqual(longest);
    if (end - start > 0.999 * longest) reached++;
  }
  expect(Math.abs(integration.y[1]! - Math.exp(-1))).toBeLessThan(1e-4);
  expect(integration.statistics.rejected).toBeLessThanOrEqual(3);
  expect(reached).toBeGreaterThan(0.95 * integration.statistics.accepted);
});

test('a fixed step that is too long says so', () => {
  const { problem } = heat(127);
  expect(() => solve(problem, { method: rock4, fixedStep: 0.1 })).toThrow(
    'a step of the fixed size has no result: it is too long for the method at t = 0 with step 0.1',
  );
});
