import { programOfExpression, stationarity, verify, type Expression } from '@nonsmooth/subgradient';
import { ensemble } from '../case.js';
import { claim, observation, type Check } from '../check.js';
import type { Work } from '../work.js';

// ¼|x₁ − 1| + Σ |x_{i+1} − 2|x_i| + 1|, Nesterov's second nonsmooth variant of Chebyshev's and Rosenbrock's function
// (Gürbüzbalaban, Overton, Nonlinear Analysis 75, 2012), has (3^{n−1} + 1)/2 Clarke-stationary points, of which only
// its minimum (1, …, 1) is limiting-stationary. Each of them is decided with a certificate, which is verified.

const dimension = 8;
const parts = 16;

/** How many of the candidates are stationary, and in which sense. */
export interface StationarityAnswer {
  readonly clarke: number;
  readonly limiting: number;
  /** Of the Clarke-stationary points, those with no membership left undecided and a certificate that holds. */
  readonly certified: number;
}

/** Every sixteenth of the points, from 0, 1, … on. */
export const stationarityOfAll = ensemble<number, StationarityAnswer>({
  name: `Chebyshev–Rosenbrock, n = ${dimension}`,
  unit: 'points',
  runs: Array.from({ length: parts }, (_, part) => part),
  prepare: stationarityWork,
  check: checkStationarity,
});

function stationarityWork(part: number): Work<StationarityAnswer> {
  const program = programOfExpression(secondFunction(dimension), dimension);
  const points = candidates(dimension).filter((_, i) => i % parts === part);
  const counts = new Float64Array(3);
  return {
    units: points.length,
    run() {
      counts.fill(0);
      for (const point of points) {
        const { memberships, certificate } = stationarity(program, point);
        if (memberships.clarke !== 'in') continue;
        counts[0]!++;
        if (memberships.limiting === 'in') counts[1]!++;
        const isDecided = !Object.values(memberships).includes('undecided');
        if (isDecided && verify(certificate, program)) counts[2]!++;
      }
    },
    answer() {
      const [clarke, limiting, certified] = counts;
      return { clarke: clarke!, limiting: limiting!, certified: certified! };
    },
    fingerprint: () => [counts],
  };
}

function checkStationarity(answers: readonly StationarityAnswer[]): readonly Check[] {
  const total = (name: keyof StationarityAnswer): string =>
    String(answers.reduce((sum, answer) => sum + answer[name], 0));
  const expected = String((3 ** (dimension - 1) + 1) / 2);
  return [
    claim('Clarke-stationary points', total('clarke'), expected),
    claim('limiting-stationary points', total('limiting'), '1'),
    claim('certificates verified', total('certified'), expected),
    observation('candidates', candidates(dimension).length),
  ];
}

function secondFunction(n: number): Expression {
  const link = (i: number): Expression => [
    'abs',
    ['add', ['sub', ['x', i + 1], ['mul', ['c', 2], ['abs', ['x', i]]]], ['c', 1]],
  ];
  const first: Expression = ['mul', ['c', 0.25], ['abs', ['sub', ['x', 0], ['c', 1]]]];
  return ['add', first, ...Array.from({ length: n - 1 }, (_, i) => link(i))];
}

/**
 * All points whose coordinates are determined by kinks: rows of chains x_{i+1} = 2|x_i| − 1, each of which has its
 * value from an x_i = 0, i < n, or from x₁ = 1.
 */
function candidates(n: number): readonly (readonly number[])[] {
  const unique = new Map<string, readonly number[]>();
  const extend = (point: readonly number[]): void => {
    if (point.length === n) unique.set(point.join(), point);
    for (let length = 1; point.length + length <= n; length++) {
      const kinks = Math.min(length, n - 1 - point.length);
      const anchored = Array.from({ length: kinks }, (_, at) => chainsThrough(0, at, length));
      if (point.length === 0) anchored.push(chainsThrough(1, 0, length));
      for (const chain of anchored.flat()) extend([...point, ...chain]);
    }
  };
  extend([]);
  return [...unique.values()];
}

/** Chains with this value at position `at`; the coordinates before it have one sign or the other. */
function chainsThrough(value: number, at: number, length: number): readonly (readonly number[])[] {
  let heads: (readonly number[])[] = [[value]];
  for (let i = 0; i < at; i++) {
    heads = heads.flatMap((head) => {
      const size = (head[0]! + 1) / 2;
      return (size > 0 ? [size, -size] : size === 0 ? [0] : []).map((x) => [x, ...head]);
    });
  }
  return heads.map((head) => {
    const chain = [...head];
    while (chain.length < length) chain.push(2 * Math.abs(chain[chain.length - 1]!) - 1);
    return chain;
  });
}
