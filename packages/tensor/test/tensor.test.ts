import fc from 'fast-check';
import ndarray from 'ndarray';
import { expect, test } from 'vitest';
import { ArgumentError, ShapeError } from '@nonsmooth/kernels';
import {
  arange,
  diagonal,
  fromData,
  full,
  identity,
  isTensor,
  linspace,
  ones,
  tensor,
  toNested,
  zeros,
  type NestedNumbers,
} from '@nonsmooth/tensor';

const extents = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });

/** Nested arrays of this shape with entries from `next`. */
function nest(shape: readonly number[], next: () => number): NestedNumbers {
  const [extent, ...rest] = shape;
  return extent === undefined ? next() : Array.from({ length: extent }, () => nest(rest, next));
}

test('nested arrays come back as they went in, with entry (i, j, …) at the row-major position', () => {
  fc.assert(
    fc.property(extents, (shape) => {
      let count = 0;
      const values = nest(shape, () => count++);
      const t = tensor(values);
      // A zero extent hides the extents behind it: [[], []] says [2, 0] and nothing about further axes.
      const visible = shape.includes(0) ? shape.slice(0, shape.indexOf(0) + 1) : shape;
      expect(t.shape).toEqual(visible);
      expect([...t.data]).toEqual(Array.from({ length: count }, (_, i) => i));
      expect(toNested(t)).toEqual(values);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('the view reads and writes the same memory with ndarray indexing', () => {
  const t = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(t.view.get(1, 2)).toBe(6);
  t.view.transpose(1, 0).set(2, 0, 30);
  expect([...t.data]).toEqual([1, 2, 30, 4, 5, 6]);
  expect(t.view).toBe(t.view);
  expect(tensor(7).view.get()).toBe(7);
});

test('a strided, stepped, reversed or transposed view is gathered in row-major order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 3 }),
      fc.boolean(),
      fc.array(fc.constantFrom(-2, -1, 1, 2), { minLength: 3, maxLength: 3 }),
      (shape, swap, steps) => {
        let count = 0;
        const source = tensor(nest(shape, () => count++));
        let view = source.view.step(...steps.slice(0, shape.length));
        if (swap) view = view.transpose(...shape.map((_, axis) => shape.length - 1 - axis));
        const gathered = tensor(view);
        expect(gathered.shape).toEqual(view.shape);
        const expected: number[] = [];
        const visit = (index: number[]): void => {
          if (index.length === view.dimension) expected.push(view.get(...index));
          else for (let i = 0; i < view.shape[index.length]!; i++) visit([...index, i]);
        };
        visit([]);
        expect([...gathered.data]).toEqual(expected);
      },
    ),
    { seed: 2, numRuns: 200 },
  );
});

test('ndarrays over plain arrays and over objects with get are taken too', () => {
  expect([...tensor(ndarray([1, 2, 3, 4], [2, 2]).transpose(1, 0)).data]).toEqual([1, 3, 2, 4]);
  const squares = { get: (i: number) => i * i, set: () => 0, length: 4 };
  expect([...tensor(ndarray(squares, [4])).data]).toEqual([0, 1, 4, 9]);
});

test('tensor copies, fromData shares', () => {
  const data = Float64Array.of(1, 2);
  const copied = tensor(data);
  const shared = fromData(data);
  data[0] = 9;
  expect([...copied.data]).toEqual([1, 2]);
  expect(shared.data).toBe(data);
  const again = tensor(copied);
  again.data[0] = 5;
  expect([...copied.data]).toEqual([1, 2]);
});

test('dtype follows the source unless it is asked for', () => {
  expect(tensor([0.1]).dtype).toBe('f64');
  expect(tensor(Float32Array.of(1)).dtype).toBe('f32');
  expect(tensor(zeros([2], 'f32').view).dtype).toBe('f32');
  expect(tensor(zeros([2], 'f32')).dtype).toBe('f32');
  expect(tensor([0.1], { dtype: 'f32' }).data).toEqual(Float32Array.of(0.1));
  expect(tensor(Float32Array.of(0.5), { dtype: 'f64' }).data).toEqual(Float64Array.of(0.5));
});

test('a shape option rearranges the entries in row-major order', () => {
  expect(toNested(tensor(Float64Array.of(1, 2, 3, 4), { shape: [2, 2] }))).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(tensor([[1, 2]], { shape: [2] }).shape).toEqual([2]);
});

test('constructors give what their names say', () => {
  expect([...zeros([2, 2]).data]).toEqual([0, 0, 0, 0]);
  expect([...ones([3]).data]).toEqual([1, 1, 1]);
  expect([...full([2], -2).data]).toEqual([-2, -2]);
  expect(toNested(identity(2))).toEqual([
    [1, 0],
    [0, 1],
  ]);
  expect(toNested(diagonal([3, 4]))).toEqual([
    [3, 0],
    [0, 4],
  ]);
  expect([...linspace(0, 1, 5).data]).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect([...linspace(3, 9, 1).data]).toEqual([3]);
  expect([...linspace(0.1, 0.7, 4).data].at(-1)).toBe(0.7);
  expect([...arange(2, 5).data]).toEqual([2, 3, 4]);
  expect([...arange(1, 0, -0.5).data]).toEqual([1, 0.5]);
  expect([...arange(5, 2).data]).toEqual([]);
});

test('wrong shapes and entries are refused with the place named', () => {
  expect(() => tensor([[1, 2], [3]])).toThrow(/values\[1\].*2 entries/);
  expect(() => tensor([[1], 2])).toThrow(ShapeError);
  expect(() => tensor([1, [2]])).toThrow(/values\[1\]/);
  // eslint-disable-next-line no-sparse-arrays
  expect(() => tensor([1, , 3] as unknown as number[])).toThrow(/values\[1\] = undefined/);
  expect(() => tensor([1, '2'] as unknown as number[])).toThrow(ArgumentError);
  expect(() => tensor('1' as unknown as number)).toThrow(ArgumentError);
  expect(() => tensor([1, 2, 3], { shape: [2, 2] })).toThrow(/a shape of 3 entries/);
  expect(() => tensor([1, 2], { shape: [-1, -2] })).toThrow(ShapeError);
  expect(() => tensor([1], { dtype: 'f16' as 'f32' })).toThrow(/dtype = "f16"; allowed: f64, f32/);
  expect(() => zeros([1.5])).toThrow(ShapeError);
  expect(() => arange(0, 1, 0)).toThrow(ArgumentError);
  expect(() => linspace(0, Infinity, 3)).toThrow(ArgumentError);
});

test('isTensor tells tensors from everything alike', () => {
  expect(isTensor(zeros([]))).toBe(true);
  expect([zeros([1]).view, [1], 1, null, Float64Array.of(1)].map(isTensor)).toEqual(
    Array(5).fill(false),
  );
});

test('an array whose memory was transferred is refused; an empty one is an empty tensor', () => {
  const values = new Float64Array(2);
  structuredClone(values.buffer, { transfer: [values.buffer] });
  expect(() => tensor(values)).toThrow(/values = .*transferred/);
  expect(tensor(new Float64Array(0)).shape).toEqual([0]);
});
