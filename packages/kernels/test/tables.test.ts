import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { firstFreeAddress, tablesAddress } from '../src/wasm/generated/constants.js';
import { instantiate, simdBinary } from '../src/wasm/module.js';
import { pageBytes, webAssembly } from '../src/wasm/webassembly.js';

/** The rows that mpmath computed to 40 digits, in the order in which they lie in memory. */
function* rowsOf(file: string): Generator<readonly [name: string, bytes: Uint8Array]> {
  const text = readFileSync(join(import.meta.dirname, `../assembly/${file}-table.ts`), 'utf8');
  for (const [, name, rows] of text.matchAll(/const (\w+_ROWS\w*): .*\(\[([^\]]*)\]\)/g)) {
    const numbers = rows!.split(',').flatMap((number) => (number.trim() ? [Number(number)] : []));
    const Store = name!.endsWith('32') ? Float32Array : Float64Array;
    yield [name!, new Uint8Array(Store.from(numbers).buffer)];
  }
}

test('rows that the module makes in a memory, and copies into others, are those of mpmath bit for bit', () => {
  const tables = ['tanh', 'softplus', 'normal-distribution', 'normal-tail'].flatMap((file) => [
    ...rowsOf(file),
  ]);
  const lengths = [19616, 2352, 12320, 3088, 6176, 4624, 8160];
  expect(tables.map(([, { length }]) => length)).toEqual(lengths);
  for (const _ of ['made', 'copied']) {
    const pages = firstFreeAddress / pageBytes;
    const memory = new webAssembly.Memory({ initial: pages, maximum: pages });
    instantiate(simdBinary, memory);
    let address = tablesAddress;
    for (const [name, bytes] of tables) {
      const made = new Uint8Array(memory.buffer, address, bytes.length);
      expect(Buffer.compare(made, bytes), name).toBe(0);
      address += bytes.length;
    }
  }
});
