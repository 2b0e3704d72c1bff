import fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { ArgumentError, NonFiniteError, ShapeError } from '@nonsmooth/kernels';
import {
  cholesky,
  determinant,
  diagonal,
  foldIn,
  fromMatrix,
  identity,
  inverse,
  key,
  leastSquares,
  lu,
  normal,
  NotPositiveDefiniteError,
  pseudoInverse,
  qr,
  SingularMatrixError,
  solve,
  svd,
  symmetricEigen,
  tensor,
  toMatrix,
  toNested,
  zeros,
  type Tensor,
} from '@nonsmooth/tensor';

function product(...factors: Tensor[]): Tensor {
  return factors.reduce((a, b) => fromMatrix(toMatrix(a).mmul(toMatrix(b))));
}

function transpose(a: Tensor): Tensor {
  return tensor(a.view.transpose(1, 0));
}

function expectClose(actual: Tensor, expected: Tensor, tolerance = 1e-12): void {
  expect(actual.shape).toEqual(expected.shape);
  const worst = Math.max(0, ...Array.from(actual.data, (x, k) => Math.abs(x - expected.data[k]!)));
  expect(worst).toBeLessThan(tolerance);
}

const random = (use: number, ...shape: number[]): Tensor => normal(foldIn(key(5), use), shape);
const square = fc.tuple(fc.nat({ max: 1000 }), fc.integer({ min: 1, max: 7 }));
const check = (claim: (a: Tensor, use: number) => void): void =>
  fc.assert(
    fc.property(square, ([use, n]) => claim(random(use, n, n), use)),
    { seed: 3, numRuns: 40 },
  );

test('a tensor goes to ml-matrix and back unchanged; vectors become columns', () => {
  const t = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(toMatrix(t).to2DArray()).toEqual(toNested(t));
  expect(fromMatrix(toMatrix(t))).toEqual(t);
  expect(toMatrix(tensor([1, 2])).to2DArray()).toEqual([[1], [2]]);
  expect(toMatrix(tensor(3)).to2DArray()).toEqual([[3]]);
  expect(fromMatrix(new Matrix(0, 3)).shape).toEqual([0, 3]);
  expect(() => toMatrix(zeros([1, 1, 1]))).toThrow(ShapeError);
});

describe('every decomposition multiplies back to its matrix with factors of the stated form', () => {
  test('LU', () => {
    check((a) => {
      const { lower, upper, permutation } = lu(a);
      const n = a.shape[0]!;
      const permuted = tensor(
        [...permutation].map((row) => [...a.data.subarray(row * n, (row + 1) * n)]),
      );
      expectClose(product(lower, upper), permuted);
      for (let i = 0; i < n; i++) {
        expect(lower.view.get(i, i)).toBe(1);
        for (let j = 0; j < i; j++)
          expect([lower.view.get(j, i), upper.view.get(i, j)]).toEqual([0, 0]);
      }
    });
  });

  test('QR of square and tall matrices', () => {
    for (const [rows, columns] of [
      [4, 4],
      [7, 3],
      [5, 1],
    ] as const) {
      const a = random(rows, rows, columns);
      const { q, r } = qr(a);
      expectClose(product(q, r), a);
      expectClose(product(transpose(q), q), identity(columns));
      for (let i = 0; i < columns; i++)
        for (let j = 0; j < i; j++) expect(r.view.get(i, j)).toBe(0);
    }
  });

  test('Cholesky', () => {
    check((a) => {
      const n = a.shape[0]!;
      const b = product(a, transpose(a));
      for (let i = 0; i < n; i++) b.view.set(i, i, b.view.get(i, i) + 1);
      const lower = cholesky(b);
      expectClose(product(lower, transpose(lower)), b);
      for (let i = 0; i < n; i++)
        for (let j = i + 1; j < n; j++) expect(lower.view.get(i, j)).toBe(0);
    });
  });

  test('singular values of square, tall, wide and zero matrices', () => {
    const cases = [
      random(1, 4, 4),
      random(2, 6, 3),
      random(3, 3, 6),
      random(4, 1, 5),
      zeros([3, 2]),
    ];
    for (const a of cases) {
      const { u, singularValues, v } = svd(a);
      const k = Math.min(...a.shape);
      expect([u.shape, v.shape]).toEqual([
        [a.shape[0], k],
        [a.shape[1], k],
      ]);
      expectClose(product(u, diagonal(singularValues.data), transpose(v)), a);
      expectClose(product(transpose(v), v), identity(k));
      expect([...singularValues.data]).toEqual([...singularValues.data].sort((x, y) => y - x));
      expect(singularValues.data.at(-1)).toBeGreaterThanOrEqual(0);
    }
  });

  test('eigenvalues of symmetric matrices, ascending', () => {
    check((a) => {
      const s = fromMatrix(Matrix.add(toMatrix(a), toMatrix(transpose(a))));
      const { values, vectors } = symmetricEigen(s);
      expectClose(product(vectors, diagonal(values.data), transpose(vectors)), s);
      expectClose(product(transpose(vectors), vectors), identity(s.shape[0]!));
      expect([...values.data]).toEqual([...values.data].sort((x, y) => x - y));
    });
  });
});

test('eigenvalues of the second-difference matrix are 2 − 2 cos(kπ/(n + 1))', () => {
  const n = 6;
  const rows = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
  );
  const expected = Array.from(
    { length: n },
    (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)),
  );
  expectClose(symmetricEigen(rows).values, tensor(expected), 1e-14);
  expect(determinant(rows)).toBeCloseTo(n + 1, 12);
});

test('asymmetry at rounding level is averaged away', () => {
  const a = [
    [2, 1 + 1e-15],
    [1, 3],
  ];
  const transposed = tensor(tensor(a).view.transpose(1, 0));
  expect(symmetricEigen(a)).toEqual(symmetricEigen(transposed));
  expect(cholesky(a)).toEqual(cholesky(transposed));
});

test('solve solves integer systems exactly, for one vector or several columns', () => {
  const a = [
    [2, 1],
    [4, 4],
  ];
  expect([...solve(a, [3, 8]).data]).toEqual([1, 1]);
  expect(toNested(solve(a, identity(2)))).toEqual([
    [1, -0.25],
    [-1, 0.5],
  ]);
  expect(toNested(inverse(a))).toEqual(toNested(solve(a, identity(2))));
  expect(determinant(a)).toBe(4);
});

test('solve leaves a small residual on random systems', () => {
  check((a, use) => {
    const b = random(use + 1000, a.shape[0]!);
    const x = solve(a, b);
    const scale = 1 + Math.max(...x.data.map(Math.abs));
    expectClose(
      product(a, tensor(x, { shape: [b.data.length, 1] })),
      tensor(b, { shape: [b.data.length, 1] }),
      1e-13 * scale,
    );
  });
});

test('least squares makes the residual orthogonal to the columns and has no part in the kernel', () => {
  const lowRank = product(random(7, 6, 2), random(8, 2, 4));
  for (const a of [random(1, 6, 3), random(2, 3, 6), lowRank]) {
    const b = random(3, a.shape[0]!, 1);
    const x = leastSquares(a, b);
    const residual = Matrix.sub(toMatrix(product(a, x)), toMatrix(b));
    expectClose(product(transpose(a), fromMatrix(residual)), zeros([a.shape[1]!, 1]), 1e-12);
    expectClose(product(pseudoInverse(a), a, x), x, 1e-12);
    expectClose(product(a, pseudoInverse(a), a), a, 1e-12);
  }
  expect([...leastSquares([[1], [1], [1]], [1, 2, 6]).data][0]).toBeCloseTo(3, 14);
  expect([...leastSquares([[0, 0]], [1]).data]).toEqual([0, 0]);
});

test('wrong arguments are refused by name', () => {
  const singular = [
    [1, 2],
    [2, 4],
  ];
  expect(() => solve(singular, [1, 2])).toThrow(SingularMatrixError);
  expect(() => inverse(singular)).toThrow(SingularMatrixError);
  expect(() => solve([[1, 2]], [1])).toThrow(/a\.shape = \[1, 2\]; allowed: a square matrix/);
  expect(() => solve(identity(2), [1, 2, 3])).toThrow(/b\.shape.*2 rows/);
  expect(() => svd([[NaN]])).toThrow(NonFiniteError);
  expect(() =>
    symmetricEigen([
      [1, 2],
      [3, 4],
    ]),
  ).toThrow(/a\[1\]\[0\] = 3; allowed: 2/);
  expect(() =>
    cholesky([
      [1, 2],
      [2, 1],
    ]),
  ).toThrow(NotPositiveDefiniteError);
  expect(() =>
    cholesky([
      [1, 0],
      [5, 1],
    ]),
  ).toThrow(ArgumentError);
  expect(() => qr([[1, 2]])).toThrow(ShapeError);
  expect(() => svd(zeros([0, 2]))).toThrow(ShapeError);
  expect(() => lu([1, 2])).toThrow(ShapeError);
});
