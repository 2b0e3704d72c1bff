import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** A table of numbers; what is none is NaN. */
export interface ParquetTable {
  /** All columns of the file. */
  readonly known: readonly string[];
  readonly rows: number;
  /** The columns that were asked for, one after another; undefined for those that the file does not have. */
  readonly columns: readonly (Float64Array | undefined)[];
}

/** The library only reads asynchronously: it does so in a process of its own, which is waited for. */
const program = `
import { readFileSync, writeSync } from 'node:fs';
const [library, names] = process.argv.slice(1);
const { parquetMetadata, parquetReadObjects, parquetSchema } = await import(library);
const bytes = readFileSync(0);
const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
const write = (part) => { for (let at = 0; at < part.length;) at += writeSync(1, part, at); };
let answer, columns = [];
try {
  const known = parquetSchema(parquetMetadata(file)).children.map(({ element }) => element.name);
  const chosen = JSON.parse(names) ?? known;
  const there = chosen.filter((name) => known.includes(name));
  const rows = await parquetReadObjects({ file, columns: there });
  const number = (value) => typeof value === 'string' || value === null ? NaN : Number(value);
  columns = chosen.map((name) => known.includes(name) && Float64Array.from(rows, (row) => number(row[name])));
  answer = { known, rows: rows.length, there: columns.map(Boolean) };
} catch (error) { answer = { error: String(error.message) }; columns = []; }
const head = Buffer.from(JSON.stringify(answer));
const length = Buffer.alloc(4);
length.writeUInt32LE(head.length);
for (const part of [length, head]) write(part);
for (const column of columns) if (column) write(new Uint8Array(column.buffer));
`;

/** Reads columns of a Parquet file, all without names. @throws Error that says what is wrong with the file. */
export function readParquet(bytes: Uint8Array, names: readonly string[] | undefined): ParquetTable {
  const library = pathToFileURL(createRequire(import.meta.url).resolve('hyparquet')).href;
  const words = [library, JSON.stringify(names ?? null)];
  const out = execFileSync(
    process.execPath,
    ['--input-type=module', '--eval', program, '--', ...words],
    { input: bytes, maxBuffer: 2 ** 31, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const end = 4 + out.readUInt32LE(0);
  const answer = JSON.parse(out.subarray(4, end).toString()) as
    { error: string } | { known: string[]; rows: number; there: boolean[] };
  if ('error' in answer) throw new Error(answer.error);
  const { known, rows, there } = answer;
  let at = end;
  const columns = there.map((isThere) => {
    if (!isThere) return undefined;
    const part = Uint8Array.from(out.subarray(at, (at += 8 * rows)));
    return new Float64Array(part.buffer);
  });
  return { known, rows, columns };
}
