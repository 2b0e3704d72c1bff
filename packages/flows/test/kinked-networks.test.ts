import {
  abs,
  add,
  frozenProgram,
  mul,
  objective,
  slice,
  square,
  sub,
  sum,
} from '@nonsmooth/autodiff';
import { gradientFlow, type InclusionFlow } from '@nonsmooth/flows';
import { empiricalRisk, heNormal, initialize, network, normalWeights } from '@nonsmooth/nets';
import { key } from '@nonsmooth/tensor';
import { expect, test } from 'vitest';
import { mergedFunction } from '../src/inclusion/merged-kinks.js';

const options = { until: 300, rtol: 1e-8, atol: 1e-10, maxSteps: 20_000 };

test.each([
  [[2, 4, 1], 0],
  [[2, 4, 1], -1],
  [[2, 4, 4, 1], 0],
  [[2, 4, 4, 1], -1],
])('XOR by %j with %d for false, zero biases: every flow comes to rest', (widths, no) => {
  const net = network(widths, { activation: 'relu' });
  const inputs = [
    [no, no],
    [no, 1],
    [1, no],
    [1, 1],
  ];
  const risk = empiricalRisk(net, { inputs, targets: [no, 1, 1, no] });
  for (let seed = 0; seed < 4; seed++) {
    const start = initialize(net, heNormal, key(seed));
    for (const until of [300, 1e5]) {
      const flow = gradientFlow(risk, start, { ...options, until });
      expect(flow.status).toBe('finished');
      expect(flow.statistics.accepted).toBeLessThan(1500);
      expect(Math.abs(flow.energy!.residual)).toBeLessThan(1e-6);
    }
  }
});

test('a neuron that dies at a sample where only its bias matters stays dead', () => {
  const net = network([2, 16, 1], { activation: 'relu' });
  const inputs = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ];
  const risk = empiricalRisk(net, { inputs, targets: [0, 1, 1, 0] });
  for (const seed of [4, 11]) {
    const start = initialize(net, heNormal, key(seed), { biases: normalWeights(0.5) });
    const flow = gradientFlow(risk, start, options);
    expect(flow.status).toBe('finished');
    const met = (flow as InclusionFlow).itinerary.map(({ kind }) => kind);
    expect(met).toContain('die');
  }
});

test('samples with equal inputs and other targets have one kink, and do not chatter', () => {
  const net = network([2, 4, 1], { activation: 'relu' });
  const inputs = [
    [0.5, 0],
    [0, 1],
    [1, 0],
    [1, 1],
    [0, 1],
    [1, 1],
  ];
  const risk = empiricalRisk(net, { inputs, targets: [0, 1, 1, 0, 0.4, -0.5] });
  const frozen = frozenProgram(risk.program);
  const start = initialize(net, heNormal, key(0));
  expect(frozen.kinks.length).toBe(24);
  expect(mergedFunction(frozen, start).kinks.length).toBe(16);
  for (let seed = 0; seed < 4; seed++) {
    const flow = gradientFlow(risk, initialize(net, heNormal, key(seed)), options);
    expect(flow.status).toBe('finished');
  }
});

test('kinks of layers whose samples happen to be shut off alike are not taken for one', () => {
  const net = network([1, 2, 2, 1], { activation: 'relu' });
  const inputs = [-1, -0.5, 0.5, 1];
  const risk = empiricalRisk(net, { inputs, targets: [0, 0, 0, 0] });
  const start = initialize(net, heNormal, key(1));
  const frozen = frozenProgram(risk.program);
  expect(mergedFunction(frozen, start).kinks.length).toBe(frozen.kinks.length);
});

test('a stiff slide is followed by implicit steps, to its closed form', () => {
  // |x₁| is held from t = ½ on; a = x₂ − 2x₃ decays by e^(−5000t), b = 2x₂ + x₃ goes to 5 by e^(−t/5)
  const valley = objective((x) => {
    const [x1, x2, x3] = [0, 1, 2].map((i) => slice(x, [i], [i + 1]));
    const stiff = mul(500, square(sub(x2!, mul(2, x3!))));
    const slow = mul(0.02, square(sub(add(mul(2, x2!), x3!), 5)));
    return sum(add(add(abs(x1!), stiff), slow));
  }, 3);
  const saveAt = [0.25, 0.5, 1, 5, 30];
  const flow = gradientFlow(valley, [0.5, 1, -1], { ...options, until: 30, saveAt });
  expect(flow.status).toBe('finished');
  expect(flow.statistics.rhs).toBeLessThan(1500);
  flow.y.forEach(([x1, x2, x3], i) => {
    const t = saveAt[i]!;
    expect(Math.abs(x1! - Math.max(0, 0.5 - t))).toBeLessThan(1e-8);
    expect(Math.abs(x2! - 2 * x3! - 3 * Math.exp(-5000 * t))).toBeLessThan(1e-8);
    expect(Math.abs(2 * x2! + x3! - 5 + 4 * Math.exp(-t / 5))).toBeLessThan(1e-6);
  });
});
