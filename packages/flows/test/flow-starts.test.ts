import { empiricalRisk, heNormal, initialize, network } from '@nonsmooth/nets';
import { foldIn, key, normal, tensor, uniform } from '@nonsmooth/tensor';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gradientFlow, type InclusionFlow } from '../src/index.js';
import { DenseFunction } from '../src/inclusion/dense/dense-function.js';
import { DenseLayout } from '../src/inclusion/dense/dense-layout.js';
import { LineFunction } from '../src/inclusion/dense/line-function.js';
import { Entries } from '../src/inclusion/kinked-function.js';
import { nearZero } from '../src/inclusion/starting-sides.js';

function problemOf(widths: readonly number[], samples: number, seed: number) {
  const draw = (use: number) => foldIn(foldIn(key(seed), 31), use);
  const net = network(widths, { activation: 'relu' });
  const inputs = uniform(draw(0), [samples, widths[0]!], { low: -1, high: 1 });
  const targets = tensor(normal(draw(1), [samples]).data, { shape: [samples, 1] });
  const start = initialize(net, heNormal, draw(2), { biases: heNormal });
  return { risk: empiricalRisk(net, { inputs, targets }), start };
}

const listed = ({ list, count }: Entries): number[] =>
  Array.from(list.subarray(0, count)).sort((a, b) => a - b);

const quarters = fc.integer({ min: -6, max: 6 }).map((n) => n / 4);

test('the sides that a line finds by bisection are those of all its arguments', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('relu', 'leakyRelu', 'hardTanh'),
      fc.array(quarters, { minLength: 1, maxLength: 12 }),
      fc.array(quarters, { minLength: 13, maxLength: 13 }),
      (activation, inputs, theta) => {
        const net = network([1, 4, 1], { activation });
        const data = { inputs, targets: inputs.map((x) => x * x) };
        const risk = empiricalRisk(net, data);
        const layout = DenseLayout.of(risk)!;
        const line = new LineFunction(layout);
        const x = Float64Array.from(theta);
        const sides = new Float64Array(line.count).fill(7);
        const near = new Entries();
        expect(line.takeSides(x, sides, near)).toBe(true);
        const u = new Float64Array(line.count);
        new DenseFunction(layout).values(x, sides, u);
        expect(Array.from(sides, (side) => side + 0)).toEqual(
          Array.from(u, (value) => Math.sign(value) + 0),
        );
        const largest = Math.max(...u.map(Math.abs));
        const small = [...u.keys()].filter((i) => Math.abs(u[i]!) <= nearZero * largest);
        expect(listed(near)).toEqual(small);
        // and the line needs no others: what it computes is what the network computes under these sides
        const [a, b] = [new Float64Array(x.length), new Float64Array(x.length)];
        line.gradient(x, sides, a);
        const dense = new DenseFunction(layout);
        dense.gradient(x, sides, b);
        a.forEach((value, i) => expect(Math.abs(value - b[i]!)).toBeLessThan(1e-12));
        risk.dispose();
      },
    ),
    { numRuns: 300 },
  );
});

test.each([
  { widths: [1, 8, 1], samples: 20 },
  { widths: [2, 8, 1], samples: 30 },
  { widths: [2, 6, 6, 1], samples: 20 },
])('flows of one risk have the bits of flows of fresh ones: $widths', ({ widths, samples }) => {
  const { risk, start } = problemOf(widths, samples, 5);
  const other = start.map((value, i) => value * (1 + 0.1 * Math.cos(i)));
  const options = { until: 0.5, rtol: 1e-7, atol: 1e-9 };
  const bits = (flow: InclusionFlow) => [...flow.theta, ...flow.loss, flow.itinerary.length];
  const fresh = (theta: Float64Array) => {
    const { risk: own } = problemOf(widths, samples, 5);
    const found = bits(gradientFlow(own, theta, options) as InclusionFlow);
    own.dispose();
    return found;
  };
  const expected = { start: fresh(start), other: fresh(other) };
  const follow = (theta: Float64Array) => bits(gradientFlow(risk, theta, options) as InclusionFlow);
  expect(follow(start)).toEqual(expected.start);
  expect(follow(other)).toEqual(expected.other);
  expect(follow(start)).toEqual(expected.start);
  // one within another, and one after another that was broken off
  let inner: number[] = [];
  const outer = gradientFlow(risk, start, {
    ...options,
    observe: ({ steps }) => {
      if (steps === 3) inner = follow(other);
      return true;
    },
  }) as InclusionFlow;
  expect(inner).toEqual(expected.other);
  expect(bits(outer)).toEqual(expected.start);
  const stop = new Error('enough');
  const broken = {
    ...options,
    observe: () => {
      throw stop;
    },
  };
  expect(() => gradientFlow(risk, start, broken)).toThrow(stop);
  expect(follow(start)).toEqual(expected.start);
  risk.dispose();
});

test('no kink of a deep network is met on steps whose suspects it is not among, from step to step', () => {
  const widths = [2, 6, 5, 4, 1];
  for (const seed of [0, 1, 2, 3]) {
    const { risk, start } = problemOf(widths, 12, seed);
    const layout = DenseLayout.of(risk)!;
    const dense = new DenseFunction(layout);
    const { count, dimension } = dense;
    const sides = new Float64Array(count);
    const u = new Float64Array(count);
    for (let round = 0; round < widths.length; round++) {
      dense.values(start, sides, u);
      for (let i = 0; i < count; i++) sides[i] = Math.sign(u[i]!) || 1;
      dense.changed(sides, -1);
    }
    const pattern = { sides, held: new Uint8Array(count), tied: new Uint8Array(count) };
    const [suspects, all] = [new Entries(), new Entries()];
    for (let i = 0; i < count; i++) all.add(i);
    const ends = Array.from({ length: 5 }, () => new Float64Array(count));
    let [x, looked, met] = [start.slice(), 0, 0];
    for (let step = 0; step < 150; step++) {
      const towards = Float64Array.from(
        { length: dimension },
        (_, i) => 0.003 * Math.sin(i * i + 0.05 * step + seed),
      );
      const segment = { start: 0, end: 1, step: 1, degree: 1, coefficients: [x, towards] };
      dense.suspects(segment, pattern, suspects);
      dense.gapsOn(segment, 1, 4, pattern, all, ends);
      const found = new Set(listed(suspects));
      looked += found.size;
      const turned = new Set<number>();
      for (const gaps of ends) gaps.forEach((gap, i) => gap < 0 && turned.add(i));
      for (const i of turned) expect(found.has(i), `step ${step}, kink ${i}`).toBe(true);
      x = x.map((value, i) => value + towards[i]!);
      // sides follow
      for (let round = 0; turned.size > 0 && round < widths.length; round++) {
        dense.values(x, sides, u);
        for (let i = 0; i < count; i++) {
          if ((Math.sign(u[i]!) || 1) === sides[i]) continue;
          sides[i] = -sides[i]!;
          dense.changed(sides, i);
          met++;
        }
      }
    }
    expect(met).toBeGreaterThan(5);
    expect(looked).toBeLessThan(150 * count * 0.5);
    risk.dispose();
  }
});
