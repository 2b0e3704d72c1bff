import type { MemberFile } from '../member-file.js';
import type { Member } from '../members.js';
import { arrowSink } from './arrow.js';
import { csvSink } from './csv.js';
import { parquetSink } from './parquet.js';
import type { Field, Rows, TableSink, Values, WriteBytes } from './sink.js';

/** The formats of tables, by the ending of their files. */
export const formats = { arrow: arrowSink, csv: csvSink, parquet: parquetSink } as const;

/** The name of a file format of the final tables. */
export type Format = keyof typeof formats;

/** Takes members in their order, and makes rows of a table of them. */
export interface Table {
  add(member: Member, file: MemberFile): void;
  finish(): void;
}

/** Rows of several short members go into one part. */
const rowsPerPart = 50_000;

/** One row per member and saved time. */
export function trajectoryTable(
  members: readonly Member[],
  columns: readonly string[],
  format: Format,
  write: WriteBytes,
): Table {
  const paths = pathsOf(members);
  const fields: Field[] = [
    ...memberFields(members),
    ...columns.map((name) => ({ name, kind: 'number' as const })),
  ];
  const part = parts(fields, formats[format](fields, write));
  return {
    add(member, file) {
      const { length } = file.columns.get('t')!;
      part.add({
        length,
        columns: [
          ...memberValues(member, paths).map((value) => repeated(value, length)),
          ...columns.map((name) => file.columns.get(name)!),
        ],
      });
    },
    finish: () => part.finish(),
  };
}

/** One row per member. */
export function memberTable(
  members: readonly Member[],
  columns: readonly string[],
  write: WriteBytes,
): Table {
  const facts = ['steps', 'gradients', 'largestNorm', 'largestNormAt'] as const;
  const texts = ['status', 'reason', 'verdict', 'evidence', 'thetaHash'] as const;
  const paths = pathsOf(members);
  const fields: Field[] = [
    ...memberFields(members),
    { name: 'parameters', kind: 'integer' },
    { name: 'end', kind: 'number' },
    ...columns.filter((name) => name !== 't').map((name) => ({ name, kind: 'number' as const })),
    ...facts.map((name) => ({ name, kind: 'number' as const })),
    ...texts.map((name) => ({ name, kind: 'text' as const })),
  ];
  const part = parts(fields, csvSink(fields, write));
  return {
    add(member, { facts: known, columns: saved }) {
      const last = (name: string): number => saved.get(name)?.at(-1) ?? NaN;
      const row = [
        ...memberValues(member, paths),
        known.parameters,
        last('t'),
        ...columns.filter((name) => name !== 't').map(last),
        ...facts.map((name) => known[name]),
        ...texts.map((name) => known[name]),
      ];
      part.add({ length: 1, columns: row.map((value) => repeated(value, 1)) });
    },
    finish: () => part.finish(),
  };
}

function memberFields(members: readonly Member[]): Field[] {
  return [
    { name: 'member', kind: 'integer' },
    ...pathsOf(members).map((name): Field => {
      const values = members.map((member) => valueAt(member, name));
      return values.every((value) => typeof value === 'number')
        ? { name, kind: 'number' }
        : { name, kind: 'text', values: values.map(textOf) };
    }),
    { name: 'start', kind: 'integer' },
  ];
}

function memberValues(member: Member, paths: readonly string[]): (number | string)[] {
  const values = paths.map((path) => {
    const value = valueAt(member, path);
    return typeof value === 'number' ? value : textOf(value);
  });
  return [member.index, ...values, member.start];
}

/** All paths that vary; not every variation of a list says each. */
function pathsOf(members: readonly Member[]): string[] {
  return [...new Set(members.flatMap(({ variation }) => Object.keys(variation)))];
}

/** What the study of a member has at a path, said by its variation or not; empty if nothing. */
function valueAt({ variation, study }: Member, path: string): unknown {
  if (path in variation) return variation[path];
  const found = path
    .split('.')
    .reduce<unknown>((place, key) => (place as Record<string, unknown> | undefined)?.[key], study);
  return found ?? '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function repeated(value: number | string, length: number): Values {
  return typeof value === 'number'
    ? new Float64Array(length).fill(value)
    : Array.from({ length }, () => value);
}

/** Gathers rows until they are worth a part. */
function parts(fields: readonly Field[], sink: TableSink) {
  let waiting: Rows[] = [];
  let length = 0;
  const pass = (): void => {
    if (length > 0) {
      sink.write({
        length,
        columns: fields.map(({ kind }, i) => {
          if (kind === 'text') return waiting.flatMap(({ columns }) => columns[i] as string[]);
          const Store = kind === 'integer' ? Int32Array : Float64Array;
          const joined = new Store(length);
          let at = 0;
          for (const rows of waiting) {
            const values = rows.columns[i]!;
            joined.set(values as Float64Array, at);
            at += rows.length;
          }
          return joined;
        }),
      });
    }
    waiting = [];
    length = 0;
  };
  return {
    add(rows: Rows): void {
      const columns = rows.columns.map((values, i) =>
        fields[i]!.kind === 'text' && ArrayBuffer.isView(values)
          ? Array.from(values as Float64Array, String)
          : values,
      );
      waiting.push({ length: rows.length, columns });
      length += rows.length;
      if (length >= rowsPerPart) pass();
    },
    finish(): void {
      pass();
      sink.finish();
    },
  };
}
