import { parse } from 'csv-parse/browser/esm/sync';
import type { Samples } from './samples.js';

const mostSamples = 400;

/** Samples from CSV: one or two columns of inputs and one of targets. @throws Error that says what does not fit. */
export function readPoints(text: string): Samples {
  const delimiter = [',', ';', '\t', ' '].find((one) => text.includes(one)) ?? ',';
  const rows = parse(text.trim(), {
    delimiter,
    skip_empty_lines: true,
    trim: true,
    relax_column_count: false,
  });
  const numbers = rows.map((row) => row.map(Number));
  const isHeader = numbers[0]?.some(Number.isNaN) ?? false;
  const body = isHeader ? numbers.slice(1) : numbers;
  const width = body[0]?.length ?? 0;
  if (width !== 2 && width !== 3) {
    throw new Error(`${width} columns; two (x, y) or three (x₁, x₂, y) are wanted`);
  }
  const wrong = body.findIndex((row) => !row.every(Number.isFinite));
  if (wrong >= 0) {
    throw new Error(
      `line ${wrong + 1 + Number(isHeader)}: "${rows[wrong + Number(isHeader)]!.join(', ')}" are not numbers`,
    );
  }
  if (body.length > mostSamples) {
    throw new Error(
      `${body.length} samples; up to ${mostSamples} stay fluid here, the lab takes more`,
    );
  }
  return { inputs: body.map((row) => row.slice(0, -1)), targets: body.map((row) => row.at(-1)!) };
}
