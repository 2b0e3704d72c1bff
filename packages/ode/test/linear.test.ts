import fc from 'fast-check';
import { Matrix, solve as solveDense } from 'ml-matrix';
import { expect, test } from 'vitest';
import { gmres } from '../src/linear/gmres.js';
import { choleskyFactorization } from '../src/linear/cholesky.js';
import { luFactorization } from '../src/linear/lu.js';
import { minres } from '../src/linear/minres.js';

const vectorOf = (n: number): fc.Arbitrary<Float64Array> =>
  fc
    .array(fc.integer({ min: -1000, max: 1000 }), { minLength: n, maxLength: n })
    .map((entries) => Float64Array.from(entries, (entry) => entry / 500));

/** Random entries with a random diagonal of size 1 to n, of both signs if `indefinite`. */
const systemOf = (symmetric: boolean, indefinite: boolean) =>
  fc.integer({ min: 1, max: 12 }).chain((n) =>
    fc.tuple(vectorOf(n * n), vectorOf(n)).map(([a, b]) => {
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          if (symmetric && j < i) a[i * n + j] = a[j * n + i]!;
        }
      }
      // diagonally dominant, hence regular
      for (let i = 0; i < n; i++) a[i * n + i] = (indefinite && i % 2 ? -1 : 1) * (2 * n + 1 + i);
      return { n, a, b };
    }),
  );

const multiply =
  (n: number, a: Float64Array) =>
  (v: Float64Array, out: Float64Array): void => {
    for (let i = 0; i < n; i++) {
      out[i] = 0;
      for (let j = 0; j < n; j++) out[i]! += a[i * n + j]! * v[j]!;
    }
  };

const expected = (n: number, a: Float64Array, b: Float64Array): number[] => {
  const rows = Array.from({ length: n }, (_, i) => [...a.subarray(i * n, (i + 1) * n)]);
  return solveDense(new Matrix(rows), Matrix.columnVector([...b])).getColumn(0);
};

test('factorized systems are solved in place as by a dense solver', () => {
  fc.assert(
    fc.property(systemOf(false, true), ({ n, a, b }) => {
      const lu = luFactorization(n);
      expect(lu.factorize(a.slice())).toBe(true);
      const x = b.slice();
      lu.solve(x);
      expected(n, a, b).forEach((value, i) => expect(x[i]).toBeCloseTo(value, 12));
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('a positive definite matrix is factorized at half the cost with the same solutions', () => {
  fc.assert(
    fc.property(systemOf(false, true), ({ n, a, b }) => {
      const definite = new Float64Array(n * n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          definite[i * n + j] = i === j ? 1 : 0;
          for (let k = 0; k < n; k++) definite[i * n + j]! += a[i * n + k]! * a[j * n + k]!;
        }
      }
      const cholesky = choleskyFactorization(n);
      expect(cholesky.factorize(definite.slice())).toBe(true);
      const x = b.slice();
      cholesky.solve(x);
      const size = Math.max(...definite);
      expected(n, definite, b).forEach((value, i) => {
        expect(Math.abs(x[i]! - value)).toBeLessThan(1e-13 * size * Math.max(1, Math.abs(value)));
      });
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('four rows of a Cholesky factor at a time give the bits of one at a time', () => {
  fc.assert(
    fc.property(systemOf(true, false), ({ n, a, b }) => {
      const cholesky = choleskyFactorization(n);
      // diagonally dominant with a positive diagonal
      expect(cholesky.factorize(a)).toBe(true);
      const x = b.slice();
      cholesky.solve(x);
      const single = b.slice();
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < i; j++) single[i] = single[i]! - a[i * n + j]! * single[j]!;
        single[i] = single[i]! / a[i * n + i]!;
      }
      for (let i = n - 1; i >= 0; i--) {
        for (let j = n - 1; j > i; j--) single[i] = single[i]! - a[j * n + i]! * single[j]!;
        single[i] = single[i]! / a[i * n + i]!;
      }
      expect(x).toEqual(single);
    }),
    { seed: 3, numRuns: 200 },
  );
});

test('an indefinite matrix has no Cholesky factor', () => {
  expect(choleskyFactorization(2).factorize(Float64Array.of(1, 2, 2, 1))).toBe(false);
  expect(choleskyFactorization(2).factorize(Float64Array.of(1, NaN, NaN, 1))).toBe(false);
});

test('a singular matrix is reported', () => {
  expect(luFactorization(2).factorize(Float64Array.of(1, 2, 2, 4))).toBe(false);
});

test.each([true, false])(
  'minimal residuals solve symmetric systems, indefinite: %s',
  (indefinite) => {
    fc.assert(
      fc.property(systemOf(true, indefinite), ({ n, a, b }) => {
        const x = b.slice();
        expect(minres(n, multiply(n, a)).solve(x, 1e-13)).toBe(true);
        expected(n, a, b).forEach((value, i) => expect(x[i]).toBeCloseTo(value, 11));
      }),
      { seed: 2, numRuns: 100 },
    );
  },
);

test.each([12, 3])('GMRES with a subspace of %i solves unsymmetric systems', (subspace) => {
  fc.assert(
    fc.property(systemOf(false, false), ({ n, a, b }) => {
      const x = b.slice();
      expect(gmres(n, multiply(n, a), Math.min(n, subspace), 40).solve(x, 1e-13)).toBe(true);
      expected(n, a, b).forEach((value, i) => expect(x[i]).toBeCloseTo(value, 11));
    }),
    { seed: 3, numRuns: 100 },
  );
});

test('Krylov solvers need no more products than there are different eigenvalues', () => {
  const diagonal = Float64Array.from({ length: 100 }, (_, i) => [1, 40, 2000][i % 3]!);
  for (const solver of [minres, gmres]) {
    let products = 0;
    const krylov = solver(100, (v, out) => {
      products++;
      for (let i = 0; i < 100; i++) out[i] = diagonal[i]! * v[i]!;
    });
    const b = new Float64Array(100).fill(1);
    expect(krylov.solve(b, 1e-9)).toBe(true);
    expect(products).toBe(3);
    b.forEach((value, i) => expect(value).toBeCloseTo(1 / diagonal[i]!, 9));
  }
});

test('Krylov solvers stop early at a loose tolerance, and say if the limit was reached', () => {
  const apply = (v: Float64Array, out: Float64Array): void => {
    for (let i = 0; i < 50; i++) out[i] = (1 + i) * v[i]!;
  };
  const ones = new Float64Array(50).fill(1);
  expect(minres(50, apply, 5).solve(ones.slice(), 1e-6)).toBe(false);
  expect(gmres(50, apply, 5, 0).solve(ones.slice(), 1e-6)).toBe(false);
  const x = ones.slice();
  expect(minres(50, apply, 8).solve(x, 0.2)).toBe(true);
  const image = new Float64Array(50);
  apply(x, image);
  expect(Math.hypot(...image.map((value) => value - 1))).toBeLessThan(0.2 * Math.sqrt(50));
});
