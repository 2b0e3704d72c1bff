import { largest, smallest } from '@nonsmooth/core';
import { minimalNormPoint } from '@nonsmooth/subgradient';
import { foldIn, key, uniform } from '@nonsmooth/tensor';
import { timed, type Case } from '../case.js';
import { boundError, claim } from '../check.js';
import type { Work } from '../work.js';
import { fasterThanScaled } from './reference-machine.js';

/** The least element of the convex hull of so many random generators. */
interface Hull {
  readonly count: number;
  readonly dimension: number;
  /** Where 0 lies. */
  readonly zero: 'inside' | 'boundary' | 'outside';
}

interface Answer {
  /** (‖x‖² − min⟨x, g_i⟩)/max‖g_i‖². */
  readonly gap: number;
  readonly norm: number;
}

/** With the prototypes' times on the reference machine. */
const sizes = [
  { count: 500, dimension: 50, seconds: 0.02 },
  { count: 10_000, dimension: 20, seconds: 0.15 },
];

/** Least elements of convex hulls, with 0 inside, on the boundary and outside. */
export const minimalNorms: readonly Case[] = sizes.flatMap(({ count, dimension, seconds }) =>
  (['inside', 'boundary', 'outside'] as const).map((zero) => {
    const name = `minimal norm, ${count} of rank ${dimension}, ${zero}`;
    return timed<Answer>({
      name,
      unit: 'points',
      singleThread: true,
      prepare: (seed) => minimalNormWork({ count, dimension, zero }, seed),
      check: ({ gap, norm }) => [
        boundError('gap of optimality', gap, 1e-12),
        claim('the least element', norm < 1e-6 ? '0' : 'not 0', zero === 'outside' ? 'not 0' : '0'),
      ],
      comparisons: [fasterThanScaled(`${1000 * seconds} ms`, seconds, { name }, 1)],
    });
  }),
);

function minimalNormWork(hull: Hull, seed: number): Work<Answer> {
  const generators = generatorsOf(hull, seed);
  let found = minimalNormPoint(generators);
  return {
    units: 1,
    run: () => void (found = minimalNormPoint(generators)),
    answer() {
      const { point, norm } = found;
      const most = largest(generators.map((g) => inner(g, g)));
      const lowest = smallest(generators.map((g) => inner(point, g)));
      return { gap: (inner(point, point) - lowest) / most, norm };
    },
    fingerprint: () => [found.point],
  };
}

/** Uniform in a cube around 0, moved to one side, or folded to one side with 0 in a simplex on its face. */
function generatorsOf({ count, dimension, zero }: Hull, seed: number): readonly Float64Array[] {
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
