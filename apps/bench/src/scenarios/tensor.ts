import { foldIn, key, normal, permutation, uniform } from '@nonsmooth/tensor';
import { timed, type Case } from '../case.js';
import { claim, compareWithDistribution, type Check } from '../check.js';
import type { Scenario } from '../scenario.js';
import { summarize, type Summary } from '../statistics.js';

type Distribution = keyof typeof distributions;

const draws = 100_000;

const distributions = {
  uniform: (seed: number) => uniform(foldIn(key(seed), 0), [draws]).data,
  normal: (seed: number) => normal(foldIn(key(seed), 1), [draws]).data,
  permutation: (seed: number) => permutation(foldIn(key(seed), 2), draws),
};

interface Answer {
  /** Of the first powers of the numbers that were drawn. */
  readonly moments: readonly Summary[];
  /** How many different numbers there are. */
  readonly distinct: number;
}

/** Random numbers, compared with the moments of their distributions. */
export const tensor: Scenario = {
  name: 'tensor',
  summary: `arrays of ${draws.toLocaleString('en-US')} random numbers`,
  packages: ['tensor', 'kernels'],
  cases: () => (Object.keys(distributions) as Distribution[]).map(caseOf),
};

function caseOf(distribution: Distribution): Case {
  return timed<Answer>({
    name: distribution,
    unit: 'numbers',
    prepare(seed) {
      const draw = distributions[distribution];
      let drawn = draw(seed);
      return {
        units: draws,
        run() {
          drawn = draw(seed);
        },
        answer() {
          const values = Array.from(drawn);
          return {
            moments: [1, 2, 4].map((power) => summarize(values.map((value) => value ** power))),
            distinct: new Set(values).size,
          };
        },
        fingerprint: () => [drawn],
      };
    },
    check: checks[distribution],
  });
}

/** E Xⁿ with its standard deviation √(E X²ⁿ − (E Xⁿ)²), exactly known. */
function moment(mean: number, square: number): Pick<Summary, 'mean' | 'deviation'> {
  return { mean, deviation: Math.sqrt(square - mean * mean) };
}

const checks: Readonly<Record<Distribution, (answer: Answer) => readonly Check[]>> = {
  uniform: ({ moments: [first, second, fourth] }) => [
    compareWithDistribution('mean', first!, moment(1 / 2, 1 / 3), 4),
    compareWithDistribution('mean square', second!, moment(1 / 3, 1 / 5), 4),
    compareWithDistribution('mean fourth power', fourth!, moment(1 / 5, 1 / 9), 4),
  ],
  normal: ({ moments: [first, second, fourth] }) => [
    compareWithDistribution('mean', first!, moment(0, 1), 4),
    compareWithDistribution('mean square', second!, moment(1, 3), 4),
    compareWithDistribution('mean fourth power', fourth!, moment(3, 105), 4),
  ],
  permutation: ({ moments: [first], distinct }) => [
    claim('different numbers', String(distinct), String(draws)),
    claim('mean', String(first!.mean), String((draws - 1) / 2)),
  ],
};
