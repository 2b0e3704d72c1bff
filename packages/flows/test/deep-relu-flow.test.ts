import { gradientFlow, invariants, reluFlow } from '@nonsmooth/flows';
import { empiricalRisk, heNormal, initialize, network, xavierUniform } from '@nonsmooth/nets';
import { foldIn, integers, key, normal, tensor } from '@nonsmooth/tensor';
import { describe, expect, test } from 'vitest';

const distance = (u: ArrayLike<number>, v: ArrayLike<number>): number =>
  Array.from(u).reduce((worst, x, i) => Math.max(worst, Math.abs(x - v[i]!)), 0);

/** A random deep network on random data, and a start. */
function problem(widths: readonly number[], seed: number) {
  const net = network(widths, { activation: 'relu' });
  const inputs = normal(foldIn(key(3), seed), [20, widths[0]!]);
  const targets = normal(foldIn(key(4), seed), [20, 1]);
  return {
    net,
    data: { inputs, targets },
    start: initialize(net, xavierUniform, foldIn(key(9), seed)),
  };
}

const deep = [
  [[1, 8, 8, 1], 0],
  [[1, 8, 8, 1], 3],
  [[2, 6, 6, 6, 1], 0],
  [[2, 6, 6, 6, 1], 3],
] as const;

describe.each(deep)('the flow of %j from start %i', (widths, seed) => {
  const { net, data, start } = problem(widths, seed);
  const follow = (rtol: number, until = 20) =>
    reluFlow(net, data, start, { until, rtol, atol: rtol / 100 });

  test('keeps the order of the method across crossings, and where units slide', () => {
    const exact = follow(1e-11);
    expect(exact.itinerary.filter(({ kind }) => kind === 'slide').length).toBeGreaterThan(5);
    for (const rtol of [1e-5, 1e-7, 1e-9]) {
      const flow = follow(rtol);
      expect(flow.status).toBe('finished');
      expect(distance(flow.theta, exact.theta)).toBeLessThan(300 * rtol);
      expect(Math.abs(flow.energy!.residual)).toBeLessThan(10 * rtol);
      expect(flow.statistics.rhs).toBeLessThan(10_000);
    }
  });

  test('is the limit of gradient descent, to O(h)', () => {
    const risk = empiricalRisk(net, data);
    const until = 3;
    const { theta } = follow(1e-8, until);
    const errorOf = (h: number): number => {
      const x = start.slice();
      const gradient = new Float64Array(x.length);
      for (let step = 0; step < Math.round(until / h); step++) {
        risk.gradient(x, gradient);
        for (let i = 0; i < x.length; i++) x[i] = x[i]! - h * gradient[i]!;
      }
      return distance(x, theta);
    };
    const [coarse, fine] = [errorOf(1e-3), errorOf(1e-4)];
    expect(coarse).toBeLessThan(0.05);
    expect(fine).toBeLessThan(coarse / 5);
  });

  test('keeps the conserved quantities', () => {
    const conserved = invariants(net);
    const { theta } = follow(1e-9);
    expect(conserved.drift(theta, start)).toBeLessThan(1e-7);
  });
});

test('stepping across the kinks of a deep network costs more than twenty times as much', () => {
  const { net, data, start } = problem([1, 8, 8, 1], 0);
  const options = { until: 20, rtol: 1e-5, atol: 1e-7 };
  const risk = empiricalRisk(net, data);
  const sliding = gradientFlow(risk, start, options);
  const blind = gradientFlow(risk, start, { ...options, kinks: 'ignored' });
  expect(sliding.statistics.rhs * 20).toBeLessThan(blind.statistics.rhs);
  expect(Math.abs(sliding.energy!.residual) * 1e3).toBeLessThan(Math.abs(blind.energy!.residual));
});

test('units on their kinks from the start, with integer weights and no biases', () => {
  const net = network([2, 4, 4, 1], { activation: 'relu' });
  let stopped = 0;
  for (let seed = 0; seed < 10; seed++) {
    const draw = (use: number, shape: number[]) =>
      integers(foldIn(foldIn(key(11), seed), use), shape, -2, 3);
    const data = {
      inputs: tensor([...draw(0, [6, 2])], { shape: [6, 2] }),
      targets: [...draw(1, [6])],
    };
    const start = Float64Array.from(draw(2, [net.dimension]));
    for (const { name, offset, shape } of net.layout) {
      if (name.startsWith('b')) start.fill(0, offset, offset + shape[0]!);
    }
    const exact = reluFlow(net, data, start, { until: 1, rtol: 1e-10, atol: 1e-12 });
    const flow = reluFlow(net, data, start, { until: 1, rtol: 1e-6, atol: 1e-8 });
    expect([flow.status, exact.status]).not.toContain('failed');
    // a corner of thirteen kinks may be too much
    if (flow.status === 'stopped' || exact.status === 'stopped') {
      expect(flow.reason).toMatch(/undecided/);
      stopped++;
      continue;
    }
    expect(Math.abs(flow.energy!.residual)).toBeLessThan(1e-4 * flow.energy!.dissipated + 1e-9);
    expect(distance(flow.theta, exact.theta)).toBeLessThan(1e-3);
  }
  expect(stopped).toBeLessThan(2);
});

test('hypotheses that fail are named', () => {
  const data = { inputs: [1, 2], targets: [0, 1] };
  const run = (net: ReturnType<typeof network>, theta: number[], more = {}) =>
    reluFlow(net, { ...data, ...more }, theta, { until: 1 });
  expect(() => run(network([1, 2, 2, 1], { activation: 'tanh' }), new Array(13).fill(1))).toThrow(
    /with a kink/,
  );
  expect(() => run(network([1, 1], { activation: 'relu' }), [0, 0])).toThrow(/with a kink/);
  expect(() => run(network([1, 1, 1], { activation: 'relu' }), [1, 2])).toThrow(/theta/);
  expect(() =>
    run(network([1, 1, 1], { activation: 'relu' }), [1, 0, 1, 0], { targets: [1] }),
  ).toThrow(/targets/);
});

test.each([
  [[1, 3, 3, 1], 2],
  [[1, 3, 3, 1], 16],
  [[1, 5, 5, 1], 16],
  [[1, 5, 5, 1], 31],
] as const)(
  'where decisions undo each other the flow of %j from start %i goes on and falls as it should',
  (widths, seed) => {
    const net = network(widths, { activation: 'relu' });
    // without biases everything is 0 at the first sample
    const inputs = Array.from({ length: 20 }, (_, i) => [i / 19]);
    const targets = inputs.map(([x]) => Math.sin(5 * x!));
    const risk = empiricalRisk(net, { inputs, targets });
    const flow = gradientFlow(risk, initialize(net, heNormal, key(seed)), { until: 5, rtol: 1e-7 });
    expect(flow.status).toBe('finished');
    expect(Math.abs(flow.energy!.residual)).toBeLessThan(1e-4 * flow.loss[0]!);
    expect(flow.loss.every((loss, i) => i === 0 || loss <= flow.loss[i - 1]!)).toBe(true);
  },
);
