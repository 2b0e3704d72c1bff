import * as ad from '@nonsmooth/autodiff';
import type { Operand, Value } from '@nonsmooth/autodiff';
import { scalarActivation } from '@nonsmooth/kernels';
import { key, normal, tensor, toNested } from '@nonsmooth/tensor';
import type { Tensor } from '@nonsmooth/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const nested = (value: Value): unknown => toNested(value as Tensor);
const flat = (value: Value): number[] => Array.from((value as Tensor).data);

/** The entry of a tensor at an index. */
function entry({ data, shape }: Tensor, index: readonly number[]): number {
  let at = 0;
  index.forEach((i, axis) => (at = at * shape[axis]! + i));
  return data[at]!;
}

/** All indices of a shape in row-major order. */
function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (list, extent) =>
      list.flatMap((index) => Array.from({ length: extent }, (_, i) => [...index, i])),
    [[]],
  );
}

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

describe('broadcasting', () => {
  test('entry i of a ∘ b is a[i] ∘ b[i] with extents of 1 repeated and shapes aligned at the last axis', () => {
    fc.assert(
      fc.property(shapes, fc.array(fc.boolean()), fc.nat(3), seeds, (shape, ones, drop, seed) => {
        const other = shape.map((extent, i) => (ones[i] ? 1 : extent)).slice(drop);
        const [a, b] = [normal(key(seed), shape), normal(key(seed + 1), other)];
        const difference = ad.sub(a, b) as Tensor;
        const reversed = ad.sub(b, a) as Tensor;
        expect(difference.shape).toEqual(shape);
        const expected = indices(shape).map((index) => {
          const own = index.slice(shape.length - other.length);
          return (
            entry(a, index) -
            entry(
              b,
              own.map((i, axis) => (other[axis] === 1 ? 0 : i)),
            )
          );
        });
        expect(flat(difference)).toEqual(expected);
        expect(flat(reversed)).toEqual(expected.map((d) => -d));
        const where = ad.where(ad.greater(a, b), a, b);
        expect(flat(where)).toEqual(flat(ad.maximum(a, b)));
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  test('shapes that do not fit are refused', () => {
    expect(() => ad.add([1, 2, 3], [1, 2])).toThrow(/shapes = .*allowed/);
    expect(() => ad.where([1, 0], [1, 2, 3], 0)).toThrow(/allowed/);
    expect(() => ad.broadcastTo([1, 2], [3])).toThrow(/allowed/);
    expect(() => ad.broadcastTo([[1], [2]], [2])).toThrow(/allowed/);
  });
});

describe('matmul', () => {
  const extents = fc.integer({ min: 1, max: 9 });

  test('sums products over the inner axis, batch by batch', () => {
    fc.assert(
      fc.property(
        fc.tuple(extents, extents, extents),
        fc.constantFrom([[], []], [[2], []], [[2, 1], [3]], [[1], [2]]),
        seeds,
        ([m, k, n], batches, seed) => {
          const [left, right] = batches as unknown as [number[], number[]];
          const a = normal(key(seed), [...left, m, k]);
          const b = normal(key(seed + 1), [...right, k, n]);
          const product = ad.matmul(a, b) as Tensor;
          const batch = product.shape.slice(0, -2);
          const pick = (own: readonly number[], index: readonly number[]): number[] =>
            index.slice(batch.length - own.length).map((i, axis) => (own[axis] === 1 ? 0 : i));
          for (const index of indices(product.shape)) {
            const [i, j] = index.slice(-2) as [number, number];
            let total = 0;
            for (let l = 0; l < k; l++) {
              total +=
                entry(a, [...pick(left, index.slice(0, -2)), i, l]) *
                entry(b, [...pick(right, index.slice(0, -2)), l, j]);
            }
            expect(entry(product, index)).toBe(total);
          }
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  test('reads transposed factors where they lie: the same numbers as from transposed copies', () => {
    for (const [m, k, n] of [
      [5, 7, 6],
      [4, 4, 4],
      [1, 9, 3],
    ] as const) {
      const [a, b] = [normal(key(1), [k, m]), normal(key(2), [n, k])];
      const program = ad.trace(
        (u, v) => ad.matmul(ad.transpose(u), ad.transpose(v)),
        [
          [k, m],
          [n, k],
        ],
      );
      const copies = ad.matmul(
        tensor(ad.transpose(a) as Tensor),
        tensor(ad.transpose(b) as Tensor),
      );
      expect(flat(ad.evaluate(program, [a, b])[0]!)).toEqual(flat(copies));
    }
  });

  test('vectors are rows on the left, columns on the right', () => {
    const a = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    expect(nested(ad.matmul(a, [1, -1]))).toEqual([-1, -1, -1]);
    expect(nested(ad.matmul([1, 0, 2], a))).toEqual([11, 14]);
    expect(nested(ad.matmul([1, 2], [3, 4]))).toBe(11);
    expect(
      nested(
        ad.matmul(
          [1, 2],
          [a, a].map(() => [[1], [1]]),
        ),
      ),
    ).toEqual([[3], [3]]);
    expect(() => ad.matmul(a, a)).toThrow(/2 rows/);
    expect(() => ad.matmul(2, a)).toThrow(/no scalars/);
  });
});

describe('reductions', () => {
  const reductions: readonly [
    string,
    (a: Operand, axes?: ad.Axes) => Value,
    (v: number[]) => number,
  ][] = [
    ['sum', ad.sum, (v) => v.reduce((s, x) => s + x, 0)],
    ['mean', ad.mean, (v) => v.reduce((s, x) => s + x, 0) / v.length],
    ['max', ad.max, (v) => Math.max(...v)],
    ['min', ad.min, (v) => Math.min(...v)],
    ['logSumExp', ad.logSumExp, (v) => Math.log(v.reduce((s, x) => s + Math.exp(x), 0))],
    ['norm', ad.norm, (v) => Math.hypot(...v)],
    ['oneNorm', ad.oneNorm, (v) => v.reduce((s, x) => s + Math.abs(x), 0)],
    ['maximumNorm', ad.maximumNorm, (v) => Math.max(...v.map(Math.abs))],
  ];

  test.each(reductions)('%s runs over the given axes and drops them', (_, reduce, definition) => {
    fc.assert(
      fc.property(
        shapes,
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        seeds,
        (shape, chosen, seed) => {
          const axes = shape.map((__, axis) => axis).filter((axis) => chosen[axis]);
          const a = normal(key(seed), shape);
          const result = reduce(a, axes) as Tensor;
          const kept = shape.filter((__, axis) => !axes.includes(axis));
          expect(result.shape).toEqual(kept);
          indices(kept).forEach((index) => {
            const group = indices(shape)
              .filter((full) =>
                full.filter((__, axis) => !axes.includes(axis)).every((i, j) => i === index[j]),
              )
              .map((full) => entry(a, full));
            expect(entry(result, index)).toBeCloseTo(definition(group), 12);
          });
        },
      ),
      { seed: 1, numRuns: 40 },
    );
  });

  test('default: over everything; negative axes count from the end; axes must exist and differ', () => {
    const a = [
      [1, 2],
      [3, 5],
    ];
    expect(nested(ad.sum(a))).toBe(11);
    expect(nested(ad.sum(a, -1))).toEqual([3, 8]);
    expect(() => ad.sum(a, 2)).toThrow(/from -2 to 1/);
    expect(() => ad.sum(a, [0, -2])).toThrow(/distinct/);
    expect(() => ad.max(tensor([], { shape: [0, 2] }), 0)).toThrow(/no max of nothing/);
  });

  test('logSumExp, softplus, logistic and norm do not overflow', () => {
    expect(nested(ad.logSumExp([1000, 1000]))).toBeCloseTo(1000 + Math.LN2, 12);
    expect(nested(ad.logSumExp([-1e5, -1e5]))).toBeCloseTo(-1e5 + Math.LN2, 9);
    expect(nested(ad.logSumExp([-Infinity, -Infinity]))).toBe(-Infinity);
    expect(nested(ad.softmax([1e4, 1e4]))).toEqual([0.5, 0.5]);
    expect(nested(ad.softplus([800, -800]))).toEqual([800, 0]);
    expect(nested(ad.logistic([800, -800]))).toEqual([1, 0]);
    expect(flat(ad.norm([3e200, 4e200]))[0]! / 5e200).toBeCloseTo(1, 14);
    expect(flat(ad.norm([3e-200, 4e-200]))[0]! / 5e-200).toBeCloseTo(1, 14);
    const gradient = ad.grad((x) => ad.norm(x))([3e-200, 4e-200]);
    expect(gradient.data[0]).toBeCloseTo(0.6, 14);
  });
});

describe('structure', () => {
  const a = tensor([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9, 10, 11],
  ]);

  test('slices, gathers and their transposes', () => {
    expect(nested(ad.slice(a, [1, 0], [3, -1]))).toEqual([
      [4, 5, 6],
      [8, 9, 10],
    ]);
    expect(nested(ad.slice(a, [0, 1], [3, 4], [2, 2]))).toEqual([
      [1, 3],
      [9, 11],
    ]);
    expect(nested(ad.slice(a, [-1], [3]))).toEqual([[8, 9, 10, 11]]);
    expect(nested(ad.embed([7, 8], [1], [2], [5]))).toEqual([0, 7, 0, 8, 0]);
    expect(nested(ad.gather(a, [2, 0, 2]))).toEqual([
      [8, 9, 10, 11],
      [0, 1, 2, 3],
      [8, 9, 10, 11],
    ]);
    expect(nested(ad.gather(a, [3, 1], 1))).toEqual([
      [3, 1],
      [7, 5],
      [11, 9],
    ]);
    expect(nested(ad.scatterAdd([1, 2, 4], [1, 1, 0], 0, 3))).toEqual([4, 3, 0]);
  });

  test('shapes and orders of axes', () => {
    expect(nested(ad.transpose(a))).toEqual([
      [0, 4, 8],
      [1, 5, 9],
      [2, 6, 10],
      [3, 7, 11],
    ]);
    const cube = ad.reshape(a, [2, 3, -1]);
    expect(cube.shape).toEqual([2, 3, 2]);
    const turned = ad.transpose(cube, [2, 0, 1]) as Tensor;
    for (const [i, j, k] of indices([2, 2, 3]) as [number, number, number][]) {
      expect(entry(turned, [i, j, k])).toBe(entry(cube as Tensor, [j, k, i]));
    }
    expect(
      nested(
        ad.ravel([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toEqual([1, 2, 3, 4]);
    expect(
      nested(
        ad.concatenate([
          [[1, 2]],
          [
            [3, 4],
            [5, 6],
          ],
        ]),
      ),
    ).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(
      nested(
        ad.concatenate(
          [
            [[1], [2]],
            [
              [3, 4],
              [5, 6],
            ],
          ],
          1,
        ),
      ),
    ).toEqual([
      [1, 3, 4],
      [2, 5, 6],
    ]);
    expect(
      nested(
        ad.stack(
          [
            [1, 2],
            [3, 4],
          ],
          -1,
        ),
      ),
    ).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(nested(ad.broadcastTo([[1], [2]], [2, 2, 3]))).toEqual(
      [0, 1].map(() => [
        [1, 1, 1],
        [2, 2, 2],
      ]),
    );
  });

  test('what does not fit is refused', () => {
    expect(() => ad.reshape(a, [5, 2])).toThrow(/12 entries/);
    expect(() => ad.transpose(a, [0, 0])).toThrow(/once/);
    expect(() => ad.slice(a, [0], [9])).toThrow(/slice bound/);
    expect(() => ad.gather(a, [3])).toThrow(/from 0 to 2/);
    expect(() => ad.concatenate([[1, 2], [[1]]])).toThrow(/allowed/);
    expect(() => ad.concatenate([])).toThrow(/at least one/);
    expect(() => ad.scatterAdd(a, [0, 1, 5], 0, 3)).toThrow(/indices = 5; allowed: .* 0 to 2/);
    expect(() => ad.scatterAdd(a, [0, 1], 0, 3)).toThrow(/indices = 2; allowed: 3 entries/);
    expect(() => ad.scatterAdd(a, [0, 0, 0], 0, -1)).toThrow(/extent = -1/);
    expect(() => ad.embed(a, [1, 0], [1, 2], [3, 7])).toThrow(
      /starts\[0\] = 1; allowed: .* 0 to 0/,
    );
    expect(() => ad.embed(a, [0], [1], [3])).toThrow(/2 numbers each/);
  });
});

test('values of elementary functions', () => {
  const x = [-0.7, 0.3, 0.9];
  const table: readonly [(v: Operand) => Value, (v: number) => number][] = [
    [ad.square, (v) => v * v],
    [(v) => ad.pow(v, 3), (v) => v ** 3],
    [(v) => ad.pow(v, 4), (v) => v ** 4],
    [(v) => ad.pow(v, -2), (v) => v ** -2],
    [(v) => ad.pow(v, 0), () => 1],
    [(v) => ad.pow(ad.abs(v), [0.5, 2, 3]), (v) => Math.abs(v) ** [0.5, 2, 3][x.indexOf(v)]!],
    [(v) => ad.elu(v, 2), (v) => (v > 0 ? v : 2 * Math.expm1(v))],
    [ad.reciprocal, (v) => 1 / v],
    [ad.logistic, (v) => 1 / (1 + Math.exp(-v))],
    [ad.softplus, (v) => Math.log(1 + Math.exp(v))],
    [(v) => ad.add(ad.erf(v), ad.erfc(v)), () => 1],
    [(v) => ad.clip(v, -0.5, 0.5), (v) => Math.min(Math.max(v, -0.5), 0.5)],
    [(v) => ad.leakyRelu(v, 0.1), (v) => (v > 0 ? v : 0.1 * v)],
    [ad.sign, Math.sign],
    [ad.not, () => 0],
    [(v) => ad.notEqual(v, 0.3), (v) => Number(v !== 0.3)],
    [(v) => ad.lessEqual(v, 0.3), (v) => Number(v <= 0.3)],
  ];
  for (const [op, definition] of table) {
    flat(op(x)).forEach((value, i) => expect(value).toBeCloseTo(definition(x[i]!), 14));
  }
});

test('single precision only where everything is', () => {
  const single = tensor([1, 2, 3], { dtype: 'f32' });
  expect((ad.exp(single) as Tensor).dtype).toBe('f32');
  expect((ad.add(single, tensor([1, 2, 3])) as Tensor).dtype).toBe('f64');
  const { gradient } = ad.valueAndGrad((x) => ad.sum(ad.exp(x)))(single);
  expect(gradient.dtype).toBe('f32');
  expect(gradient.data[0]).toBe(Math.fround(Math.E));
});

test('the activations are those of the kernels', () => {
  const x = [-30, -5, -1, -0.01, 0, 0.01, 1, 5, 30];
  const forms = {
    relu: ad.relu,
    leakyRelu: ad.leakyRelu,
    tanh: ad.tanh,
    logistic: ad.logistic,
    softplus: ad.softplus,
    gelu: ad.gelu,
    swish: ad.swish,
    mish: ad.mish,
    elu: ad.elu,
    softsign: ad.softsign,
  } as const;
  for (const [name, form] of Object.entries(forms)) {
    const kernel = scalarActivation({ name: name as keyof typeof forms });
    const slopes = ad.grad((t) => ad.sum((form as (t: Value) => Value)(t)))(x);
    flat(form(x)).forEach((value, i) => {
      const expected = kernel.value(x[i]!);
      // e^(−x²/2) magnifies the rounding of x by x².
      const tolerance = 2e-15 * (1 + x[i]! ** 2) * Math.abs(expected);
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(tolerance);
      expect(slopes.data[i]).toBeCloseTo(kernel.derivative(x[i]!), 14);
    });
  }
});

describe('powers by entry', () => {
  const exponents = [0, 1, 2, 3, -1];

  test('are those of numbers, below 0 and at 0 as well', () => {
    for (const x of [-2, -0.5, 1, 3]) {
      const expected = exponents.map((e) => x ** e);
      expect(Array.from((ad.pow(x, exponents) as Tensor).data)).toEqual(expected);
      const slopes = Array.from(ad.jacobian((v) => ad.pow(v, exponents))(x).data);
      slopes.forEach((s, i) => expect(s).toBeCloseTo(exponents[i]! * x ** (exponents[i]! - 1), 14));
    }
    const polynomial = (x: Value): Value => ad.dot(ad.pow(x, [0, 1, 2]), [5, -1, 2]);
    expect(ad.grad(polynomial)(0).data[0]).toBe(-1);
    expect(ad.hessian(polynomial)(0).data[0]).toBe(4);
  });

  test('broadcast', () => {
    const powers = ad.pow([[-1], [2]], [[2, 3, 2]]) as Tensor;
    expect(powers.shape).toEqual([2, 3]);
    expect(Array.from(powers.data)).toEqual([1, -1, 1, 4, 8, 4]);
    expect((ad.pow([1, -2], [3]) as Tensor).data).toEqual(Float64Array.of(1, -8));
    expect((ad.pow(tensor([]), [2]) as Tensor).shape).toEqual([0]);
  });
});
