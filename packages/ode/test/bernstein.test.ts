import { controlPoints } from '@nonsmooth/ode';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deflate, firstCrossing } from '../src/events/bernstein.js';
import { bracketedZero } from '../src/events/bracket.js';

/** Σ_k b_k·binomial(m, k)·θ^k·(1 − θ)^(m − k), term by term. */
function bernstein(coefficients: ArrayLike<number>, theta: number): number {
  const m = coefficients.length - 1;
  let binomial = 1;
  let sum = 0;
  for (let k = 0; k <= m; k++) {
    sum += coefficients[k]! * binomial * theta ** k * (1 - theta) ** (m - k);
    binomial *= (m - k) / (k + 1);
  }
  return sum;
}

const polynomial = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 9 });

test('the first crossing is that of a fine sampling, and nothing is passed over', () => {
  fc.assert(
    fc.property(polynomial, (list) => {
      const coefficients = Float64Array.from(list);
      fc.pre(coefficients[0] !== 0);
      const side = Math.sign(coefficients[0]!);
      const theta = firstCrossing(coefficients, side);
      const samples = 2000;
      let least = Infinity;
      for (let i = 0; i <= samples; i++) {
        const at = i / samples;
        const value = bernstein(coefficients, at) * side;
        if (theta === undefined || at < theta - 1e-9) least = Math.min(least, value);
      }
      expect(least).toBeGreaterThan(-1e-9);
      if (theta !== undefined) expect(Math.abs(bernstein(coefficients, theta))).toBeLessThan(1e-9);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('a dip below zero between ends of one sign is found, one above it is excluded', () => {
  // (θ − a)² + b in Bernstein form
  const parabola = (a: number, b: number): Float64Array =>
    Float64Array.of(a * a + b, a * a - a + b, (1 - a) ** 2 + b);
  expect(firstCrossing(parabola(0.5, -1e-10), 1)).toBeCloseTo(0.5 - 1e-5, 10);
  expect(firstCrossing(parabola(0.5, 1e-10), 1)).toBeUndefined();
});

test('deflation divides by θ', () => {
  fc.assert(
    fc.property(polynomial, fc.double({ min: 0.1, max: 1, noNaN: true }), (list, theta) => {
      const coefficients = Float64Array.from(list);
      const quotient = bernstein(deflate(coefficients), theta) * theta + coefficients[0]!;
      expect(Math.abs(quotient - bernstein(coefficients, theta))).toBeLessThan(1e-10);
    }),
    { seed: 2, numRuns: 200 },
  );
});

test('control points give the polynomial', () => {
  fc.assert(
    fc.property(polynomial, fc.double({ min: 0, max: 1, noNaN: true }), (list, theta) => {
      const degree = list.length - 1;
      const points = list.map(() => new Float64Array(1));
      controlPoints({ coefficients: list.map((c) => Float64Array.of(c)), degree }, points);
      const value = list.reduce((sum, c, j) => sum + c * theta ** j, 0);
      const byPoints = bernstein(
        points.map(([point]) => point!),
        theta,
      );
      expect(Math.abs(value - byPoints)).toBeLessThan(1e-10);
    }),
    { seed: 3, numRuns: 200 },
  );
});

test('a bracketed zero is good to the last bits and has the sign of the far end', () => {
  for (const root of [1e-9, 0.1, 1 / 3, 0.999999]) {
    for (const power of [1, 3, 9]) {
      const f = (x: number): number => (x - root) * Math.abs(x - root) ** (power - 1);
      const found = bracketedZero(f, 0, 1, f(0), f(1));
      expect(Math.abs(found - root)).toBeLessThan(1e-15);
      expect(f(found)).toBeGreaterThanOrEqual(0);
    }
  }
});
