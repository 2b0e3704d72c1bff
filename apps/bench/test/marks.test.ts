import { describe, expect, test } from 'vitest';
import type { Case } from '../src/case.js';
import {
  costAtMost,
  fasterThan,
  groupsOf,
  medianSpeedup,
  judged,
  ratesOf,
  relativeSpeedup,
  scaledOf,
  speedup,
  type Windows,
} from '../src/comparison.js';
import { boundOf, isMet } from '../src/mark.js';
import { equalErrorTasks, workMarks } from '../src/scenarios/equal-error.js';
import { minimalNorms } from '../src/scenarios/minimal-norms.js';
import { secondDerivatives } from '../src/scenarios/second-derivatives.js';
import { stationarityOfAll } from '../src/scenarios/chebyshev-rosenbrock.js';

test('a mark is reached from below, or kept to from above; NaN is never met', () => {
  const mark = { quantity: 'a ÷ b', mark: 2 };
  expect([1, 2, 3, NaN].map((ratio) => isMet({ ...mark, ratio }))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  const atMost = { ...mark, atMost: true } as const;
  expect([1, 2, 3, NaN].map((ratio) => isMet({ ...atMost, ratio }))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(boundOf({ ...atMost, ratio: 1 }, String)).toBe('≤ 2');
});

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => ({ name })) as [
  { name: string },
  { name: string },
  { name: string },
  { name: string },
];
const nowhere = (): undefined => undefined;

test('a ratio is the median of the ratios of windows of the same round', () => {
  // the machine slows down tenfold after two rounds: medians of each alone would be 10 and 3
  const windows = new Map<string, Windows>([
    ['a', { unitsPerCall: 1, secondsPerCall: [1, 1, 10, 10, 10] }],
    ['b', { unitsPerCall: 4, secondsPerCall: [3, 3, 30, 30, 2] }],
  ]);
  const rates = ratesOf(windows, nowhere);
  expect(rates.relative(a, b)).toBeCloseTo(3 / 4, 15);
  expect(rates.relative(b, a)).toBeCloseTo(4 / 3, 15);
  expect(rates.rate(b)).toBeCloseTo(4 / 3, 15);
  expect(rates.relative(a, c)).toBeUndefined();
  expect(judged(fasterThan(a, b, 2), rates)).toMatchObject([{ ratio: 0.75, mark: 2 }]);
  expect(judged(costAtMost(a, b, 2), rates)).toMatchObject([{ atMost: true, mark: 2 }]);
  expect(judged(fasterThan(a, c, 2), rates)).toEqual([]);
});

test('comparisons that share a case share their windows', () => {
  const groups = groupsOf([fasterThan(a, b, 1), fasterThan(c, d, 1), fasterThan(b, c, 1)]);
  expect(groups.map((group) => group.map(({ name }) => name).sort())).toEqual([
    ['a', 'b', 'c', 'd'],
  ]);
  expect(groupsOf([fasterThan(a, b, 1), fasterThan(c, d, 1), speedup(a, 2, 1.9)]).length).toBe(2);
});

test('a speed-up is a ratio of throughputs', () => {
  const rates = ratesOf(new Map(), (_, threads) => [NaN, 10, 19][threads]);
  expect(speedup(a, 2, 1.9).ratio(rates)).toBeCloseTo(1.9, 15);
  expect(speedup(a, 2, 1.9).ratio(ratesOf(new Map(), nowhere))).toBeUndefined();
});

test('a speed-up in rounds is a median, and relative to another case one of ratios within a round', () => {
  // in the last round something else has one of the cores
  const ratios: Record<string, number[]> = { a: [1.9, 2, 1.1], b: [2, 2, 1] };
  const rates = ratesOf(new Map(), nowhere, ({ name }) => ratios[name]);
  expect(medianSpeedup(a, 2, 1.8).ratio(rates)).toBe(1.9);
  expect(relativeSpeedup(a, b, 2, 0.95).ratio(rates)).toBe(1);
  expect(relativeSpeedup(a, c, 2, 0.95).ratio(rates)).toBeUndefined();
  const comparisons = [
    medianSpeedup(a, 2, 1.8),
    relativeSpeedup(a, b, 2, 0.95),
    fasterThan(c, d, 1),
  ];
  expect(scaledOf(comparisons, 2)).toEqual([a, b]);
  expect(scaledOf(comparisons, 4)).toEqual([]);
});

test('work at equal error counts Hessians and products, takes the least work and the worst start', () => {
  const answers = equalErrorTasks.map(({ method, start }) => ({
    error: 1e-8,
    rightHandSides: method === 'Dormand–Prince 5(4)' ? 1000 : method === 'RKC2' ? 900 : 50,
    hessians: method === 'NDF' ? 10 + start : 0,
    products: method === 'exprb53' ? 100 : 0,
    costs: { hessian: 5, product: 0.5 },
  }));
  const marks = workMarks(answers);
  const ratios = marks.map(({ quantity, ratio }) => [quantity.split(' ÷')[0], ratio]);
  expect(ratios).toEqual([
    ['RKC2 or ROCK2', 0.05],
    ['RKC2 or ROCK2', 0.05],
    ['BDF', 0.05],
    ['NDF', 0.1],
    ['BDF or NDF or Radau IIA 5', 0.05],
    ['RKC2 or ROCK2', 0.05],
    ['exprb53', 0.1],
    ['BDF or NDF or Radau IIA 5', 0.05],
  ]);
});

test('who never comes so close needs infinitely much', () => {
  const answers = equalErrorTasks.map(({ method }) => ({
    error: method === 'Dormand–Prince 5(4)' ? 1e-8 : NaN,
    rightHandSides: 1,
    hessians: 0,
    products: 0,
    costs: { hessian: 5, product: 0.5 },
  }));
  for (const mark of workMarks(answers)) {
    expect(mark.ratio).toBe(Infinity);
    expect(isMet(mark)).toBe(false);
  }
});

test('second derivatives are compared with the gradient of the same network', () => {
  const comparisons = secondDerivatives.flatMap((one) => one.comparisons);
  expect(comparisons.length).toBe(21);
  for (const { cases } of comparisons) {
    const [product, gradient] = cases.map(({ name }) => name.split(' ∇')[0]);
    expect(product).toBe(gradient);
    expect(cases[1]!.name).toMatch(/∇L$/);
  }
});

describe('cases that only a scenario asked for by name has are right', () => {
  const verdictsOf = async (one: Case, run = 0): Promise<readonly string[]> => {
    const work = await one.prepare(run, 1);
    work.run();
    const checks = one.check([work.answer()]);
    work.dispose?.();
    return checks.filter(({ expected }) => expected !== undefined).map(({ verdict }) => verdict);
  };

  test.each([...secondDerivatives, ...minimalNorms])('$name', async (one) => {
    const verdicts = await verdictsOf(one);
    expect(verdicts.length).toBeGreaterThan(0);
    expect(new Set(verdicts)).toEqual(new Set(['right']));
  });

  test('a sixteenth of the stationary points', async () => {
    const work = await stationarityOfAll.prepare(3, 1);
    work.run();
    const { clarke, certified } = work.answer() as { clarke: number; certified: number };
    expect(clarke).toBeGreaterThan(20);
    expect(certified).toBe(clarke);
  });
});
