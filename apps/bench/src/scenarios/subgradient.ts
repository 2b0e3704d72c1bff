import type { Mark } from '../mark.js';
import { defineScenario, type Rates, type TimedCase } from '../scenario.js';
import { cellCount, checkCells, prepareCells, type Arrangement } from './cell-counts.js';
import {
  checkGeneralizedGradient,
  gradientWays,
  prepareGeneralizedGradient,
  type GradientAnswer,
  type GradientWay,
} from './generalized-gradients.js';

type Task =
  | { readonly task: 'gradient'; readonly way: GradientWay }
  | { readonly task: 'cells'; readonly arrangement: Arrangement };

/** Generalized gradients at kinks, as limits and certified, and the cells of arrangements of kinks. */
export const subgradient = defineScenario<Task, GradientAnswer | number>({
  name: 'subgradient',
  summary: 'generalized gradients of a 2-8-8-1 ReLU network at a kink, and cells of hyperplanes',
  packages: ['subgradient', 'nets', 'autodiff', 'kernels', 'tensor'],
  cases: ({ detailed }) => [...gradients, ...(detailed ? largeArrangements : smallArrangements)],
  prepare: (task, seed) =>
    task.task === 'cells'
      ? prepareCells(task.arrangement, seed)
      : prepareGeneralizedGradient(task.way, seed),
  check: ([answer], [task]) =>
    task!.task === 'cells'
      ? checkCells(task!.arrangement, answer as number)
      : checkGeneralizedGradient(task!.way, answer as GradientAnswer),
  marks: cellMarks,
});

const gradients: readonly TimedCase<Task>[] = gradientWays.map((way) => ({
  kind: 'timed',
  unit: 'gradients',
  name: way,
  parameters: { task: 'gradient', way },
}));

const smallArrangements = [
  cells({ kind: 'generic', rows: 10, dimension: 5, bits: 'few' }),
  cells({ kind: 'braid', dimension: 5 }),
];
const largeArrangements = [
  cells({ kind: 'generic', rows: 16, dimension: 10, bits: 'few' }),
  cells({ kind: 'braid', dimension: 8 }),
  cells({ kind: 'generic', rows: 16, dimension: 6, bits: 'all' }),
];

function cells(arrangement: Arrangement): TimedCase<Task> {
  return {
    kind: 'timed',
    unit: 'cells',
    name: nameOf(arrangement),
    parameters: { task: 'cells', arrangement },
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

/** Cells per second on one core, everything verified exactly. */
const cellRates = [25_000, 25_000, 4_000];

function cellMarks(rates: Rates): readonly Mark[] {
  return largeArrangements.flatMap(({ name }, i) => {
    const ratio = rates.peak(name);
    return ratio === undefined
      ? []
      : [{ quantity: `cells per second: ${name}`, ratio, mark: cellRates[i]! }];
  });
}
