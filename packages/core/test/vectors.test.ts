import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dot, largest, maxAbs, norm2, smallest, takeRows } from '../src/index.js';

const vector = (limits: fc.DoubleConstraints) =>
  fc.array(fc.double({ noNaN: true, ...limits }), { maxLength: 30 });

describe('norm2', () => {
  test('is the square root of the sum of squares, to the bit, where no square overflows or vanishes', () => {
    fc.assert(
      fc.property(vector({ min: -1e100, max: 1e100 }), (v) => {
        const sum = v.reduce((total, x) => total + x * x, 0);
        fc.pre(sum > 1e-200);
        expect(norm2(v)).toBe(Math.sqrt(sum));
      }),
    );
  });

  test('is that of the entries scaled by a power of two at every scale', () => {
    const entries = fc.array(fc.integer({ min: -1000, max: 1000 }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(entries, fc.integer({ min: -1050, max: 1000 }), (v, exponent) => {
        const expected = norm2(v);
        const found = norm2(v.map((x) => x * 2 ** exponent)) / 2 ** exponent;
        // below 2⁻¹⁰²² results are subnormal and have fewer digits
        expect(Math.abs(found - expected)).toBeLessThanOrEqual(
          1e-14 * expected + (exponent < -1000 ? 2 ** -20 : 0),
        );
      }),
    );
  });

  test('takes a million entries, ±∞ and NaN', () => {
    expect(norm2(new Float64Array(1_000_000).fill(2))).toBe(2000);
    expect(norm2([])).toBe(0);
    expect(norm2([1, -Infinity])).toBe(Infinity);
    expect(norm2([1e300, NaN, Infinity])).toBeNaN();
  });
});

test('maxAbs, largest and smallest are those of Math, without its limit on arguments', () => {
  fc.assert(
    fc.property(vector({}), (v) => {
      expect(maxAbs(v)).toBe(Math.max(0, ...v.map(Math.abs)));
      expect(largest(v)).toBe(Math.max(...v));
      expect(smallest(v)).toBe(Math.min(...v));
    }),
  );
  const long = Float64Array.from({ length: 500_000 }, (_, i) => i);
  expect([maxAbs(long), largest(long), smallest(long)]).toEqual([499_999, 499_999, 0]);
  expect([maxAbs([1, NaN, 2]), largest([NaN, 1]), smallest([1, NaN])]).toEqual([NaN, NaN, NaN]);
});

test('dot adds in order from the first entry', () => {
  expect(dot(Float64Array.of(1e16, 1, -1e16), Float64Array.of(1, 1, 1))).toBe(0);
  expect(dot(Float64Array.of(1e16, -1e16, 1), Float64Array.of(1, 1, 1))).toBe(1);
  expect(dot(Float32Array.of(1, 2), Float32Array.of(3, 4))).toBe(11);
});

test('takeRows takes rows in order, repetitions included, in the same element type', () => {
  const rows = Float32Array.of(0, 1, 10, 11, 20, 21);
  expect(takeRows(rows, 2, [2, 0, 2])).toEqual(Float32Array.of(20, 21, 0, 1, 20, 21));
});
