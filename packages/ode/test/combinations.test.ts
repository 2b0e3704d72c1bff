import { expect, test } from 'vitest';
import { Combination } from '../src/explicit/combination.js';
import { combinationsOf } from '../src/explicit/combinations.js';
import { dormandPrince54 } from '../src/methods/dormand-prince-54.js';
import { dormandPrince853 } from '../src/methods/dormand-prince-853.js';
import { tsitouras54 } from '../src/methods/tsitouras-54.js';

const h = 0.37;
const n = 5;
/** Numbers without a pattern. */
const noise = (length: number, scale: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => scale * Math.sin(12.9898 * (i + 1)) * (i + 1));

/** y + h·Σ w_i·k_i, term by term. */
function single(weights: readonly number[], k: Float64Array, y: Float64Array): Float64Array {
  return y.map((start, j) =>
    weights.reduce(
      (sum, weight, i) => (weight === 0 ? sum : sum + h * weight * k[i * n + j]!),
      start,
    ),
  );
}

test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 14, 15])(
  'a combination of %i stages has the bits of the sum term by term',
  (count) => {
    // every third stage takes no part
    const weights = Array.from({ length: Math.ceil(1.5 * count) }, (_, i) =>
      i % 3 === 2 ? 0 : Math.cos(i),
    );
    const k = noise(n * weights.length, 1);
    const y = noise(n, 0.1);
    const out = new Float64Array(n);
    new Combination(weights).write(k, y, h, out);
    expect(out).toEqual(single(weights, k, y));
  },
);

test.each([dormandPrince54, tsitouras54])(
  'the interpolant of $name in one pass has the bits of its combinations',
  (method) => {
    const { powers, quartic } = combinationsOf(method);
    const k = noise(n * method.interpolant.p.length, 1);
    const zero = new Float64Array(n);
    const coefficients = Array.from({ length: 5 }, () => new Float64Array(n));
    quartic!.write(k, zero, h, coefficients);
    powers.forEach((power, j) => {
      const expected = new Float64Array(n);
      power.write(k, zero, h, expected);
      expect(coefficients[j + 1]).toEqual(expected);
    });
  },
);

test('interpolants of other degrees have combinations alone', () => {
  expect(combinationsOf(dormandPrince853).quartic).toBeUndefined();
});
