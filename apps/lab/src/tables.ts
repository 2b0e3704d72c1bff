import {
  Dictionary,
  Float64,
  Int32,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
  type Vector,
} from 'apache-arrow';
import type { MemberResult } from './run-member.js';

/** Columns of equal length, by name. */
export type Columns = Readonly<Record<string, readonly (number | string)[]>>;

/** One row per member and saved time. */
export function trajectoryColumns(results: readonly MemberResult[]): Columns {
  const each = (value: (result: MemberResult) => number | string): (number | string)[] =>
    results.flatMap((result) => result.columns.t.map(() => value(result)));
  return {
    member: each(({ index }) => index),
    ...variationColumns(results, each),
    start: each(({ start }) => start),
    t: results.flatMap(({ columns }) => columns.t),
    loss: results.flatMap(({ columns }) => columns.loss),
    speed: results.flatMap(({ columns }) => columns.speed),
    norm: results.flatMap(({ columns }) => columns.norm),
  };
}

/** One row per member. */
export function memberColumns(results: readonly MemberResult[]): Columns {
  const each = (value: (result: MemberResult) => number | string): (number | string)[] =>
    results.map(value);
  return {
    member: each(({ index }) => index),
    ...variationColumns(results, each),
    start: each(({ start }) => start),
    parameters: each(({ parameters }) => parameters),
    status: each(({ status }) => status),
    end: each(({ columns }) => columns.t.at(-1) ?? NaN),
    loss: each(({ columns }) => columns.loss.at(-1) ?? NaN),
    speed: each(({ columns }) => columns.speed.at(-1) ?? NaN),
    norm: each(({ columns }) => columns.norm.at(-1) ?? NaN),
    largestNorm: each(({ largestNorm }) => largestNorm),
    gradients: each(({ gradients }) => gradients),
    verdict: each(({ verdict }) => verdict),
    evidence: each(({ evidence }) => evidence),
    thetaHash: each(({ thetaHash }) => thetaHash),
  };
}

function variationColumns(
  results: readonly MemberResult[],
  each: (value: (result: MemberResult) => number | string) => (number | string)[],
): Columns {
  const paths = Object.keys(results[0]?.variation ?? {});
  return Object.fromEntries(
    paths.map((path) => [
      path,
      each(({ variation }) => {
        const value = variation[path];
        return typeof value === 'number' || typeof value === 'string'
          ? value
          : JSON.stringify(value);
      }),
    ]),
  );
}

const integers: ReadonlySet<string> = new Set(['member', 'start', 'parameters', 'gradients']);

/** An Arrow IPC file: Int32, Float64 and dictionary-encoded strings. */
export function toArrow(columns: Columns): Uint8Array {
  const vectors = Object.entries(columns).map(([name, values]): [string, Vector] => [
    name,
    integers.has(name)
      ? vectorFromArray(values as readonly number[], new Int32())
      : values.every((value) => typeof value === 'number')
        ? vectorFromArray(values, new Float64())
        : vectorFromArray(values.map(String), new Dictionary(new Utf8(), new Int32())),
  ]);
  return tableToIPC(new Table(Object.fromEntries(vectors)), 'file');
}

/** Comma-separated values (RFC 4180); numbers in the shortest form that reads back as the same double. */
export function toCsv(columns: Columns): string {
  const names = Object.keys(columns);
  const quoted = (value: string): string =>
    /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  const length = columns[names[0]!]!.length;
  const lines = Array.from({ length }, (_, row) =>
    names.map((name) => quoted(String(columns[name]![row]))).join(','),
  );
  return [names.map(quoted).join(','), ...lines, ''].join('\r\n');
}
