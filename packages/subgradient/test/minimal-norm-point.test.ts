import fc from 'fast-check';
import { solveQP } from 'quadprog';
import { expect, test } from 'vitest';
import { minimalNorm, minimalNormPoint } from '@nonsmooth/subgradient';
import { randomNumbers } from './support/random-rows.js';

/** Points around a centre: 0 is inside, far outside, or on the boundary of their hull. */
function cloud(
  count: number,
  dimension: number,
  where: 'inside' | 'outside' | 'boundary',
  seed: number,
) {
  const rows = randomNumbers(count, dimension, seed).map((row) => Float64Array.from(row));
  if (where === 'outside') rows.forEach((row) => (row[0]! += 1.5));
  if (where === 'boundary') {
    rows.forEach((row) => (row[0] = Math.abs(row[0]!)));
    for (let i = 0; i < dimension; i++) {
      rows[i]![0] = 0;
      rows[dimension + i]!.set(rows[i]!.map((entry) => -entry / (i + 2)));
    }
  }
  return rows;
}

function check(points: readonly Float64Array[], tolerance = 1e-12): number {
  const found = minimalNormPoint(points);
  const largest = Math.max(...points.map((g) => g.reduce((sum, v) => sum + v * v, 0)));
  const square = found.point.reduce((sum, v) => sum + v * v, 0);
  const lowest = Math.min(
    ...points.map((g) => g.reduce((sum, v, t) => sum + v * found.point[t]!, 0)),
  );
  expect(square - lowest).toBeLessThanOrEqual(tolerance * largest);
  expect(found.weights.every((w) => w > 0)).toBe(true);
  expect(found.weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  found.point.forEach((entry, t) => {
    const combined = found.support.reduce(
      (sum, i, j) => sum + found.weights[j]! * points[i]![t]!,
      0,
    );
    expect(combined).toBeCloseTo(entry, 12);
  });
  expect(found.support.length).toBeLessThanOrEqual(points[0]!.length + 1);
  return found.norm;
}

for (const where of ['inside', 'outside', 'boundary'] as const) {
  test(`500 points in R^50, 10 000 in R^20, 0 ${where}: the optimality gap is below 1e-12·max‖g‖²`, () => {
    for (const [count, dimension] of [
      [500, 50],
      [10_000, 20],
    ] as const) {
      const norm = check(cloud(count, dimension, where, dimension));
      if (where === 'outside') expect(norm).toBeGreaterThan(0.1);
      else expect(norm).toBeLessThan(1e-6);
    }
  });
}

test('agrees with the dual method of Goldfarb and Idnani where 0 is outside', () => {
  // max-margin form: min ‖v‖² with ⟨v, g_i⟩ ≥ 1; the nearest point is v/‖v‖².
  for (let seed = 1; seed <= 20; seed++) {
    const points = cloud(30, 6, 'outside', seed);
    const identity = [
      [],
      ...Array.from({ length: 6 }, (_, i) => [
        0,
        ...Array.from({ length: 6 }, (_, j) => +(i === j)),
      ]),
    ];
    const columns = [[], ...Array.from({ length: 6 }, (_, t) => [0, ...points.map((g) => g[t]!)])];
    const { solution } = solveQP(identity, [0, 0, 0, 0, 0, 0, 0], columns, [
      0,
      ...points.map(() => 1),
    ]);
    const v = solution.slice(1);
    const square = v.reduce((sum, x) => sum + x * x, 0);
    const { point } = minimalNormPoint(points);
    point.forEach((entry, t) => expect(entry).toBeCloseTo(v[t]! / square, 9));
  }
});

test('integer points with many ties and duplicates end at an optimal face', () => {
  const vector = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(vector, { minLength: 1, maxLength: 12 }), (rows) => {
      check(
        rows.map((row) => Float64Array.from(row)),
        1e-13,
      );
    }),
    { numRuns: 500 },
  );
});

test('one point, equal points, and the origin itself', () => {
  const p = Float64Array.of(3, 4);
  expect(minimalNormPoint([p])).toMatchObject({ norm: 5, support: [0], weights: [1] });
  expect(minimalNormPoint([p, p, p]).norm).toBe(5);
  expect(minimalNormPoint([p, Float64Array.of(0, 0)]).norm).toBe(0);
});

test('points that do not fit are refused by index', () => {
  expect(() => minimalNormPoint([])).toThrow(/points = 0; allowed: one point or more/);
  expect(() => minimalNormPoint([Float64Array.of(1, 2), Float64Array.of(1)])).toThrow(
    /points\[1\] = 1; allowed: 2 entries/,
  );
  expect(() => minimalNormPoint([Float64Array.of(1, NaN)])).toThrow(/points\[0\]\[1\] = NaN/);
});

test('the answer does not depend on the unit, from subnormal numbers to the largest', () => {
  const unit = cloud(12, 3, 'outside', 5);
  const expected = minimalNormPoint(unit);
  for (const exponent of [-1010, -600, -500, 500, 600, 1020]) {
    const scale = 2 ** exponent;
    const found = minimalNormPoint(unit.map((point) => point.map((entry) => entry * scale)));
    expect(found.support).toEqual(expected.support);
    found.weights.forEach((w, j) => expect(w).toBeCloseTo(expected.weights[j]!, 9));
    expect(found.norm / scale).toBeCloseTo(expected.norm, 9);
    found.point.forEach((x, t) => expect(x / scale).toBeCloseTo(expected.point[t]!, 9));
  }
  for (const size of [5e-324 * 4, 1e-200, 1e200, 1.7e308]) {
    const { point, weights } = minimalNorm([
      [size, 0],
      [0, size],
    ]);
    weights.forEach((w) => expect(w).toBeCloseTo(0.5, 12));
    point.forEach((x) => expect(x / size).toBeCloseTo(0.5, 12));
  }
});

test('generators that are no vectors are refused', () => {
  for (const wrong of [undefined, [], [1, 2]]) {
    expect(() => minimalNorm(wrong as never)).toThrow(/^generators = .*; allowed: a list of one/);
  }
  expect(() => minimalNorm([[1, NaN]])).toThrow('generators[0][1] = NaN; allowed: finite numbers');
  expect(minimalNorm([[]])).toMatchObject({ norm: 0, support: [0] });
});
