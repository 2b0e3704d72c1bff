import * as ad from '@nonsmooth/autodiff';
import type { Tracer, Value } from '@nonsmooth/autodiff';
import { ArgumentError, ShapeError } from '@nonsmooth/core';
import { tensor } from '@nonsmooth/tensor';
import type { Tensor } from '@nonsmooth/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const numbers = (value: Value): number[] => Array.from((value as Tensor).data);
const table = [
  [1, 2, 3],
  [4, 5, 6],
];

describe('index', () => {
  // [name, selectors, shape, entries]
  const cases: readonly [string, readonly ad.Selector[], readonly number[], readonly number[]][] = [
    ['a row', [1], [3], [4, 5, 6]],
    ['an entry from the end', [-2, -1], [], [3]],
    ['a column', ['all', 0], [2], [1, 4]],
    ['a list, repeated', ['all', [2, 2, -3]], [2, 3], [3, 3, 1, 6, 6, 4]],
    ['a range', ['all', { start: 1 }], [2, 2], [2, 3, 5, 6]],
    ['every second', ['all', { step: 2 }], [2, 2], [1, 3, 4, 6]],
    ['backwards', ['all', { step: -1 }], [2, 3], [3, 2, 1, 6, 5, 4]],
    ['backwards from the middle', [0, { start: 1, step: -1 }], [2], [2, 1]],
    ['a negative bound', [0, { stop: -1 }], [2], [1, 2]],
    ['nothing', [0, { start: 2, stop: 1 }], [0], []],
  ];

  test.each(cases)('takes %s', (_, selectors, shape, entries) => {
    const value = ad.index(table, ...selectors);
    expect(value.shape).toEqual(shape);
    expect(numbers(value)).toEqual(entries);
    const counts = numbers(ad.grad((x) => ad.sum(ad.index(x, ...selectors)))(table));
    expect(counts.reduce((a, b) => a + b, 0)).toBe(entries.length);
  });

  test('refuses positions that are not there', () => {
    for (const selectors of [
      [2],
      [-3],
      [0.5],
      [0, 3],
      [0, 0, 0],
      [[9]],
      [{ step: 0 }],
      [{ stop: 7 }],
      ['first'],
      [{ end: 2 }],
    ]) {
      expect(() => ad.index(table, ...(selectors as ad.Selector[]))).toThrow(ArgumentError);
    }
    expect(() => ad.at([1, 2], [0] as never)).toThrow(/for several use index/);
  });

  test('at takes an entry or a row', () => {
    expect(numbers(ad.at([7, 8, 9], -1))).toEqual([9]);
    expect(numbers(ad.at(table, 0))).toEqual([1, 2, 3]);
    expect(numbers(ad.grad((x) => ad.square(ad.at(x, 1)))([1, 5]))).toEqual([0, 10]);
  });

  test('gather takes lists and tensors, and refuses a number', () => {
    expect(numbers(ad.gather([5, 6, 7], tensor([2, 0])))).toEqual([7, 5]);
    expect(() => ad.gather([5, 6, 7], 1 as never)).toThrow(/use at or index/);
    expect(() => ad.grad((x) => ad.sum(ad.gather(x, x as never)))([1, 0])).toThrow();
  });
});

describe('a traced value is no array', () => {
  const uses: readonly [string, (x: Tracer) => unknown, RegExp][] = [
    ['x[0]', (x) => (x as never as Value[])[0], /use at\(x, 0\)/],
    ['x.length', (x) => (x as never as Value[]).length, /use x\.shape\[0\]/],
    ['destructuring', (x) => ([...(x as never as Value[])] as const)[0], /use at\(x, i\)/],
    ['map', (x) => (x as never as number[]).map((v) => v), /all entries at once/],
  ];

  test.each(uses)('%s says what to write instead', (_, f, hint) => {
    expect(() => ad.trace(f as (x: Tracer) => Value, [[3]])).toThrow(hint);
    expect(() => ad.trace(f as (x: Tracer) => Value, [[3]])).toThrow(ad.TracedValueError);
  });

  test('what objects have is still there', () => {
    ad.trace(
      (x) => {
        expect(x[Symbol.toPrimitive]('string')).toBe('input(3)');
        expect((x as never as { then?: unknown }).then).toBeUndefined();
        expect(Object.hasOwn(x, 'node')).toBe(true);
        return x;
      },
      [[3]],
    );
  });
});

describe('reductions', () => {
  test('keepdims keeps the axes as extents of 1', () => {
    for (const f of [
      ad.sum,
      ad.mean,
      ad.max,
      ad.min,
      ad.norm,
      ad.logSumExp,
      ad.prod,
      ad.variance,
      ad.std,
    ]) {
      const [plain, kept] = [f(table, 1), f(table, 1, { keepdims: true })];
      expect(plain.shape).toEqual([2]);
      expect(kept.shape).toEqual([2, 1]);
      expect(numbers(kept)).toEqual(numbers(plain));
    }
    expect(() => ad.sum(table, 1, { keepDims: true } as never)).toThrow(/keepdims/);
    expect(() => ad.sum(table, null as never)).toThrow(ArgumentError);
  });

  test('prod has derivatives where entries are 0', () => {
    expect(numbers(ad.prod([2, 3, 4]))).toEqual([24]);
    expect(numbers(ad.prod([], 0))).toEqual([1]);
    expect(numbers(ad.prod(table, 0))).toEqual([4, 10, 18]);
    expect(numbers(ad.grad((x) => ad.prod(x))([0, 3, 4]))).toEqual([12, 0, 0]);
    expect(numbers(ad.grad((x) => ad.prod(x))([0, 0, 4]))).toEqual([0, 0, 0]);
    expect(numbers(ad.hessian((x) => ad.prod(x))([0, 0, 4]))).toEqual([0, 4, 0, 4, 0, 0, 0, 0, 0]);
  });

  test('cumsum adds up along an axis, and its gradient from the end', () => {
    expect(numbers(ad.cumsum(table, 1))).toEqual([1, 3, 6, 4, 9, 15]);
    expect(numbers(ad.cumsum(table, 0))).toEqual([1, 2, 3, 5, 7, 9]);
    expect(numbers(ad.cumsum(table))).toEqual([1, 3, 6, 10, 15, 21]);
    expect(numbers(ad.grad((x) => ad.dot([1, 10, 100], ad.cumsum(x)))([0, 0, 0]))).toEqual([
      111, 110, 100,
    ]);
  });

  test('variance and std', () => {
    expect(numbers(ad.variance([1, 2, 3, 6]))).toEqual([3.5]);
    expect(numbers(ad.variance([1, 2, 3, 6], 0, { correction: 1 }))[0]).toBeCloseTo(14 / 3, 14);
    expect(numbers(ad.std(table, 1))[0]).toBeCloseTo(Math.sqrt(2 / 3), 14);
    // ∇²variance = 2(I − 11ᵀ/n)/n
    expect(numbers(ad.hessian((x) => ad.variance(x))([3, 9]))).toEqual([0.5, -0.5, -0.5, 0.5]);
    expect(() => ad.variance([1], 0, { correction: 1 })).toThrow(ArgumentError);
  });

  test('argmax and argmin are piecewise constant, the first of the winners', () => {
    expect(
      numbers(
        ad.argmax(
          [
            [1, 5, 5],
            [7, 0, 2],
          ],
          1,
        ),
      ),
    ).toEqual([1, 0]);
    expect(
      numbers(
        ad.argmin(
          [
            [1, 5, 1],
            [7, 0, 2],
          ],
          1,
        ),
      ),
    ).toEqual([0, 1]);
    expect(numbers(ad.grad((x) => ad.mul(ad.argmax(x, 0), ad.sum(x)))([1, 3]))).toEqual([1, 1]);
    const program = ad.trace((x) => ad.argmax(x, 0), [[3]]);
    expect(ad.irregularities(program, [[1, 4, 4]])).toMatchObject([{ op: 'argmax', kind: 'jump' }]);
    expect(ad.irregularities(program, [[1, 4, 3]])).toEqual([]);
  });

  test('sort sorts, and its kinks are ties', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 20 }), (list) => {
        expect(numbers(ad.sort(list))).toEqual([...list].sort((a, b) => a - b));
      }),
      { seed: 1 },
    );
    expect(
      numbers(
        ad.sort(
          [
            [3, 1],
            [2, 4],
          ],
          0,
        ),
      ),
    ).toEqual([2, 1, 3, 4]);
    expect(numbers(ad.grad((x) => ad.dot([1, 10, 100], ad.sort(x)))([5, 9, 2]))).toEqual([
      10, 100, 1,
    ]);
    expect(numbers(ad.grad((x) => ad.dot([1, 3], ad.sort(x)))([4, 4]))).toEqual([2, 2]);
    expect(ad.switchedProgram(ad.trace((x) => ad.sort(x), [[2]])).size).toBe(2);
  });

  test('single precision sums of 10⁷ terms keep seven digits', () => {
    const terms = tensor(new Float32Array(1e7).fill(0.1));
    const exact = Math.fround(0.1) * 1e7;
    expect(Math.abs(numbers(ad.sum(terms))[0]! / exact - 1)).toBeLessThan(1e-7);
    const ones = tensor(new Float32Array(1e7).fill(1));
    expect(Math.abs(numbers(ad.dot(terms, ones))[0]! / exact - 1)).toBeLessThan(1e-7);
  });
});

test('an objective knows whether its program is smooth, and kinksOf where it may not be', () => {
  const smooth = (f: (x: Value) => Value): boolean | undefined => ad.objective(f, 3).smooth;
  expect(smooth((x) => ad.sum(ad.mul(ad.tanh(x), ad.logSumExp(x))))).toBe(true);
  expect(smooth((x) => ad.square(ad.norm(x)))).toBe(true);
  expect(smooth((x) => ad.sqrt(ad.sum(ad.add(1, ad.square(x)))))).toBe(true);
  expect(smooth((x) => ad.sum(ad.elu(x)))).toBe(true);
  for (const f of [
    ad.norm,
    ad.max,
    ad.oneNorm,
    (x: Value) => ad.sum(ad.relu(x)),
    (x: Value) => ad.sum(ad.where(ad.greater(x, 0), x, 0)),
    (x: Value) => ad.at(ad.sort(x), 0),
    (x: Value) => ad.sum(ad.sign(x)),
  ]) {
    expect(smooth(f)).toBe(false);
  }
  expect(ad.kinksOf(ad.trace((x) => ad.add(ad.norm(x), ad.sum(ad.abs(x))), [[2]]))).toMatchObject([
    { op: 'norm', kind: 'norm' },
    { op: 'abs', kind: 'kink' },
  ]);
});

test('starts and indices that are no lists are refused, however array-like', () => {
  const wrong = ['ab', 3, {}, () => 1, new Map(), { length: 2 }, new DataView(new ArrayBuffer(8))];
  for (const value of wrong as unknown as number[][]) {
    expect(() => ad.grad((x: Tracer) => ad.sum(ad.slice(x, value, [2])))([1, 2])).toThrow(
      ShapeError,
    );
    expect(() => ad.grad((x: Tracer) => ad.sum(ad.gather(x, value)))([1, 2])).toThrow(
      ArgumentError,
    );
  }
});
