import { parse } from 'csv-parse/browser/esm/sync';
import { limits } from '../state/limits.js';
import type { Samples } from './samples.js';

/**
 * Samples from CSV: one or two columns of inputs and one of targets, with a header or without, separated by semicolons,
 * tabs, commas or spaces; next to semicolons and tabs a comma may stand for the decimal point.
 * @throws Error that says what does not fit, and where.
 */
export function readPoints(text: string): Samples {
  const plain = text.replace(/^\uFEFF/, '').trim();
  if (plain === '') throw new Error('the file is empty');
  const delimiter = [';', '\t', ',', ' '].find((one) => plain.includes(one)) ?? ',';
  const rows = parse(delimiter === ' ' ? plain.replaceAll(/ +/g, ' ') : plain, {
    delimiter,
    skip_empty_lines: true,
    trim: true,
    relax_column_count: true,
  });
  const number = (cell: string): number => {
    const decimal = delimiter === ',' ? cell : cell.replace(',', '.');
    return decimal === '' ? NaN : Number(decimal);
  };
  const numbers = rows.map((row) => row.map(number));
  const isHeader = numbers[0]!.every(Number.isNaN);
  const body = isHeader ? numbers.slice(1) : numbers;
  const width = numbers[0]!.length;
  if (width !== 2 && width !== 3) {
    throw new Error(
      `${width} ${width === 1 ? 'column' : 'columns'}; two (x, y) or three (x₁, x₂, y) are wanted`,
    );
  }
  if (body.length === 0) throw new Error('a header, and no samples below it');
  const wrong = body.findIndex((row) => row.length !== width || !row.every(Number.isFinite));
  if (wrong >= 0) {
    const row = rows[wrong + Number(isHeader)]!;
    throw new Error(
      `row ${wrong + 1 + Number(isHeader)}, "${row.join(`${delimiter} `).slice(0, 60)}", is not ${width} numbers`,
    );
  }
  if (body.length > limits.samples) {
    throw new Error(
      `${body.length} samples; the page takes up to ${limits.samples}, studies of the lab take more`,
    );
  }
  return { inputs: body.map((row) => row.slice(0, -1)), targets: body.map((row) => row.at(-1)!) };
}
