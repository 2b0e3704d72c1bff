import {
  boundedness,
  distanceToManifold,
  logarithmicTimes,
  normalize,
  normalizedFlow,
} from '@nonsmooth/flows';
import { empiricalRisk, network, populationRisk } from '@nonsmooth/nets';
import { foldIn, key, normal } from '@nonsmooth/tensor';
import { describe, expect, test } from 'vitest';
import { hiddenNeurons } from '../src/hidden-neurons.js';
import { projectTangent } from '../src/normalized/manifold.js';
import { normalizedObjective } from '../src/normalized/normalized-objective.js';

describe.each([[[1, 3, 1]], [[2, 3, 2]], [[2, 3, 4, 1]]])('L∘π for widths %s', (widths) => {
  const net = network(widths, { activation: 'leakyRelu' });
  const d = net.dimension;
  const inputs = normal(key(1), [10, widths[0]!]);
  const targets = normal(key(2), [10, widths.at(-1)!]);
  const risk = empiricalRisk(net, { inputs, targets });
  const onManifold = normalizedObjective(net, risk);
  const theta = normal(key(3), [d]).data as Float64Array;

  test('has the gradient P·G on the manifold', () => {
    const unit = normalize(net, theta);
    const [expected, gradient] = [new Float64Array(d), new Float64Array(d)];
    risk.gradient(unit, expected);
    projectTangent(hiddenNeurons(net), unit, expected);
    onManifold.gradient(unit, gradient);
    gradient.forEach((g, i) => expect(g).toBeCloseTo(expected[i]!, 13));
  });

  test('has the Hessian of its gradient, off the manifold too', () => {
    const hessian = new Float64Array(d * d);
    onManifold.hessian!(theta, hessian);
    const [ahead, behind, product] = [0, 1, 2].map(() => new Float64Array(d));
    for (let j = 0; j < d; j++) {
      const moved = (h: number) => theta.map((x, i) => (i === j ? x + h : x));
      onManifold.gradient(moved(1e-6), ahead!);
      onManifold.gradient(moved(-1e-6), behind!);
      onManifold.hessianVector!(
        theta,
        Float64Array.from(theta, (_, i) => Number(i === j)),
        product!,
      );
      for (let i = 0; i < d; i++) {
        const entry = hessian[j * d + i]!;
        expect(entry).toBeCloseTo((ahead![i]! - behind![i]!) / 2e-6, 7);
        expect(product![i]).toBeCloseTo(entry, 13);
        expect(hessian[i * d + j]).toBeCloseTo(entry, 13);
      }
    }
  });
});

test('population flows of widths 1, 1, 1 reach t = 1e12 in log time, on the manifold, and settle', () => {
  const net = network([1, 1, 1], { activation: 'relu' });
  const risk = populationRisk(net, { interval: [0, 1], target: [0.3, 1, -2, 0.5] });
  for (let i = 0; i < 8; i++) {
    const start = normalize(net, normal(foldIn(key(4), i), [4]).data);
    const flow = normalizedFlow(net, risk, start, {
      until: { logTime: Math.log(1e12) },
      saveAt: [0, ...logarithmicTimes(1e-2, Math.exp(Math.log(1e12)), 10)],
      rtol: 1e-6,
      atol: 1e-9,
    });
    expect(flow.status).toBe('finished');
    expect(flow.method).toBe('BDF');
    expect(flow.statistics.rhs).toBeLessThan(3000);
    expect(Math.abs(flow.energy!.residual)).toBeLessThan(1e-4);
    expect(distanceToManifold(net, flow.theta)).toBeLessThan(1e-15);
    const { supremum, law } = boundedness(flow);
    expect(supremum).toBeLessThan(10);
    expect(law!.trend).toBe('settles');
  }
});

describe('the law of a norm', () => {
  const t = logarithmicTimes(1e-3, 1e9, 10);
  const along = (norm: (t: number) => number) =>
    boundedness({ t, y: Array.from(t, (time) => Float64Array.of(norm(time))) }).law!;

  test('log t grows, with its rate', () => {
    const { trend, growth } = along((time) => 3 + 2 * Math.log(1 + time));
    expect(trend).toBe('grows');
    expect(growth[0].form).toBe('logarithm');
    expect(Math.abs(growth[0].rate - 2)).toBeLessThan(0.01);
  });

  test('t^0.1 grows, with its exponent', () => {
    const { trend, growth } = along((time) => (1 + time) ** 0.1);
    expect(trend).toBe('grows');
    expect(growth[0].form).toBe('power');
    expect(growth[0].rate).toBeCloseTo(0.1, 3);
  });

  test.each([0.3, 0.5, 1])('5 − t^(−%s) settles, and the bar of its limit covers 5', (p) => {
    const { trend, limit } = along((time) => 5 - (1 + time) ** -p);
    expect(trend).toBe('settles');
    expect(Math.abs(limit!.value - 5)).toBeLessThanOrEqual(limit!.error + 1e-12);
  });

  test('1/log t shrinks: it is not said to settle at a limit', () => {
    expect(along((time) => 1 / Math.log(10 + time)).trend).toBe('shrinks');
  });

  test('a norm that stands still settles where it is', () => {
    expect(along(() => 2).limit).toEqual({ value: 2, error: 0 });
  });

  test('seven times tell nothing', () => {
    const few = t.slice(0, 7);
    const y = Array.from(few, () => Float64Array.of(1));
    expect(boundedness({ t: few, y }).law).toBeUndefined();
  });
});
