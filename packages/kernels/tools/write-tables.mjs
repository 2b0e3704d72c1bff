// Writes where the rows of tables lie in memory, and how far their c are from k/density, from which assembly/table-rows.ts
// makes them: the module itself has no rows.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants } from '../abi/constants.mjs';

const root = join(import.meta.dirname, '..');

/** Tables in the order in which assembly/table-rows.ts makes them: numbers in a row, rows per unit, and the first row that is made. */
const tables = [
  { file: 'tanh-table', name: 'TANH_ROWS64', width: 4, density: 32, first: 2 },
  { file: 'tanh-table', name: 'TANH_ROWS32', width: 4, density: 16, first: 2 },
  { file: 'softplus-table', name: 'SOFTPLUS_ROWS64', width: 3, density: 32, first: 0 },
  { file: 'softplus-table', name: 'SOFTPLUS_ROWS32', width: 3, density: 16, first: 0 },
  { file: 'normal-distribution-table', name: 'NORMAL_ROWS64', width: 3, density: 32, first: 0 },
  { file: 'normal-distribution-table', name: 'NORMAL_ROWS32', width: 3, density: 32, first: 0 },
];

/** The numbers of a table of assembly/. */
function numbersOf(file, name) {
  const text = readFileSync(join(root, 'assembly', `${file}.ts`), 'utf8');
  const [, numbers] = text.match(
    new RegExp(String.raw`const ${name}: usize = memory\.data<f\d\d>\(\[([^\]]*)\]\)`),
  );
  return numbers
    .split(',')
    .filter((number) => number.trim() !== '')
    .map(Number);
}

/** Where a table lies, and its bytes. */
function layOut() {
  let address = constants.tablesAddress.value;
  return tables.map((table) => {
    const numbers = numbersOf(table.file, table.name);
    const Store = table.name.endsWith('64') ? Float64Array : Float32Array;
    const bytes = new Uint8Array(Store.from(numbers).buffer);
    const place = { ...table, numbers, bytes, address };
    address += bytes.length;
    return place;
  });
}

/** The steps in which a c near this number was sought. */
function stepNear(middle, digits) {
  return Math.max(2 ** -26, 2 ** (Math.floor(Math.log2(middle)) - digits));
}

/** How far the c of a table are from k/density, in steps, the last first. */
function* differences({ name, numbers, width, density, first }) {
  const digits = name.endsWith('64') ? 52 : 23;
  for (let k = Math.floor(numbers.length / width) - 1; k >= first; k--) {
    const middle = k / density;
    const steps = (numbers[k * width] - middle) / stepNear(middle, digits);
    if (!Number.isInteger(steps) || Math.abs(steps) > 32767) throw new Error(`${name}: row ${k}`);
    yield steps;
  }
}

/** Writes assembly/generated/table-places.ts. */
export function writeTables() {
  const places = layOut();
  const { address, bytes } = places.at(-1);
  const end = address + bytes.length;
  if (end > constants.firstFreeAddress.value) throw new Error(`the tables end at ${end}`);
  const steps = places.flatMap((table) => [...differences(table)]);
  // the sign in the lowest bit, so that high bytes are equal
  const codes = steps.map((step) => (step < 0 ? -2 * step - 1 : 2 * step));
  writeFileSync(
    join(root, 'assembly/generated/table-places.ts'),
    [
      '// Written by tools/write-tables.mjs from the tables of assembly/.\n',
      ...places.map(({ name, address }) => `export const ${name}: usize = ${address};\n`),
      '/** How far each c is from k/density, in steps: 2n for n ≥ 0, −2n − 1 for n < 0. */',
      `export const TABLE_STEPS: usize = memory.data<u16>([${codes.join(', ')}]);\n`,
    ].join('\n'),
  );
}
