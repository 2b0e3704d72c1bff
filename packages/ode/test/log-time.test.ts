import { inLogTime, solve, tsitouras54 } from '@nonsmooth/ode';
import { expect, test } from 'vitest';

test("y' = −y³/2 to t = 1e9 in logarithmic time", () => {
  const { problem, time, logTime } = inLogTime({
    rhs(_t, y, out) {
      out[0] = -(y[0]! ** 3) / 2;
    },
    y0: [1],
    t0: 0,
    t1: 1e9,
  });
  const { y, t, statistics } = solve(problem, { method: tsitouras54, rtol: 1e-9, atol: 1e-13 });
  expect(time(t.at(-1)!)).toBeCloseTo(1e9, 3);
  expect(logTime(time(5))).toBeCloseTo(5, 13);
  expect(y.at(-1)![0]! * Math.sqrt(1 + 1e9)).toBeCloseTo(1, 7);
  expect(statistics.rhs).toBeLessThan(2000);
});

test('the rounding error of a right-hand side grows with the horizon', () => {
  const problem = {
    rhs: (_t: number, _y: Float64Array, out: Float64Array) => void out.fill(0),
    y0: [1],
    t0: 0,
    t1: 1e12,
  };
  expect(inLogTime(problem).roundingError(1e12, 1e-17)).toBeCloseTo(1e-5, 15);
  expect(() => inLogTime(problem, { roundoff: -1 })).toThrow(/roundoff = -1; allowed: a finite/);
  expect(() => inLogTime({ ...problem, t1: -1 })).toThrow(/t1 = -1; allowed: a time after t0/);
});

test('a solution reports the rounding error, and its bound holds for a right-hand side that is off by as much', () => {
  const roundoff = 2 ** -40;
  const steady = {
    rhs: (_t: number, _y: Float64Array, out: Float64Array) => void out.fill(0),
    y0: [1],
    t0: 5,
    t1: 5 + 1e10,
  };
  const disturbed = {
    ...steady,
    rhs(_t: number, _y: Float64Array, out: Float64Array) {
      out[0] = roundoff;
    },
  };
  const { problem, time } = inLogTime(disturbed, { roundoff });
  const { y, t, roundingError } = solve(problem, { rtol: 1e-10, atol: 1e-10 });
  const drift = y.at(-1)![0]! - 1;
  expect(drift).toBeGreaterThan(0.999 * roundingError!);
  expect(drift).toBeLessThan(1.001 * roundingError!);
  expect(roundingError).toBe((time(t.at(-1)!) - 5) * roundoff);
  expect(solve(inLogTime(steady).problem).roundingError).toBeUndefined();
});
