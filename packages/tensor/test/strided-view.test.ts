import fc from 'fast-check';
import ndarray from 'ndarray';
import { expect, test } from 'vitest';
import { tensor, type NdArray } from '@nonsmooth/tensor';

/** What code that takes an ndarray reads of it. */
function seen(view: NdArray): unknown {
  const { shape, stride, offset, dtype, size, dimension, order } = view;
  const entries: number[] = [];
  const visit = (index: number[]): void => {
    if (index.length === dimension) {
      entries.push(view.get(...index), view.index(...index));
    } else for (let i = 0; i < shape[index.length]!; i++) visit([...index, i]);
  };
  visit([]);
  return {
    shape,
    stride,
    offset,
    dtype,
    size,
    dimension,
    lengths: order.map((axis) => Math.abs(stride[axis]!)),
    entries,
  };
}

const argumentsOf = (max: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 0, max }), { maxLength: 5 });
const change = fc.oneof(
  fc.record({ by: fc.constant('lo' as const), values: argumentsOf(2) }),
  fc.record({ by: fc.constant('hi' as const), values: argumentsOf(3) }),
  fc.record({ by: fc.constant('pick' as const), values: argumentsOf(1) }),
  fc.record({
    by: fc.constant('step' as const),
    values: fc.array(fc.constantFrom(-3, -2, -1, 1, 2, 3), { maxLength: 5 }),
  }),
  fc.record({
    by: fc.constant('transpose' as const),
    values: fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }),
  }),
);

test('views are what the package ndarray makes, through any changes', () => {
  const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 });
  const dtypes = fc.constantFrom('f32' as const, 'f64' as const);
  fc.assert(
    fc.property(shapes, dtypes, fc.array(change, { maxLength: 4 }), (shape, dtype, changes) => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      const numbers = Array.from({ length: size }, (_, i) => i);
      let ours = tensor(Float64Array.from(numbers), { shape, dtype }).view;
      let theirs: NdArray = ndarray(ours.data, shape);
      for (const { by, values } of changes) {
        const { dimension } = ours;
        // theirs has an array of no entries for a pick of nothing
        if (dimension === 0) break;
        const isShort =
          by === 'lo' && values.some((value, axis) => value > (ours.shape[axis] ?? 9));
        if (isShort) continue;
        const given = by === 'transpose' ? values.filter((axis) => axis < dimension) : values;
        if (by === 'pick' && given.some((value, axis) => value >= (ours.shape[axis] ?? 9)))
          continue;
        [ours, theirs] = [ours[by](...given), theirs[by](...given)];
      }
      expect(seen(ours)).toEqual(seen(theirs));
    }),
  );
});

test('setting an entry of a view sets it in the tensor', () => {
  const t = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(t.view.T.set(2, 1, 60)).toBe(60);
  expect(t.view.step(-1, -1).get(0, 0)).toBe(60);
  expect(t.view.lo(1, 1).index(0, 1)).toBe(5);
  expect([...t.data]).toEqual([1, 2, 3, 4, 5, 60]);
  expect(Number(t.view.pick(0, 1))).toBe(2);
});
