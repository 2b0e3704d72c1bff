import { expect, test } from 'vitest';
import { trendOf, type Sample } from '../src/flat.js';

/** Two hours in 120 samples: so much live memory at an hour, with noise that has no trend. */
function samplesOf(live: (hours: number) => number): readonly Sample[] {
  return Array.from({ length: 120 }, (_, i) => {
    const noise = ((i * 7919) % 13) / 6.5 - 1;
    return { seconds: 60 * i, live: live(i / 60) + noise, resident: live(i / 60) + 100 };
  });
}

test('memory that stays, breathes or settles after warming up is flat', () => {
  expect(trendOf(samplesOf(() => 50)).isFlat).toBe(true);
  expect(trendOf(samplesOf((hours) => 50 + 5 * Math.sin(40 * hours))).isFlat).toBe(true);
  expect(trendOf(samplesOf((hours) => 50 - 20 * Math.exp(-20 * hours))).isFlat).toBe(true);
});

test('memory that grows is not, and by how much is told', () => {
  const { isFlat, perHour } = trendOf(samplesOf((hours) => 50 + 6 * hours));
  expect(isFlat).toBe(false);
  expect(perHour).toBeCloseTo(6, 0);
  expect(trendOf(samplesOf((hours) => 50 + 20 * Math.log1p(hours))).isFlat).toBe(false);
});
