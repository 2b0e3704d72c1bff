import {
  abs,
  add,
  mul,
  objective,
  relu,
  reshape,
  slice,
  sub,
  type Value,
} from '@nonsmooth/autodiff';
import { gradientFlow } from '@nonsmooth/flows';
import { empiricalRisk, network } from '@nonsmooth/nets';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jointMargin } from '../src/inclusion/joint-margin.js';

const entry = (x: Value, i: number): Value => reshape(slice(x, [i], [i + 1]), []);

function flowOf(f: (x: Value) => Value, start: readonly number[], until: number) {
  const flow = gradientFlow(objective(f, start.length), start, { until, rtol: 1e-9, atol: 1e-11 });
  if (!('itinerary' in flow)) throw new Error('not followed as an inclusion');
  expect(flow.status).toBe('finished');
  return flow;
}

test('dependent kinks of which one bends down leave when they together do not hold, long before their single bounds', () => {
  // 3|x| + 3|y| − |x + y| at 0 holds a force s along x up to s = 2, with s' = 1 + x
  const until = 3;
  const flow = flowOf(
    (v) => {
      const [x, y, s] = [entry(v, 0), entry(v, 1), entry(v, 2)];
      const kinks = sub(mul(3, add(abs(x), abs(y))), abs(add(x, y)));
      return sub(sub(kinks, mul(s, x)), s);
    },
    [0.2, 0.1, 0],
    until,
  );
  // x = 1.2 cosh t − 2 sinh t − 1 until it comes to 0, y before
  const arrival = Math.log((Math.sqrt(22.25) - 2.5) / 2);
  const force = 1.2 * Math.sinh(arrival) - 2 * Math.cosh(arrival) + 2;
  const exit = arrival + 2 - force;
  const [x, y, s] = flow.theta;
  expect(s).toBeCloseTo(2 + Math.sinh(until - exit), 7);
  expect(x).toBeCloseTo(Math.cosh(until - exit) - 1, 7);
  expect(y).toBeCloseTo(0, 12);
  const left = flow.itinerary.filter(({ kind }) => kind === 'exit-on');
  expect(left.map(({ t }) => t)).toEqual([expect.closeTo(exit, 7), expect.closeTo(exit, 7)]);
});

test('kinks above one that is held leave with it, and go on along what still holds', () => {
  // 2|y + |x|| + |y| + ½|x| at 0 holds a force s along x up to s = 3/2, where y = −|x| is left last; s' = 1 + x
  const until = 3;
  const flow = flowOf(
    (v) => {
      const [x, y, s] = [entry(v, 0), entry(v, 1), entry(v, 2)];
      const kinks = add(mul(2, abs(add(y, abs(x)))), add(abs(y), mul(0.5, abs(x))));
      return sub(sub(kinks, mul(s, x)), s);
    },
    [0.2, 0.3, 0],
    until,
  );
  const [x, y, s] = flow.theta;
  const since = Math.SQRT2 * Math.asinh((s! - 1.5) / Math.SQRT2);
  expect(x).toBeCloseTo(Math.cosh(since / Math.SQRT2) - 1, 7);
  expect(y).toBeCloseTo(-x!, 10);
  const exit = flow.itinerary.find(({ kind }) => kind.startsWith('exit'))!;
  expect(exit.t).toBeCloseTo(until - since, 7);
});

test('a neuron at w = b = 0 could leave from the time on at which the output has fallen to the target of its last sample', () => {
  const risk = empiricalRisk(network([1, 1, 1], { activation: 'relu' }), {
    inputs: [-1, 0, 2],
    targets: [0, 0, 3],
  });
  const start = Float64Array.of(0, 0, 1, 5);
  const flow = gradientFlow(risk, start, { until: 2, rtol: 1e-9, atol: 1e-11 });
  if (!('itinerary' in flow)) throw new Error('not followed as an inclusion');
  expect(flow.theta.slice(0, 3)).toEqual(Float64Array.of(0, 0, 1));
  // the output is c = 1 + 4 exp(−kt)
  const gradient = new Float64Array(4);
  risk.gradient(start, gradient);
  const rate = gradient[3]! / 4;
  const time = Math.log(4 / 2) / rate;
  expect(flow.uniqueUntil).toBeCloseTo(time, 7);
  const could = flow.itinerary.filter(({ kind }) => kind === 'could-leave');
  expect(could.map(({ t, name }) => [t, name])).toEqual([
    [expect.closeTo(time, 7), expect.any(String)],
  ]);
});

test('kinks hold each other if and only if the function rises in all directions', () => {
  const whole = fc.integer({ min: -3, max: 3 });
  const vector = fc.tuple(whole, whole).filter(([a, b]) => a !== 0 || b !== 0);
  const force = fc.double({ min: -1, max: 2, noNaN: true });
  const kink = fc.record({ row: vector, bound: force, pull: force, slope: whole });
  fc.assert(
    fc.property(fc.array(kink, { minLength: 3, maxLength: 6 }), (kinks) => {
      const k = kinks.length;
      const rows = kinks.map(({ row: [a, b] }) => [a / Math.hypot(a, b), b / Math.hypot(a, b)]);
      const dot = (i: number, [c, d]: readonly number[]): number =>
        rows[i]![0]! * c! + rows[i]![1]! * d!;
      fc.pre(rows.some((row) => Math.abs(dot(0, row)) < 0.99));
      // the first kink is below the others
      const slopes = new Float64Array(k * k);
      kinks.forEach(({ slope }, i) => i > 0 && (slopes[i * k] = slope / 4));
      const cosines = Float64Array.from(rows.flatMap((_, i) => rows.map((row) => dot(i, row))));
      const bounds = Float64Array.from(kinks, ({ bound }) => bound);
      const lambda = Float64Array.from(kinks, ({ pull }) => pull);
      const { margin } = jointMargin({ count: k, cosines, slopes, bounds, lambda })!;
      let least = Infinity;
      for (let step = 0; step < 2000; step++) {
        const d = [Math.cos((step * Math.PI) / 1000), Math.sin((step * Math.PI) / 1000)];
        const first = Math.abs(dot(0, d));
        let room = 0;
        for (let i = 0; i < k; i++) {
          const z = dot(i, d) + slopes[i * k]! * first;
          room += bounds[i]! * Math.abs(z) - lambda[i]! * dot(i, d);
        }
        least = Math.min(least, room);
      }
      if (margin >= 0) expect(least).toBeGreaterThan(-1e-9);
      // it is taken on in some direction, and those looked at here are 0.003 apart
      expect(least).toBeLessThan(margin + 0.1);
    }),
  );
});

test('a kink that forces growing from 0 push against its other side is held until they are too strong', () => {
  // relu(x) − x·s⁶ − s from x = s = 0: s⁶ pushes up against 1, with s' = 1 while x = 0
  const f = (v: Value): Value => {
    const [x, s] = [entry(v, 0), entry(v, 1)];
    const cube = mul(s, mul(s, s));
    return sub(sub(relu(x), mul(x, mul(cube, cube))), s);
  };
  const held = flowOf(f, [0, 0], 0.9);
  expect(held.theta[0]).toBeCloseTo(0, 15);
  expect(held.theta[1]).toBeCloseTo(0.9, 12);
  expect(held.uniqueUntil).toBeUndefined();
  const left = flowOf(f, [0, 0], 1.2);
  expect(left.theta[0]).toBeGreaterThan(0.1);
  expect(left.itinerary.at(-1)).toMatchObject({ kind: 'exit-on', t: expect.closeTo(1, 7) });
});
