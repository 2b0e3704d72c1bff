import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wasmKernels } from '@nonsmooth/kernels';
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

test('blocks taken and released in any order do not overlap, are zero, and merge again', () => {
  const untouched = fill(2);
  for (const block of untouched) block.release();
  const step = fc.record({ bytes: fc.integer({ min: 1, max: largestShare }), drop: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const held: { block: Block; bytes: number }[] = [];
      const views = ({ block, bytes }: (typeof held)[number]): Uint8Array =>
        new Uint8Array(block.memory.buffer, block.address, bytes);
      for (const { bytes, drop } of steps) {
        const one = { block: takeBlock(simdBinary, bytes), bytes };
        expect(views(one).every((value) => value === 0)).toBe(true);
        for (const { block, bytes: others } of held) {
          const apart =
            block.memory !== one.block.memory ||
            block.address + others <= one.block.address ||
            one.block.address + bytes <= block.address;
          expect(apart).toBe(true);
        }
        views(one).fill(255);
        held.push(one);
        if (drop % 3 > 0) held.splice(drop % held.length, 1)[0]!.block.release();
      }
      for (const { block } of held) block.release();
      const whole = fill(2);
      expect(whole.length).toBe(untouched.length);
      for (const block of whole) block.release();
    }),
    { numRuns: 40 },
  );
});

test('problems that are dropped without a word leave their memory to others', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const inputs = Float64Array.from({ length: 200 }, Math.sin);
  const kernels = wasmKernels();
  const drop = (): void => {
    for (let i = 0; i < 200; i++) {
      kernels
        .denseNetwork({
          widths: [1, 40, 1],
          activation: { name: 'tanh' },
          loss: 'squared',
          dtype: 'f64',
          batchNormalization: false,
          inputs,
          targets: inputs,
        })
        .value(new Float64Array(121));
    }
  };
  const round = async (): Promise<number> => {
    drop();
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
    return process.memoryUsage().external;
  };
  for (let n = 0; n < 3; n++) await round();
  const before = await round();
  // together 8000 problems of more than 6 kB
  for (let n = 0; n < 40; n++) await round();
  expect((await round()) - before).toBeLessThan(2 ** 25);
});
