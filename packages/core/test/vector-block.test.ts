import { expect, test } from 'vitest';
import { VectorBlock } from '../src/index.js';

test('vectors of a block are zeros, do not overlap, and end with its room', () => {
  const block = new VectorBlock(7);
  const [a, b, none] = [block.next(3), block.next(4), block.next(0)];
  expect([a, b, none].map(({ length }) => length)).toEqual([3, 4, 0]);
  expect([...a, ...b]).toEqual([0, 0, 0, 0, 0, 0, 0]);
  a.fill(1);
  b.fill(2);
  expect([...a, ...b]).toEqual([1, 1, 1, 2, 2, 2, 2]);
  expect(() => block.next(1)).toThrow(RangeError);
});
