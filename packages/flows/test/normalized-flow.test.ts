import {
  boundedness,
  distanceToManifold,
  gradientFlow,
  normalize,
  normalizedDescent,
  normalizedFlow,
} from '@nonsmooth/flows';
import { empiricalRisk, network } from '@nonsmooth/nets';
import { foldIn, key, normal } from '@nonsmooth/tensor';
import { describe, expect, test } from 'vitest';

const inputs = Array.from({ length: 20 }, (_, i) => (i + 0.5) / 20);
const targets = inputs.map((x) => Math.sin(2 * Math.PI * x));

const net = network([1, 6, 1], { activation: 'relu' });
const risk = empiricalRisk(net, { inputs, targets });
const start = normalize(net, normal(key(1), [net.dimension]).data);

test.each(['sphere', 'realization'] as const)(
  'every step of the normalized flow with the %s retraction is on the manifold to rounding',
  (retraction) => {
    const flow = normalizedFlow(net, risk, start, { until: 5, rtol: 1e-6, retraction });
    for (const theta of flow.y) expect(distanceToManifold(net, theta)).toBeLessThan(1e-15);
    for (let i = 1; i < flow.loss.length; i++) {
      expect(flow.loss[i]).toBeLessThanOrEqual(flow.loss[i - 1]! + 1e-6);
    }
  },
);

test('smooth networks on the manifold: both retractions converge to the same flow', () => {
  // identity activation: no kinks, so the order of the method is undisturbed
  const linear = network([2, 3, 1], { activation: 'identity' });
  const samples = normal(key(2), [30, 2]);
  const objective = empiricalRisk(linear, { inputs: samples, targets: normal(key(3), [30]) });
  const theta0 = normalize(linear, normal(key(4), [linear.dimension]).data);
  const run = (retraction: 'sphere' | 'realization', rtol: number): Float64Array =>
    normalizedFlow(linear, objective, theta0, { until: 2, rtol, atol: rtol, retraction }).y.at(-1)!;
  const difference = (a: Float64Array, b: Float64Array): number =>
    a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);
  const fine = run('sphere', 1e-11);
  expect(difference(run('sphere', 1e-7), fine)).toBeLessThan(1e-5);
  expect(difference(run('realization', 1e-7), fine)).toBeLessThan(1e-5);
  expect(difference(run('realization', 1e-11), fine)).toBeLessThan(1e-8);
});

test('normalized descent with small steps follows the normalized flow, and never drifts', () => {
  const steps = 100_000;
  const flow = normalizedFlow(net, risk, start, { until: 1, rtol: 1e-8, atol: 1e-10 });
  const descent = normalizedDescent(net, risk, start, { learningRate: 1 / steps, steps });
  expect(distanceToManifold(net, descent.theta)).toBeLessThan(1e-15);
  const error = flow.y.at(-1)!.map((x, i) => Math.abs(x - descent.theta[i]!));
  expect(Math.max(...error)).toBeLessThan(1e-3);
});

describe('widths 1, 1, 1 and a Lipschitz target: the normalized flow is bounded', () => {
  const scalar = network([1, 1, 1], { activation: 'relu' });
  const objective = empiricalRisk(scalar, { inputs, targets });
  test.each([0, 1, 2, 3, 4, 5])('from random start %s', (i) => {
    const theta0 = normalize(scalar, normal(foldIn(key(5), i), [4]).data);
    const saveAt = Array.from({ length: 61 }, (_, j) => 10 ** (j / 15 - 1));
    const flow = normalizedFlow(scalar, objective, theta0, { until: 1000, saveAt });
    expect(boundedness(flow).supremum).toBeLessThan(10);
    const free = boundedness(gradientFlow(objective, theta0, { until: 1000, saveAt }));
    expect(free.supremum).toBeGreaterThan(0);
  });
});

test('the norm of a flow that saved nothing is not asked for', () => {
  expect(() => boundedness({ t: new Float64Array(0), y: [] })).toThrow('flow.t.length = 0');
});

test('a retraction of another name is refused', () => {
  const start = normalize(net, normal(key(9), [net.dimension]).data);
  const retraction = 'exact' as 'sphere';
  const message = 'retraction = "exact"; allowed: sphere, realization';
  expect(() => normalizedFlow(net, risk, start, { until: 1, retraction })).toThrow(message);
  expect(() =>
    normalizedDescent(net, risk, start, { learningRate: 0.1, steps: 1, retraction }),
  ).toThrow(message);
});

test('a start off the manifold is refused with its distance and the remedy', () => {
  expect(() =>
    normalizedFlow(net, risk, normal(key(9), [net.dimension]).data, { until: 1 }),
  ).toThrow(
    /hidden neurons of norm 1 \(they are off by up to .*normalize\(net, theta0\) gives them/,
  );
});
