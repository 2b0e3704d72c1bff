import * as arrow from 'apache-arrow';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readRows } from '../src/data/read-file.js';
import { readArrow } from '../src/tables/read-arrow.js';

const folder = mkdtempSync(join(tmpdir(), 'nonsmooth-arrow-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { vectorFromArray } = arrow;
const timestamps = new arrow.TimestampMillisecond('UTC');
const lists = new arrow.List(new arrow.Field('entry', new arrow.Float64(), false));
const structures = new arrow.Struct([
  new arrow.Field('a', new arrow.Float32(), true),
  new arrow.Field('b', new arrow.Utf8(), true),
]);
const days = [new Date(0), new Date(86_400_000)];
const vectors: Readonly<Record<string, arrow.Vector>> = {
  doubles: vectorFromArray([1.5, -2.5, NaN]),
  singles: vectorFromArray([1.5, null], new arrow.Float32()),
  halves: vectorFromArray([1.5, 2.5], new arrow.Float16()),
  bytes: vectorFromArray([1, -2], new arrow.Int8()),
  longs: vectorFromArray([1n, -(2n ** 60n)], new arrow.Int64()),
  booleans: vectorFromArray([true, false, null]),
  texts: vectorFromArray(['one', '', null], new arrow.Utf8()),
  'large texts': vectorFromArray(['one', 'two'], new arrow.LargeUtf8()),
  'texts of a dictionary': vectorFromArray(['one', 'two', 'one']),
  binaries: vectorFromArray([Uint8Array.of(1, 2)], new arrow.Binary()),
  'binaries of one size': vectorFromArray([Uint8Array.of(1, 2)], new arrow.FixedSizeBinary(2)),
  dates: vectorFromArray(days, new arrow.DateDay()),
  'dates with times': vectorFromArray(days, new arrow.DateMillisecond()),
  timestamps: vectorFromArray(days, timestamps),
  times: vectorFromArray([1, 2], new arrow.TimeMillisecond()),
  durations: vectorFromArray([1n, 2n], new arrow.DurationSecond()),
  lists: vectorFromArray([[1, 2], [], [3]], lists),
  'lists of one size': vectorFromArray(
    [[1, 2]],
    new arrow.FixedSizeList(2, new arrow.Field('entry', new arrow.Float64(), false)),
  ),
  structures: vectorFromArray([{ a: 1, b: 'x' }, null], structures),
  nothing: vectorFromArray([null, null]),
};

test.each(Object.entries(vectors))('reads what the library writes: %s', (_name, column) => {
  const numbers = arrow.makeVector(Float64Array.from({ length: column.length }, (_, i) => i));
  const table = new arrow.Table({ column, numbers });
  for (const given of [table, table.concat(table), table.slice(0, 0)]) {
    const back = readArrow(arrow.tableToIPC(given, 'file'));
    expect(back.numRows).toBe(given.numRows);
    expect(String(back.schema)).toBe(String(given.schema));
    expect(back.toArray().map(String)).toEqual(given.toArray().map(String));
  }
});

test('rows of numbers: columns by name, without those that are none', () => {
  const path = join(folder, 'some.arrow');
  const columns = { x: [1, 2, 3], y: [1n, 2n, 3n], gap: [1, null, 3], text: ['a', 'b', 'c'] };
  const table = new arrow.Table(
    Object.fromEntries(
      Object.entries(columns).map(([name, values]) => [name, vectorFromArray(values as number[])]),
    ),
  );
  writeFileSync(path, arrow.tableToIPC(table, 'file'));
  const read = (...names: string[]): unknown =>
    readRows('inputs.file', { file: path, columns: names });
  expect(read('y', 'x')).toEqual({ rows: 3, columns: 2, data: Float64Array.of(1, 1, 2, 2, 3, 3) });
  expect(() => read('x', 'gap')).toThrow(/finite numbers; row 2 of gap/);
  expect(() => read('text')).toThrow(/finite numbers; row 1 of text/);
  expect(() => read('z')).toThrow(/allowed: columns x, y, gap, text/);
});

test('counts and lengths that the file does not hold are refused at once', () => {
  const table = new arrow.Table({ x: arrow.makeVector(Float64Array.of(1, 2, 3)) });
  const whole = arrow.tableToIPC(table, 'file');
  const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
  let refused = 0;
  for (let at = 8; at + 4 <= whole.length; at += 4) {
    for (const value of [0x7fffffff, -2, 0x10000000]) {
      const before = view.getInt32(at, true);
      view.setInt32(at, value, true);
      try {
        // what is read instead may be other numbers, no more of them
        expect(readArrow(whole).numRows).toBeLessThanOrEqual(3);
      } catch (error) {
        expect(error).toMatchObject({ name: 'FormatError' });
        refused++;
      }
      view.setInt32(at, before, true);
    }
  }
  expect(refused).toBeGreaterThan(100);
  expect(() => readArrow(whole.slice(0, -20))).toThrow(/Arrow: not a whole Arrow file/);
});
