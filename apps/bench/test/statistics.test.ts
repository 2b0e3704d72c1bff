import { expect, test } from 'vitest';
import {
  boundError,
  claim,
  compareMeans,
  compareNumbers,
  compareWithDistribution,
  observation,
} from '../src/check.js';
import { standardErrorsApart, summarize } from '../src/statistics.js';

test('mean and standard deviation of 1, …, n are (n + 1)/2 and √(n(n + 1)/12)', () => {
  for (const n of [2, 5, 10, 101]) {
    const { mean, deviation, count } = summarize(Array.from({ length: n }, (_, i) => i + 1));
    expect(count).toBe(n);
    expect(mean).toBeCloseTo((n + 1) / 2, 12);
    expect(deviation).toBeCloseTo(Math.sqrt((n * (n + 1)) / 12), 12);
  }
});

test('a single value has no spread', () => {
  expect(summarize([3])).toEqual({ mean: 3, deviation: 0, count: 1 });
});

test('the distance counts the spread of both samples: √(3²/9 + 4²/4) = √5', () => {
  const one = { mean: 1, deviation: 3, count: 9 };
  const other = { mean: 11, deviation: 4, count: 4 };
  expect(standardErrorsApart(one, other)).toBeCloseTo(10 / Math.sqrt(5), 12);
  expect(standardErrorsApart(other, one)).toBeCloseTo(10 / Math.sqrt(5), 12);
});

test('equal sizes and spreads: √(n/2)·|difference|/s', () => {
  const one = { mean: 0, deviation: 2, count: 8 };
  expect(standardErrorsApart(one, { ...one, mean: 1 })).toBeCloseTo(1, 12);
});

test('means without spread are equal or infinitely far apart', () => {
  const one = { mean: 2, deviation: 0, count: 5 };
  expect(standardErrorsApart(one, one)).toBe(0);
  expect(standardErrorsApart(one, { ...one, mean: 3 })).toBe(Infinity);
});

test('means are right up to the limit and wrong beyond it', () => {
  const unit = { mean: 0, deviation: 1, count: 2 };
  expect(compareMeans('x', { ...unit, mean: 3.999 }, unit, 4).verdict).toBe('right');
  expect(compareMeans('x', { ...unit, mean: -4.001 }, unit, 4).verdict).toBe('wrong');
});

test('a sample is compared with its distribution: 10/(3/√9) = 10 standard errors', () => {
  const sample = { mean: 11, deviation: 99, count: 9 };
  const check = compareWithDistribution('x', sample, { mean: 1, deviation: 3 }, 10.5);
  expect(check).toMatchObject({ deviation: 10, verdict: 'right', expected: 1 });
  expect(compareWithDistribution('x', sample, { mean: 1, deviation: 3 }, 9.5).verdict).toBe(
    'wrong',
  );
});

test('numbers are compared relative to what is expected, absolutely to 0', () => {
  expect(compareNumbers('x', 1001, 1000, 2e-3)).toMatchObject({
    measure: 'relative',
    verdict: 'right',
  });
  expect(compareNumbers('x', 1001, 1000, 5e-4).verdict).toBe('wrong');
  expect(compareNumbers('x', 1e-3, 0, 5e-4)).toMatchObject({
    measure: 'absolute',
    verdict: 'wrong',
  });
});

test('what is not a number is wrong', () => {
  expect(compareNumbers('x', NaN, 1, 1).verdict).toBe('wrong');
  expect(boundError('x', NaN, 1).verdict).toBe('wrong');
  expect(compareMeans('x', summarize([NaN, 1]), summarize([1, 2]), 4).verdict).toBe('wrong');
});

test('claims hold or do not; reports are not judged', () => {
  expect(claim('x', 'a', 'a').verdict).toBe('right');
  expect(claim('x', 'a', 'b').verdict).toBe('wrong');
  expect(observation('x', NaN).verdict).toBe('reported');
});
