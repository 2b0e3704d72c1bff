import fc from 'fast-check';
import loadHighs from 'highs';
import { expect, test } from 'vitest';
import { nonnegativeSolver } from '../src/cones/nonnegative-least-squares.js';
import { solveIntegers } from '../src/exact/linear-system.js';
import {
  nonnegativeSolution,
  strictDirection,
  strictDirectionWithin,
} from '../src/exact/nonnegative-solution.js';
import { rankModPrime } from '../src/exact/rank.js';
import {
  add,
  divide,
  fromNumber,
  multiply,
  parse,
  print,
  quotient,
  toNumber,
} from '../src/exact/rational.js';
import { originInHull } from '../src/membership/hull.js';
import { meter } from '../src/cells/budget.js';

const seeded = { numRuns: 300 };
const integer = fc.integer({ min: -4, max: 4 });
const matrix = (rows: number, columns: number) =>
  fc.array(fc.array(integer, { minLength: columns, maxLength: columns }), {
    minLength: rows,
    maxLength: rows,
  });
const system = fc
  .record({ equations: fc.integer({ min: 1, max: 4 }), columns: fc.integer({ min: 1, max: 7 }) })
  .chain(({ equations, columns }) => fc.tuple(matrix(columns, equations), matrix(1, equations)));
const big = (rows: readonly (readonly number[])[]): bigint[][] =>
  rows.map((row) => row.map(BigInt));
const dot = (a: readonly bigint[], b: readonly bigint[]): bigint =>
  a.reduce((sum, x, t) => sum + x * b[t]!, 0n);

test('doubles and rationals convert without loss, and back by correct rounding to one unit', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
      expect(toNumber(fromNumber(x))).toBe(x + 0);
      expect(parse(print(fromNumber(x)))).toEqual(fromNumber(x));
    }),
    { numRuns: 1000 },
  );
  expect(quotient(1n, 3n)).toBeCloseTo(1 / 3, 16);
  expect(quotient(10n ** 400n, 10n ** 399n)).toBe(10);
  expect(print(add(parse('1/3'), divide(parse('-5/6'), multiply(parse('2'), parse('5/4')))))).toBe(
    '0',
  );
});

test('Farkas: exactly one alternative holds, and its certificate is right', () => {
  fc.assert(
    fc.property(system, ([columns, [target]]) => {
      const [a, b] = [big(columns), big([target!])[0]!];
      const answer = nonnegativeSolution(a, b);
      if (answer.feasible) {
        expect(answer.numerators.every((x) => x > 0n)).toBe(true);
        b.forEach((entry, t) => {
          const sum = answer.support.reduce((s, j, k) => s + answer.numerators[k]! * a[j]![t]!, 0n);
          expect(sum).toBe(entry * answer.denominator);
        });
      } else {
        expect(a.every((column) => dot(column, answer.separator) <= 0n)).toBe(true);
        expect(dot(b, answer.separator) > 0n).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});

test('feasibility of random cone questions agrees with HiGHS', async () => {
  // the package is CommonJS: its default export is the loader itself
  const load = loadHighs as unknown as () => Promise<{
    solve(problem: string): { Status: string };
  }>;
  const highs = await load();
  let feasible = 0;
  for (const [columns, [target]] of fc.sample(system, { numRuns: 150 })) {
    const rows = target!.map((entry, t) => {
      const terms = columns.map(
        (column, j) => `${column[t]! < 0 ? '-' : '+'} ${Math.abs(column[t]!)} x${j}`,
      );
      return ` c${t}: ${terms.join(' ')} = ${entry}`;
    });
    const text = `Minimize\n obj: 0 x0\nSubject To\n${rows.join('\n')}\nEnd\n`;
    const { Status } = highs.solve(text);
    const ours = nonnegativeSolution(big(columns), big([target!])[0]!).feasible;
    expect(Status).toBe(ours ? 'Optimal' : 'Infeasible');
    if (ours) feasible++;
  }
  expect(feasible).toBeGreaterThan(20);
  expect(feasible).toBeLessThan(130);
});

test('nonnegative least squares meets the optimality conditions and agrees with the exact alternative', () => {
  fc.assert(
    fc.property(system, ([columns, [target]]) => {
      const n = target!.length;
      const rows = columns.map((column) => Float64Array.from(column));
      const goal = Float64Array.from(target!);
      const answer = nonnegativeSolver(n, rows.length).solve(rows, rows.length, goal);
      expect(answer.converged).toBe(true);
      const residual = answer.residual.slice();
      const size = 1 + Math.hypot(...goal) * 10;
      for (const row of rows) {
        expect(row.reduce((sum, x, t) => sum + x * residual[t]!, 0)).toBeLessThan(1e-12 * size);
      }
      const combined = goal.map((x, t) => x - residual[t]!);
      for (let j = 0; j < answer.supportSize; j++) {
        const row = rows[answer.support[j]!]!;
        row.forEach((x, t) => (combined[t]! -= answer.multipliers[j]! * x));
      }
      expect(Math.hypot(...combined)).toBeLessThan(1e-12 * size);
      const { feasible } = nonnegativeSolution(big(columns), big([target!])[0]!);
      expect(answer.residualNorm < 1e-9).toBe(feasible);
    }),
    seeded,
  );
});

test('Gordan: a strict direction or multipliers', () => {
  fc.assert(
    fc.property(system, ([rows, [target]]) => {
      const a = big(rows);
      const { length } = target!;
      const answer = strictDirection(a, length);
      if ('direction' in answer) {
        expect(a.every((row) => dot(row, answer.direction) > 0n)).toBe(true);
      } else {
        expect(answer.multipliers.some((x) => x > 0n)).toBe(true);
        for (let t = 0; t < length; t++) {
          expect(
            answer.support.reduce((s, j, k) => s + answer.multipliers[k]! * a[j]![t]!, 0n),
          ).toBe(0n);
        }
      }
    }),
    seeded,
  );
});

test('solutions of integer systems are right, also overdetermined ones', () => {
  fc.assert(
    fc.property(system, ([columns, [target]]) => {
      const [a, b] = [big(columns), big([target!])[0]!];
      const solution = solveIntegers(a, b);
      const { rows } = rankModPrime(a);
      const dependsOnly = rankModPrime([...a, b]).rows.length === rows.length;
      expect(solution !== undefined).toBe(rows.length === a.length && dependsOnly);
      if (solution === undefined) return;
      b.forEach((entry, t) => {
        const sum = a.reduce((s, column, j) => s + solution.numerators[j]! * column[t]!, 0n);
        expect(sum).toBe(entry * solution.denominator);
      });
    }),
    { numRuns: 1000 },
  );
});

test('the origin in a hull: weights or a separating direction, exactly, also on the boundary', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }).chain((n) =>
        fc.array(fc.array(integer, { minLength: n, maxLength: n }), {
          minLength: 1,
          maxLength: 9,
        }),
      ),
      (points) => {
        const rational = points.map((point) => point.map(fromNumber));
        const answer = originInHull(rational, meter());
        const lifted = big(points.map((point) => [...point, 1]));
        const truth = nonnegativeSolution(lifted, [...points[0]!.map(() => 0n), 1n]).feasible;
        expect(answer.answer).toBe(truth ? 'in' : 'out');
        if (answer.answer === 'in') {
          const total = answer.weights.reduce(add);
          expect(print(total)).toBe('1');
          points[0]!.forEach((_, t) => {
            const sum = answer.support
              .map((i, j) => multiply(answer.weights[j]!, rational[i]![t]!))
              .reduce(add);
            expect(print(sum)).toBe('0');
          });
        }
      },
    ),
    seeded,
  );
});

test('Motzkin: many inequalities with equations have a direction or multipliers, and those are right', () => {
  const many = fc.integer({ min: 1, max: 4 }).chain((n) =>
    fc.record({
      normal: fc.array(integer, { minLength: n, maxLength: n }),
      strict: fc.array(fc.array(integer, { minLength: n, maxLength: n }), { maxLength: 40 }),
      zeros: fc.array(fc.array(integer, { minLength: n, maxLength: n }), { maxLength: 2 }),
    }),
  );
  const seen = { direction: 0, multipliers: 0 };
  fc.assert(
    fc.property(many, ({ normal, strict: rows, zeros: equations }) => {
      // turned to one side of a plane, so that a direction exists often
      const side = big([normal])[0]!;
      const strict = big(rows).map((row) => (dot(row, side) < 0n ? row.map((x) => -x) : row));
      const zeros = big(equations);
      const answer = strictDirectionWithin(strict, zeros, side.length);
      if ('direction' in answer) {
        seen.direction++;
        expect(strict.every((row) => dot(row, answer.direction) > 0n)).toBe(true);
        expect(zeros.every((row) => dot(row, answer.direction) === 0n)).toBe(true);
        return;
      }
      seen.multipliers++;
      expect(answer.multipliers.length).toBeGreaterThan(0);
      expect(answer.multipliers.every(({ multiplier }) => multiplier > 0n)).toBe(true);
      const sum = side.map((_, t) =>
        [
          ...answer.multipliers.map(({ at, multiplier }) => multiplier * strict[at]![t]!),
          ...answer.free.map(({ at, multiplier }) => multiplier * zeros[at]![t]!),
        ].reduce((total, x) => total + x, 0n),
      );
      expect(sum.every((x) => x === 0n)).toBe(true);
    }),
    { numRuns: 400 },
  );
  expect(Math.min(seen.direction, seen.multipliers)).toBeGreaterThan(40);
});
