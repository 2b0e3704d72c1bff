// Writes where the rows of tables lie in memory, and how far the c of each is from the number near which it was sought,
// from which assembly/table-rows.ts makes them: the module itself has no rows.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants } from '../abi/constants.mjs';

const root = join(import.meta.dirname, '..');

/** Rows near k/density, from the row `first` on; c is a multiple of its last digit, or of 2^-26. */
function evenly(density, first, digits) {
  return {
    first,
    near: (k) => k / density,
    step: (middle) => Math.max(2 ** -26, 2 ** (Math.floor(Math.log2(middle)) - digits)),
  };
}

/** Rows in the middle of the sixteenths of the octaves of 1 + y. */
const sixteenths = {
  first: 0,
  near: (k) => 2 ** Math.floor(k / 16) * (1 + ((k % 16) + 0.5) / 16) - 1,
  step: () => 2 ** -22,
};

/** Tables in the order in which assembly/table-rows.ts makes them, with the numbers in a row. */
const tables = [
  { file: 'tanh-table', name: 'TANH_ROWS64', width: 4, points: evenly(32, 2, 52) },
  { file: 'tanh-table', name: 'TANH_ROWS32', width: 4, points: evenly(16, 2, 23) },
  { file: 'softplus-table', name: 'SOFTPLUS_ROWS64', width: 3, points: evenly(32, 0, 52) },
  { file: 'softplus-table', name: 'SOFTPLUS_ROWS32', width: 3, points: evenly(16, 0, 23) },
  { file: 'normal-distribution-table', name: 'NORMAL_ROWS64', width: 3, points: evenly(32, 0, 52) },
  { file: 'normal-distribution-table', name: 'NORMAL_ROWS32', width: 3, points: evenly(32, 0, 23) },
  { file: 'normal-tail-table', name: 'NORMAL_TAIL_ROWS', width: 12, points: sixteenths },
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

/** In steps, the last row first; the sign in the lowest bit. */
function* codesOf(name, numbers, width, { first, near, step }) {
  for (let k = Math.floor(numbers.length / width) - 1; k >= first; k--) {
    const steps = (numbers[k * width] - near(k)) / step(near(k));
    const code = steps < 0 ? -2 * steps - 1 : 2 * steps;
    if (!Number.isInteger(code) || code >= 2 ** 16) throw new Error(`c of row ${k} of ${name}`);
    yield code;
  }
}

/** Writes assembly/generated/table-places.ts. */
export function writeTables() {
  let address = constants.tablesAddress.value;
  const addresses = [];
  const codes = [];
  for (const { file, name, width, points } of tables) {
    const numbers = numbersOf(file, name);
    addresses.push(`export const ${name}: usize = ${address};\n`);
    address += numbers.length * (name.endsWith('32') ? 4 : 8);
    codes.push(...codesOf(name, numbers, width, points));
  }
  const free = constants.firstFreeAddress.value;
  if (address > free) throw new Error(`the tables end at ${address}, behind ${free}`);
  // the high bytes are nearly all the same
  const bytes = [...codes.map((code) => code & 255), ...codes.map((code) => code >> 8)];
  writeFileSync(
    join(root, 'assembly/generated/table-places.ts'),
    [
      '// Written by tools/write-tables.mjs from the tables of assembly/.\n',
      ...addresses,
      '/** Rows of all tables that are not given. */',
      `export const TABLE_STEP_COUNT: i32 = ${codes.length};\n`,
      '/** How far the c of each is from where it was sought, in steps: 2n for n ≥ 0, −2n − 1 for n < 0; low bytes, high bytes. */',
      `export const TABLE_STEPS: usize = memory.data<u8>([${bytes.join(', ')}]);\n`,
    ].join('\n'),
  );
}
