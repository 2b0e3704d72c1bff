import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countCells } from '@nonsmooth/subgradient';
import { arrangement, type AbsLinearForm } from '../src/cells/abs-linear.js';
import { meter } from '../src/cells/budget.js';
import { searchCellsExactly } from '../src/cells/exact-twin.js';
import { searchCells } from '../src/cells/search.js';
import { signAlong } from '../src/cells/witness.js';
import { fromNumber } from '../src/exact/rational.js';
import { searchFaces } from '../src/membership/faces.js';
import { randomIntegers, randomNumbers } from './support/random-rows.js';

const binomial = (n: number, k: number): number =>
  Array.from({ length: k }, (_, i) => i).reduce((c, i) => (c * (n - i)) / (i + 1), 1);
const generic = (n: number, k: number): number =>
  2 *
  Array.from({ length: Math.min(n, k) }, (_, i) => binomial(k - 1, i)).reduce((a, b) => a + b, 0);
const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

function braid(n: number): number[][] {
  const rows: number[][] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++)
      rows.push(Array.from({ length: n }, (_, t) => +(t === i) - +(t === j)));
  }
  return rows;
}

test.each([
  [4, 8],
  [4, 12],
  [4, 16],
  [4, 30],
  [10, 8],
  [10, 12],
  [10, 16],
  [50, 8],
  [50, 12],
  [50, 16],
])('generic rows in R^%i, k = %i: 2·Σ C(k−1, i) cells', (n, k) => {
  expect(countCells(randomIntegers(k, n, 1000, n * 100 + k)).count).toBe(generic(n, k));
  if (k <= 12) expect(countCells(randomNumbers(k, n, 7 * n + k)).count).toBe(generic(n, k));
});

test('the braid arrangement of R^n has n! cells', () => {
  for (let n = 2; n <= 8; n++) expect(countCells(braid(n)).count).toBe(factorial(n));
});

test('duplicated, negated and scaled rows add no cells', () => {
  const rows = randomIntegers(8, 4, 9, 5);
  const factors = [-2, 3, -1, 0.5, 1, -7, 2 ** -40, 1e6];
  const doubled = rows.flatMap((row, i) => [row, row.map((entry) => factors[i]! * entry)]);
  expect(countCells(doubled).count).toBe(countCells(rows).count);
  expect(
    countCells([
      [0, 0],
      [1, 0],
      [0, 0],
    ]).count,
  ).toBe(2);
});

test('braid(5) + ε·noise has 512 cells for every ε, and never another number', () => {
  for (const epsilon of [1e-3, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-14]) {
    const noise = randomNumbers(10, 5, 99);
    const rows = braid(5).map((row, i) => row.map((entry, t) => entry + epsilon * noise[i]![t]!));
    expect(countCells(rows).count).toBe(512);
  }
});

/** A random abs-linear form with small integers and L ≠ 0. */
const integerForm: fc.Arbitrary<AbsLinearForm> = fc
  .record({ n: fc.integer({ min: 1, max: 4 }), k: fc.integer({ min: 1, max: 7 }) })
  .chain(({ n, k }) => {
    const row = (length: number) =>
      fc.array(fc.integer({ min: -2, max: 2 }), { minLength: length, maxLength: length });
    return fc.record({
      dimension: fc.constant(n),
      switchingByInput: fc
        .array(row(n), { minLength: k, maxLength: k })
        .map((rows) => rows.map((entries) => entries.map(fromNumber))),
      switchingByAbs: fc
        .tuple(...Array.from({ length: k }, (_, i) => row(i)))
        .map((rows) => rows.map((entries) => entries.map((v) => fromNumber(v / 2)))),
      outputByAbs: row(k).map((entries) => entries.map(fromNumber)),
    });
  });

test('random abs-linear forms: the same cells as the twin in exact arithmetic', () => {
  fc.assert(
    fc.property(integerForm, (form) => {
      const expected: string[] = [];
      searchCellsExactly(form, (signs) => expected.push(signs.join()));
      const found: string[] = [];
      searchCells(form, { cell: ({ signs }) => void found.push(signs.join()) });
      expect(found.sort()).toEqual(expected.sort());
    }),
    { numRuns: 400 },
  );
});

test('every cell comes with a strict interior direction', () => {
  fc.assert(
    fc.property(integerForm, (form) => {
      const z = form.switchingByInput.map(() => 0n);
      searchCells(form, {
        cell({ signs, witness }) {
          // z = Z·d + L·|z| in exact arithmetic, scaled by the denominators 2^i of L
          const d = witness.isExact
            ? Array.from(witness.numbers, fromNumber)
            : witness.integers!.map((n) => ({ n, d: 1n }));
          const scale = d.reduce((s, { d: q }) => (q > s ? q : s), 1n) << 8n;
          form.switchingByInput.forEach((row, i) => {
            let value = row.reduce((sum, e, t) => sum + e.n * ((d[t]!.n * scale) / d[t]!.d), 0n);
            form.switchingByAbs[i]!.forEach((c, j) => {
              value += (c.n * (z[j]! < 0n ? -z[j]! : z[j]!)) / c.d;
            });
            z[i] = value;
            expect(value > 0n ? 1 : value < 0n ? -1 : 0).toBe(signs[i]);
          });
        },
      });
    }),
    { numRuns: 200 },
  );
});

test('an exhausted budget names the count and the limit', () => {
  const rows = randomIntegers(12, 6, 9, 3);
  expect(countCells(rows, { cells: 100 })).toMatchObject({
    count: undefined,
    exhausted: { count: 'cells', limit: 100 },
  });
  expect(countCells(rows, { tests: 50 }).exhausted).toEqual({ count: 'tests', limit: 50 });
  const near = braid(5).map((row) => row.map((entry, t) => entry + 1e-14 * t * entry));
  const noisy = near.map((row, i) => row.map((e, t) => e + 1e-13 * Math.sin(i * 5 + t)));
  expect(countCells(noisy, { exactSolves: 3 }).exhausted).toEqual({
    count: 'exactSolves',
    limit: 3,
  });
});

test('signs of products are exact where doubles cancel', () => {
  const source = arrangement([[2 ** 53, 1, -(2 ** 53)].map(fromNumber)]);
  const signs = [
    [1, 1, 1],
    [1, 0, 1],
    [1, -1, 1],
  ].map((d) => {
    let sign = NaN;
    searchCells(source, {
      cell({ rows, signs: current }) {
        const row = rows.row(0, current);
        sign = signAlong(row, {
          numbers: Float64Array.from(d),
          integers: undefined,
          isExact: true,
        });
        return true;
      },
    });
    return sign;
  });
  expect(signs).toEqual([1, 0, -1]);
});

test('bad rows are refused', () => {
  expect(() => countCells([])).toThrow(/rows = \[\]/);
  expect(() => countCells([[1, 2], [1]])).toThrow(/rows\[1\]\.length = 1; allowed: 2/);
  expect(() => countCells([[1, Infinity]])).toThrow(/rows\[0\]\[1\] = Infinity/);
  expect(() => countCells([[1]], { cells: -1 })).toThrow(/budget.cells = -1/);
});

test('k planes in general position in space have 4k(k − 1) + 3 faces, each with a direction in it', () => {
  for (const k of [3, 4, 9, 14]) {
    // points of the curve (1, t, t²): any three of these normals are independent
    const rows = Array.from({ length: k }, (_, i) => [1, i - 4, (i - 4) ** 2].map(fromNumber));
    const patterns = new Set<string>();
    searchFaces(
      arrangement(rows),
      {
        face({ pattern, direction }) {
          patterns.add(pattern.join());
          rows.forEach((row, i) => {
            const z = row.reduce((sum, { n }, t) => sum + n * direction[t]!, 0n);
            expect(z > 0n ? 1 : z < 0n ? -1 : 0).toBe(pattern[i]);
          });
          return false;
        },
      },
      meter(),
    );
    expect(patterns.size).toBe(4 * k * (k - 1) + 3);
  }
});
