import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { provedIndependent, type SparseBallRow } from '../src/membership/independent-rows.js';

const entry = fc.integer({ min: -9, max: 9 });
const matrix = (rows: number, columns: number) =>
  fc.array(fc.array(entry, { minLength: columns, maxLength: columns }), {
    minLength: rows,
    maxLength: rows,
  });

const ballRow = (values: readonly number[], radius: number): SparseBallRow =>
  new Map(values.map((value, t) => [t, { value, radius }]));

/** The rank of integer rows, by elimination on fractions of big integers without division. */
function rank(rows: readonly (readonly number[])[]): number {
  const left = rows.map((row) => row.map(BigInt));
  let found = 0;
  for (let t = 0; t < (left[0]?.length ?? 0); t++) {
    const pivot = left.findIndex((row, i) => i >= found && row[t] !== 0n);
    if (pivot < 0) continue;
    [left[found], left[pivot]] = [left[pivot]!, left[found]!];
    const lead = left[found]!;
    for (let i = found + 1; i < left.length; i++) {
      const factor = left[i]![t]!;
      left[i] = left[i]!.map((x, s) => x * lead[t]! - factor * lead[s]!);
    }
    found++;
  }
  return found;
}

describe('rows proved independent', () => {
  test('are independent in exact arithmetic', () => {
    fc.assert(
      fc.property(matrix(6, 5), (rows) => {
        const proved = provedIndependent(rows.map((row) => ballRow(row, 0)));
        expect(rank(proved.map((i) => rows[i]!))).toBe(proved.length);
      }),
    );
  });

  test('are as many as the rank of small integers', () => {
    fc.assert(
      fc.property(matrix(5, 6), (rows) => {
        expect(provedIndependent(rows.map((row) => ballRow(row, 0)))).toHaveLength(rank(rows));
      }),
    );
  });

  test('are never all of rows that are dependent within their radii', () => {
    fc.assert(
      fc.property(
        matrix(4, 6),
        fc.array(entry, { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 2, max: 40 }),
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 30, maxLength: 30 }),
        (rows, factors, digits, noise) => {
          const last = rows[0]!.map((_, t) =>
            rows.reduce((s, row, i) => s + factors[i]! * row[t]!, 0),
          );
          const radius = 2 ** -digits;
          const balls = [...rows, last].map((row, i) =>
            ballRow(
              row.map((value, t) => value + 0.9 * radius * noise[(6 * i + t) % noise.length]!),
              radius,
            ),
          );
          expect(provedIndependent(balls).length).toBeLessThan(5);
        },
      ),
    );
  });

  test('with a column to themselves need no elimination', () => {
    const count = 3000;
    const chain = Array.from(
      { length: count },
      (_, i): SparseBallRow =>
        new Map([
          [i, { value: 1, radius: 1e-3 }],
          [i + 1, { value: -1, radius: 1e-3 }],
        ]),
    );
    expect(provedIndependent(chain)).toHaveLength(count);
  });
});
