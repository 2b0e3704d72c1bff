import { describe, expect, test } from 'vitest';
import { compareRuns, comparisonText, regressions } from '../src/earlier.js';
import type { Check } from '../src/check.js';
import type { Results } from '../src/results.js';
import { exampleResults } from './example-results.js';

/** A run with these throughputs, ratios that must not be small, and errors that must not exceed 1. */
function runOf(
  speeds: readonly number[],
  {
    ratio = 2,
    error = 0.5,
    verdict = 'right',
    fastest,
  }: {
    ratio?: number;
    error?: number;
    verdict?: Check['verdict'];
    fastest?: readonly number[];
  } = {},
): Results {
  const cases = speeds.map((throughput, i) => ({
    name: `case ${i}`,
    unit: 'steps',
    baseline: false,
    measurements: [
      {
        threads: 1,
        jobs: 1,
        failures: [],
        throughput,
        ...(fastest && { callSeconds: 1 / fastest[i]! }),
      },
    ],
    checks: [
      {
        quantity: 'error',
        measured: error,
        deviation: error,
        limit: 1,
        measure: 'relative',
        verdict,
      } as const,
    ],
    figures: [],
  }));
  const marks = [{ quantity: 'fast ÷ slow', ratio, mark: 1 }];
  return {
    ...exampleResults,
    scenarios: [{ name: 'all', summary: '', packages: [], cases, marks }],
  };
}

/** Twenty speeds around 100 with noise of a few per cent, each time other. */
const noisy = (seed: number): number[] =>
  Array.from({ length: 20 }, (_, i) => 100 * Math.exp(0.03 * Math.sin(12.9898 * (i + 1) * seed)));

describe('two runs are compared', () => {
  test('and noise is no regression, even on a machine that is half as fast today', () => {
    const compared = compareRuns(runOf(noisy(2).map((x) => x / 2)), runOf(noisy(1)));
    expect(compared.commonSpeed).toBeCloseTo(0.5, 1);
    expect(regressions(compared)).toEqual([]);
  });

  test('and one case that became slower beyond noise is found, and only that', () => {
    const speeds = noisy(2);
    speeds[7]! /= 1.5;
    const lines = regressions(compareRuns(runOf(speeds), runOf(noisy(1))));
    expect(lines.length).toBe(1);
    expect(lines[0]).toMatch(/^slower: all case 7, threads 1: by a factor of 1\.[3-7]/);
  });

  test('and other work on the machine, which spares the fastest stretches, is no regression', () => {
    const before = runOf(noisy(1), { fastest: noisy(3) });
    const disturbed = noisy(2).map((x, i) => (i % 5 === 0 ? x / 2 : x));
    expect(regressions(compareRuns(runOf(disturbed, { fastest: noisy(4) }), before))).toEqual([]);
    const [slower, atBest] = [noisy(2), noisy(4)];
    slower[7]! /= 1.5;
    atBest[7]! /= 1.5;
    const lines = regressions(compareRuns(runOf(slower, { fastest: atBest }), before));
    expect(lines).toEqual([expect.stringContaining('all case 7')]);
  });

  test('and one that became faster is no regression', () => {
    const speeds = noisy(2);
    speeds[3]! *= 2;
    const compared = compareRuns(runOf(speeds), runOf(noisy(1)));
    expect(regressions(compared)).toEqual([]);
    expect(comparisonText(compared, 'f')).toContain('better: all case 3');
  });

  test('and ratios within a run are judged by themselves', () => {
    const speeds = [100, 100, 100];
    const lines = regressions(compareRuns(runOf(speeds, { ratio: 1.5 }), runOf(speeds)));
    expect(lines).toEqual(['slower: all fast ÷ slow: by a factor of 1.33']);
  });

  test('and errors count where they grew and are near their limits', () => {
    const compare = (now: Parameters<typeof runOf>[1], before: Parameters<typeof runOf>[1]) =>
      regressions(compareRuns(runOf([1], now), runOf([1], before)));
    expect(compare({ error: 0.9 }, { error: 0.5 })).toEqual([
      'less accurate: all case 0: error: by a factor of 1.80',
    ]);
    expect(compare({ error: 1e-3 }, { error: 1e-9 })).toEqual([]);
    expect(compare({ error: 2, verdict: 'wrong' }, { error: 1.9 })).toHaveLength(1);
    expect(compare({ error: 0.5 }, { error: 2, verdict: 'wrong' })).toEqual([]);
  });

  test('and what is not measured any more is said', () => {
    const lines = regressions(compareRuns(runOf([1]), runOf([1, 1])));
    expect(lines).toEqual(['not measured any more: all case 1']);
  });

  test('a run with itself has not changed', () => {
    expect(regressions(compareRuns(exampleResults, exampleResults))).toEqual([]);
  });
});
