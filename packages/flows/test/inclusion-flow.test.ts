import {
  abs,
  add,
  max,
  maximum,
  mean,
  mul,
  norm,
  objective,
  relu,
  reshape,
  slice,
  square,
  sub,
  sum,
  type Traceable,
  type Value,
} from '@nonsmooth/autodiff';
import { gradientFlow, type GradientFlowOptions, type InclusionFlow } from '@nonsmooth/flows';
import { describe, expect, test } from 'vitest';

const entry = (x: Value, i: number): Value => reshape(slice(x, [i], [i + 1]), []);
const halfSquare = (x: Value, a: readonly number[]): Value => mul(0.5, sum(square(sub(x, [...a]))));

function flowOf(
  f: Traceable,
  start: readonly number[],
  until: number,
  options: Partial<GradientFlowOptions> = {},
): InclusionFlow {
  const { rtol = 1e-8 } = options;
  const flow = gradientFlow(objective(f, start.length), start, {
    until,
    rtol,
    atol: rtol / 100,
    ...options,
  });
  if (!('itinerary' in flow)) throw new Error('not followed as an inclusion');
  return flow;
}

const distance = (u: ArrayLike<number>, v: readonly number[]): number =>
  v.reduce((most, x, i) => Math.max(most, Math.abs(x - u[i]!)), 0);

/** One component of the flow of |x| + ½(x − a)²: towards a − sign x until 0, where it stays if |a| ≤ 1. */
function shrunk(x: number, a: number, t: number): number {
  if (x === 0) return Math.abs(a) <= 1 ? 0 : (a - Math.sign(a)) * (1 - Math.exp(-t));
  const limit = a - Math.sign(x);
  const zero = Math.log(1 - x / limit);
  if (x * limit < 0 && zero < t) return shrunk(0, a, t - zero);
  return limit + (x - limit) * Math.exp(-t);
}

describe.each([1e-6, 1e-8, 1e-10])('closed forms at rtol %s', (rtol) => {
  test.each([
    [
      [2, -1, 0.5, 1.5],
      [0.3, 2, -3, -0.5],
    ],
    [
      Array.from({ length: 40 }, (_, i) => 2 * Math.sin(3 * i + 1)),
      Array.from({ length: 40 }, (_, i) => 2 * Math.cos(5 * i)),
    ],
  ])('‖x‖₁ + ½‖x − a‖²: components reach 0 in finite time, and stay or pass (%#)', (x0, a) => {
    const flow = flowOf((x) => add(sum(abs(x)), halfSquare(x, a)), x0, 3, { rtol });
    expect(
      distance(
        flow.theta,
        x0.map((x, i) => shrunk(x, a[i]!, 3)),
      ),
    ).toBeLessThan(rtol);
    expect(flow.uniqueUntil).toBeUndefined();
    const smooth = flowOf((x) => add(mul(1e-9, abs(entry(x, 0))), halfSquare(x, a)), x0, 3, {
      rtol,
    });
    const events = flow.itinerary.length;
    expect(flow.statistics.rhs).toBeLessThan(smooth.statistics.rhs + 50 * events);
  });

  test.each<[string, Traceable]>([
    ['a maximum of two', (x) => maximum(entry(x, 0), entry(x, 1))],
    ['a largest entry', (x) => max(x)],
  ])('%s + ½‖x‖² slides along x₁ = x₂ from log 2 on', (_name, f) => {
    const flow = flowOf((x) => add(f(x), halfSquare(x, [0, 0])), [2, 1], 2, { rtol });
    const end = -0.5 + Math.exp(Math.LN2 - 2);
    expect(distance(flow.theta, [end, end])).toBeLessThan(rtol);
    expect(flow.itinerary.map(({ kind }) => kind)).toEqual(['slide']);
    expect(Math.abs(flow.itinerary[0]!.t - Math.LN2)).toBeLessThan(10 * rtol);
    expect(flow.statistics.rhs).toBeLessThan(50 + 250 * (1e-8 / rtol) ** 0.2);
  });

  test('|y − x²| + ½(x − 1)² slides on the parabola from (0, 0)', () => {
    const f: Traceable = (x) =>
      add(abs(sub(entry(x, 1), square(entry(x, 0)))), mul(0.5, square(sub(entry(x, 0), 1))));
    const { theta, energy } = flowOf(f, [0, 0], 3, { rtol });
    const [x, y] = [theta[0]!, theta[1]!];
    // t = ∫(1 + 4x²)/(1 − x) dx
    const time = -2 * x * x - 4 * x - 5 * Math.log(1 - x);
    expect((Math.abs(time - 3) * (1 - x)) / (1 + 4 * x * x)).toBeLessThan(rtol);
    expect(Math.abs(y - x * x)).toBeLessThan(1e-15);
    expect(Math.abs(energy!.residual)).toBeLessThan(10 * rtol);
  });

  test('‖x‖₂ + ½‖x‖²: the radius is (r₀ + 1)e⁻ᵗ − 1 until 0, and then it rests', () => {
    const start = [3, -4, 1];
    const radius = Math.hypot(...start);
    const f: Traceable = (x) => add(norm(x), halfSquare(x, [0, 0, 0]));
    const before = flowOf(f, start, 1.2, { rtol });
    const share = ((radius + 1) * Math.exp(-1.2) - 1) / radius;
    expect(
      distance(
        before.theta,
        start.map((x) => x * share),
      ),
    ).toBeLessThan(rtol);
    const after = flowOf(f, start, 4, { rtol });
    expect([...after.theta]).toEqual([0, 0, 0]);
    expect(Math.abs(after.atRestSince! - Math.log(radius + 1))).toBeLessThan(2 * rtol);
    expect(after.stationarity!.distance).toBeLessThan(1e-15);
  });
});

test('ties of many entries: all five slide together in the end', () => {
  const flow = flowOf((x) => add(max(x), halfSquare(x, [0, 0, 0, 0, 0])), [5, 4, 3, 2, 1], 8);
  expect(flow.itinerary.map(({ kind }) => kind)).toEqual(['slide', 'slide', 'slide', 'slide']);
  // the sum obeys S' = −1 − S
  const end = (-1 + 16 * Math.exp(-8)) / 5;
  expect(
    distance(
      flow.theta,
      Array.from({ length: 5 }, () => end),
    ),
  ).toBeLessThan(1e-8);
});

test('total variation: plateaus merge and come to rest at the mean', () => {
  const values = Array.from({ length: 24 }, (_, i) => Math.sin(7 * i) + (i % 5));
  const n = values.length;
  const f: Traceable = (x) =>
    add(mul(20, sum(abs(sub(slice(x, [1], [n]), slice(x, [0], [n - 1]))))), halfSquare(x, values));
  const flow = flowOf(f, values, 60);
  const level = values.reduce((total, value) => total + value, 0) / n;
  expect(
    distance(
      flow.theta,
      values.map(() => level),
    ),
  ).toBeLessThan(1e-12);
  expect(flow.stationarity!.held.length).toBe(n - 1);
  expect(flow.atRestSince).toBeGreaterThan(0);
});

test('dependent kinks at a corner: three meet where two determine the point', () => {
  const f: Traceable = (x) =>
    add(add(abs(entry(x, 0)), abs(entry(x, 1))), abs(add(entry(x, 0), entry(x, 1))));
  const flow = flowOf(f, [1, 0.5], 3);
  expect(distance(flow.theta, [0, 0])).toBeLessThan(1e-15);
  // (1, ½) moves by (−2, −2) to (½, 0), and along x₂ = 0 by (−2, 0)
  expect(flow.atRestSince).toBeCloseTo(0.5, 8);
});

test('a group penalty beside absolute values of the same entries comes to rest without chattering', () => {
  const f: Traceable = (x) =>
    add(add(norm(x), mul(0.3, sum(abs(x)))), halfSquare(x, [0.3, 0.2, -0.1]));
  const flow = flowOf(f, [1, 2, -1], 5);
  expect([...flow.theta]).toEqual([0, 0, 0]);
  expect(flow.status).toBe('finished');
  expect(flow.itinerary.length).toBeLessThan(12);
});

test('least absolute deviations end at a point that is optimal by its multipliers', () => {
  const rows = Array.from({ length: 15 }, (_, i) => [1, Math.sin(i), Math.cos(3 * i)]);
  const targets = rows.map((_, i) => Math.sin(5 * i * i));
  const f: Traceable = (x) => mean(abs(sub(sum(mul(rows, x), [1]), targets)));
  const flow = flowOf(f, [1, -2, 3], 400);
  expect(flow.atRestSince).toBeGreaterThan(0);
  expect(flow.stationarity!.held.length).toBe(3);
  expect(flow.stationarity!.distance).toBeLessThan(1e-14);
});

test('in log time the flow is the same', () => {
  const f: Traceable = (x) => add(sum(abs(x)), halfSquare(x, [0.3, 2]));
  const plain = flowOf(f, [2, -1], 20, { saveAt: [0.5, 1, 20] });
  const inLog = flowOf(f, [2, -1], 20, {
    until: { logTime: Math.log(20) },
    saveAt: [0.5, 1],
  });
  for (const [i, y] of inLog.y.entries()) expect(distance(plain.y[i]!, [...y])).toBeLessThan(1e-7);
  expect(inLog.itinerary.map(({ kind }) => kind)).toEqual(plain.itinerary.map(({ kind }) => kind));
});

test('a kink that bends down is left to one side, and the flow says that there are several ways', () => {
  const f: Traceable = (x) => sub(halfSquare(x, [0, 1]), mul(2, relu(entry(x, 0))));
  const rests = flowOf(f, [0, 1], 2);
  expect([...rests.theta]).toEqual([0, 1]);
  expect(rests.uniqueUntil).toBe(0);
  const falls = flowOf(f, [0, 1], 2, { choice: 'steepestDescent' });
  expect(distance(falls.theta, [2 * (1 - Math.exp(-2)), 1])).toBeLessThan(1e-7);
});

test('speeds saved after the flow has come to rest are 0', () => {
  // |x − 1| + |y − 2| from 0: at (1, 1) from t = 1, at rest from t = 2 on
  const f: Traceable = (x) => sum(abs(sub(x, [1, 2])));
  const flow = flowOf(f, [0, 0], 10, { saveAt: [0.5, 1.5, 2.5, 5, 10] });
  const speeds = [Math.SQRT2, 1, 0, 0, 0];
  speeds.forEach((speed, i) => expect(flow.speed[i]).toBeCloseTo(speed, 12));
});

test('with kinks ignored it is followed blindly, and loses its energy identity', () => {
  const f: Traceable = (x) => add(sum(abs(x)), sum(square(x)));
  const start = [1, -0.4];
  const blind = gradientFlow(objective(f, 2), start, {
    until: 1,
    rtol: 1e-6,
    atol: 1e-8,
    kinks: 'ignored',
    maxSteps: 20_000,
  });
  expect('itinerary' in blind).toBe(false);
  const located = flowOf(f, start, 1, { rtol: 1e-6 });
  expect(Math.abs(located.energy!.residual)).toBeLessThan(1e-6);
  expect(() => flowOf(f, start, 1, { choice: 'shortest' as never })).toThrow(/choice.*minimalNorm/);
});

describe('a norm that bends down', () => {
  const tilted =
    (slope: number): Traceable =>
    (x) =>
      sub(mul(slope, entry(x, 0)), norm(x));

  test.each([[0], [0.5], [-0.9]])(
    'rests where 0 is in the set, and could leave: slope %f',
    (slope) => {
      const rests = flowOf(tilted(slope), [0, 0], 1);
      expect([...rests.theta]).toEqual([0, 0]);
      expect(rests.atRestSince).toBe(0);
      expect(rests.uniqueUntil).toBe(0);
      const leaves = flowOf(tilted(slope), [0, 0], 1, { choice: 'steepestDescent' });
      expect(Math.hypot(...leaves.theta)).toBeGreaterThan(0.5);
      expect(leaves.uniqueUntil).toBe(0);
    },
  );

  test('is left where 0 is not in the set', () => {
    expect(distance(flowOf(tilted(2), [0, 0], 1).theta, [-3, 0])).toBeLessThan(1e-5);
  });
});

test('a tolerance for each of 200 000 parameters', () => {
  const n = 200_000;
  const f = objective((x) => add(mul(0.5, sum(square(sub(x, 1)))), abs(entry(x, 0))), n);
  const options = { until: 0.1, rtol: 1e-2, atol: new Float64Array(n).fill(1e-3) };
  expect(gradientFlow(f, new Float64Array(n).fill(0.5), options).status).toBe('finished');
});
