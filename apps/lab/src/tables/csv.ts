import type { Field, TableSink, WriteBytes } from './sink.js';

const rowsPerText = 10_000;

/** Comma-separated values (RFC 4180); numbers in the shortest form that reads back as the same double. */
export function csvSink(fields: readonly Field[], write: WriteBytes): TableSink {
  const put = (lines: readonly string[]): void => write(Buffer.from(lines.join('')));
  put([`${fields.map(({ name }) => quoted(name)).join(',')}\r\n`]);
  return {
    write({ length, columns }) {
      for (let from = 0; from < length; from += rowsPerText) {
        const lines: string[] = [];
        for (let row = from; row < Math.min(length, from + rowsPerText); row++) {
          lines.push(`${columns.map((values) => quoted(String(values[row]))).join(',')}\r\n`);
        }
        put(lines);
      }
    },
    finish() {},
  };
}

function quoted(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
