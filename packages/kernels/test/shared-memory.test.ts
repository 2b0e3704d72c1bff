import { expect, test } from 'vitest';
import { simdBinary } from '../src/wasm/module.js';
import { largestShare, takeBlock, type Block } from '../src/wasm/shared-memory.js';

/** As many blocks as need this many memories. */
function fill(memories: number): Block[] {
  const blocks: Block[] = [];
  while (new Set(blocks.map(({ memory }) => memory)).size < memories) {
    blocks.push(takeBlock(simdBinary, largestShare));
  }
  return blocks;
}

test('shared memories are let go when nothing in them is in use, but one', () => {
  const first = fill(3);
  for (const block of first) block.release();
  const then = fill(3);
  const before = new Set(first.map(({ memory }) => memory));
  const kept = new Set(then.map(({ memory }) => memory).filter((memory) => before.has(memory)));
  expect(kept.size).toBe(1);
  for (const block of then) block.release();
});

test('a memory stays while one block of it is in use, whose neighbours are taken again', () => {
  const blocks = fill(2);
  const [used, ...others] = blocks;
  for (const block of others) block.release();
  const again = takeBlock(simdBinary, largestShare);
  expect(again.memory).toBe(used!.memory);
  expect(again.address).not.toBe(used!.address);
  used!.release();
  again.release();
});
