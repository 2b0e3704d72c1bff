import { erf, erfc } from '@nonsmooth/kernels';
import { expect, test } from 'vitest';

// 60-digit decimal arithmetic of 1 − 2/√π·e^(−x²)·Σ 2ⁿx^(2n+1)/(2n+1)!!, rounded to 17 digits
const values: readonly [number, number][] = [
  [0.5, 0.47950012218695348],
  [0.75, 0.28884436634648486],
  [1, 0.15729920705028513],
  [1.25, 0.07709987174354177],
  [1.5, 0.033894853524689274],
  [1.9375, 0.0061431936047868004],
  [2, 0.0046777349810472662],
  [2.5, 0.00040695201744495892],
  [3, 2.2090496998585441e-5],
  [5, 1.5374597944280349e-12],
];

test.each(values)(
  'erfc %s has full relative accuracy, and erf is its complement',
  (x, expected) => {
    expect(Math.abs(erfc(x) / expected - 1)).toBeLessThan(2e-15);
    expect(Math.abs(erfc(-x) - (2 - expected))).toBeLessThan(5e-16);
    expect(erf(x) + expected).toBeCloseTo(1, 15);
  },
);

test('erfc is continuous where its formula changes', () => {
  const step = 2 ** -30;
  const slope = (-2 / Math.sqrt(Math.PI)) * Math.exp(-0.25);
  const difference = erfc(0.5) - erfc(0.5 - step);
  expect(Math.abs(difference - slope * step)).toBeLessThan(1e-15);
});
