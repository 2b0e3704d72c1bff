import { countCells } from '@nonsmooth/subgradient';
import { foldIn, integers, key, normal } from '@nonsmooth/tensor';
import { timed, type Case } from '../case.js';
import { claim } from '../check.js';
import type { Comparison } from '../comparison.js';
import type { Work } from '../work.js';

/** A central arrangement of hyperplanes with a known number of cells. */
type Arrangement =
  /** Rows in general position: small integers, or normal doubles with all their bits. */
  | {
      readonly kind: 'generic';
      readonly rows: number;
      readonly dimension: number;
      readonly bits: 'few' | 'all';
    }
  /** e_i − e_j, i < j. */
  | { readonly kind: 'braid'; readonly dimension: number };

/** Arrangements whose cells are counted in an instant. */
export const smallArrangements: readonly Case[] = [
  cellCase({ kind: 'generic', rows: 10, dimension: 5, bits: 'few' }),
  cellCase({ kind: 'braid', dimension: 5 }),
];

/** With the cells per second that one core is meant to reach, everything verified exactly. */
export const largeArrangements: readonly Case[] = [
  cellCase({ kind: 'generic', rows: 16, dimension: 10, bits: 'few' }, 25_000),
  cellCase({ kind: 'braid', dimension: 8 }, 25_000),
  cellCase({ kind: 'generic', rows: 16, dimension: 6, bits: 'all' }, 4_000),
];

function cellCase(arrangement: Arrangement, rate?: number): Case {
  const name = nameOf(arrangement);
  const count = cellCount(arrangement);
  return timed<number>({
    name,
    unit: 'cells',
    prepare: (seed) => cellWork(arrangement, seed),
    check: (found) => [claim('number of cells', String(found), String(count))],
    comparisons: rate === undefined ? [] : [cellsPerSecond(name, rate)],
  });
}

function cellsPerSecond(name: string, mark: number): Comparison {
  const own = { name };
  return {
    quantity: `cells per second: ${name}`,
    cases: [own],
    ratio: (rates) => rates.rate(own),
    mark,
  };
}

function nameOf(arrangement: Arrangement): string {
  const { kind, dimension } = arrangement;
  const space = `${cellCount(arrangement)} cells, R${superscript(dimension)}`;
  if (kind === 'braid') return `braid, ${space}`;
  return `${arrangement.rows} rows, ${arrangement.bits} bits, ${space}`;
}

function superscript(value: number): string {
  return Array.from(String(value), (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('');
}

/** 2·Σ_{i<n} C(k−1, i) for k generic rows in Rⁿ, n! for the braid arrangement. */
function cellCount(arrangement: Arrangement): number {
  const { dimension } = arrangement;
  if (arrangement.kind === 'braid') return product(dimension, (i) => i + 1);
  let count = 0;
  for (let i = 0; i < dimension; i++) count += binomial(arrangement.rows - 1, i);
  return 2 * count;
}

/** Enumerates the cells, every direction and refutation verified exactly. The answer is their number. */
function cellWork(arrangement: Arrangement, seed: number): Work<number> {
  const rows = rowsOf(arrangement, seed);
  const found = new Float64Array(1);
  return {
    units: cellCount(arrangement),
    run: () => void (found[0] = countCells(rows, { exactSolves: 1e9 }).count ?? NaN),
    answer: () => found[0]!,
    fingerprint: () => [found],
  };
}

function rowsOf(arrangement: Arrangement, seed: number): readonly Float64Array[] {
  const { dimension } = arrangement;
  if (arrangement.kind === 'braid') {
    return Array.from({ length: dimension }, (_, i) =>
      Array.from({ length: dimension - i - 1 }, (_, k) => {
        const row = new Float64Array(dimension);
        row[i] = 1;
        row[i + k + 1] = -1;
        return row;
      }),
    ).flat();
  }
  const shape = [arrangement.rows, dimension];
  const random = foldIn(key(seed), 6);
  const entries =
    arrangement.bits === 'few' ? integers(random, shape, -9, 10) : normal(random, shape).data;
  return Array.from({ length: arrangement.rows }, (_, i) =>
    Float64Array.from(entries.subarray(i * dimension, (i + 1) * dimension)),
  );
}

function binomial(n: number, k: number): number {
  return k > n ? 0 : Math.round(product(k, (i) => (n - i) / (i + 1)));
}

function product(count: number, factor: (i: number) => number): number {
  let result = 1;
  for (let i = 0; i < count; i++) result *= factor(i);
  return result;
}
