import { readFileSync } from 'node:fs';
import { gradientFlow } from '@nonsmooth/flows';
import { empiricalRisk, network } from '@nonsmooth/nets';
import { expect, test } from 'vitest';

const tanhFlow = JSON.parse(
  readFileSync(new URL('data/tanh-flow.json', import.meta.url), 'utf8'),
) as {
  x: number[];
  y: number[];
  theta0: number[];
  t1: number;
  reference: number[];
  loss0: number;
  loss: number;
};

test('the flow of a 1-16-1 tanh network reaches the reference at t = 100', () => {
  const risk = empiricalRisk(network([1, 16, 1], { activation: 'tanh' }), {
    inputs: tanhFlow.x,
    targets: tanhFlow.y,
  });
  const flow = gradientFlow(risk, tanhFlow.theta0, { until: tanhFlow.t1, rtol: 1e-9, atol: 1e-11 });
  const theta = flow.y.at(-1)!;
  const error = Math.max(...tanhFlow.reference.map((one, i) => Math.abs(one - theta[i]!)));
  expect(error).toBeLessThan(1e-8);
  expect(flow.loss[0]).toBeCloseTo(tanhFlow.loss0, 13);
  expect(flow.loss.at(-1)).toBeCloseTo(tanhFlow.loss, 10);
});

test('linear regression follows its closed form', () => {
  // L = (w − 2)² + b² on inputs ±1 with target 2x: w = 2 + 3e⁻²ᵗ, b = e⁻²ᵗ
  const risk = empiricalRisk(network([1, 1], { activation: 'identity' }), {
    inputs: [-1, 1],
    targets: [-2, 2],
  });
  const saveAt = [0, 0.5, 1, 2, 3];
  const flow = gradientFlow(risk, [5, 1], { until: 3, rtol: 1e-10, atol: 1e-12, saveAt });
  saveAt.forEach((t, i) => {
    expect(flow.t[i]).toBe(t);
    expect(flow.y[i]![0]).toBeCloseTo(2 + 3 * Math.exp(-2 * t), 9);
    expect(flow.y[i]![1]).toBeCloseTo(Math.exp(-2 * t), 9);
    expect(flow.loss[i]).toBeCloseTo(10 * Math.exp(-4 * t), 8);
  });
});

test('the loss never increases along the flow', () => {
  const risk = empiricalRisk(network([1, 16, 1], { activation: 'tanh' }), {
    inputs: tanhFlow.x,
    targets: tanhFlow.y,
  });
  const saveAt = Array.from({ length: 101 }, (_, i) => i / 10);
  const { loss } = gradientFlow(risk, tanhFlow.theta0, {
    until: 10,
    saveAt,
    rtol: 1e-8,
    atol: 1e-10,
  });
  for (let i = 1; i < loss.length; i++) expect(loss[i]).toBeLessThan(loss[i - 1]!);
});

test('a start of the wrong length or not finite is refused', () => {
  const risk = empiricalRisk(network([1, 1], { activation: 'identity' }), {
    inputs: [1],
    targets: [1],
  });
  expect(() => gradientFlow(risk, [1], { until: 1 })).toThrow('theta0.length = 1; allowed: 2');
  expect(() => gradientFlow(risk, [1, Infinity], { until: 1 })).toThrow('theta0[1] = Infinity');
});
