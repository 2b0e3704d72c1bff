import { minimalNormPoint } from '@nonsmooth/subgradient';
import { foldIn, key, uniform } from '@nonsmooth/tensor';
import { boundError, claim, type Check } from '../check.js';
import type { Mark } from '../mark.js';
import type { Rates, TimedCase, Work } from '../scenario.js';
import { markAgainst } from './reference-machine.js';

/** The least element of the convex hull of so many random generators. */
export interface MinimalNormTask {
  readonly task: 'minimal norm';
  readonly count: number;
  readonly dimension: number;
  /** Where 0 lies. */
  readonly zero: 'inside' | 'boundary' | 'outside';
}

export interface MinimalNormAnswer {
  /** (‖x‖² − min⟨x, g_i⟩)/max‖g_i‖². */
  readonly gap: number;
  readonly norm: number;
}

const sizes = [
  { count: 500, dimension: 50, seconds: 0.02 },
  { count: 10_000, dimension: 20, seconds: 0.15 },
];

const tasks = sizes.flatMap(({ count, dimension }) =>
  (['inside', 'boundary', 'outside'] as const).map((zero): MinimalNormTask => ({
    task: 'minimal norm',
    count,
    dimension,
    zero,
  })),
);

export const minimalNormCases: readonly TimedCase<MinimalNormTask>[] = tasks.map((task) => ({
  kind: 'timed',
  unit: 'points',
  name: nameOf(task),
  parameters: task,
  alone: true,
}));

/** Against the prototypes' times on the reference machine. */
export function minimalNormMarks(rates: Rates): readonly Mark[] {
  return tasks.flatMap((task) => {
    const { seconds } = sizes.find(({ count }) => count === task.count)!;
    const name = nameOf(task);
    return markAgainst(
      `${1000 * seconds} ms`,
      seconds,
      rates,
      { name, seconds: rates.call(name) },
      1,
    );
  });
}

export function prepareMinimalNorm(task: MinimalNormTask, seed: number): Work<MinimalNormAnswer> {
  const generators = generatorsOf(task, seed);
  let found = minimalNormPoint(generators);
  return {
    units: 1,
    run: () => void (found = minimalNormPoint(generators)),
    answer() {
      const { point, norm } = found;
      const largest = Math.max(...generators.map((g) => inner(g, g)));
      const lowest = Math.min(...generators.map((g) => inner(point, g)));
      return { gap: (inner(point, point) - lowest) / largest, norm };
    },
    fingerprint: () => [found.point],
  };
}

export function checkMinimalNorm(
  { zero }: MinimalNormTask,
  { gap, norm }: MinimalNormAnswer,
): readonly Check[] {
  return [
    boundError('gap of optimality', gap, 1e-12),
    claim('the least element', norm < 1e-6 ? '0' : 'not 0', zero === 'outside' ? 'not 0' : '0'),
  ];
}

/** Uniform in a cube around 0, moved to one side, or folded to one side with 0 in a simplex on its face. */
function generatorsOf(
  { count, dimension, zero }: MinimalNormTask,
  seed: number,
): readonly Float64Array[] {
  const random = foldIn(foldIn(key(seed), 9), dimension);
  const { data } = uniform(random, [count, dimension], { low: -1, high: 1 });
  const rows = Array.from({ length: count }, (_, i) =>
    Float64Array.from(data.subarray(i * dimension, (i + 1) * dimension)),
  );
  if (zero === 'outside') for (const row of rows) row[0]! += 1.5;
  if (zero === 'boundary') {
    for (const row of rows) row[0] = Math.abs(row[0]!);
    const vertices = rows.slice(0, dimension);
    for (const row of vertices) row[0] = 0;
    rows[dimension] = Float64Array.from(
      { length: dimension },
      (_, t) => -vertices.reduce((sum, row) => sum + row[t]!, 0) / dimension,
    );
  }
  return rows;
}

function inner(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, t) => sum + value * b[t]!, 0);
}

function nameOf({ count, dimension, zero }: MinimalNormTask): string {
  return `minimal norm, ${count} of rank ${dimension}, ${zero}`;
}
