import { frozenProgram } from '@nonsmooth/autodiff';
import { gradientFlow } from '@nonsmooth/flows';
import { empiricalRisk, heNormal, initialize, network } from '@nonsmooth/nets';
import { key } from '@nonsmooth/tensor';
import { expect, test } from 'vitest';
import { mergedFunction } from '../src/inclusion/merged-kinks.js';

const options = { until: 300, rtol: 1e-8, atol: 1e-10, maxSteps: 20_000 };

test.each([
  [[2, 4, 1], 0],
  [[2, 4, 1], -1],
  [[2, 4, 4, 1], 0],
  [[2, 4, 4, 1], -1],
])('XOR by %j with %d for false, zero biases: every flow comes to its end', (widths, no) => {
  const net = network(widths, { activation: 'relu' });
  const inputs = [
    [no, no],
    [no, 1],
    [1, no],
    [1, 1],
  ];
  const risk = empiricalRisk(net, { inputs, targets: [no, 1, 1, no] });
  for (let seed = 0; seed < 4; seed++) {
    const flow = gradientFlow(risk, initialize(net, heNormal, key(seed)), options);
    expect(flow.status).toBe('finished');
    expect(flow.statistics.accepted).toBeLessThan(3000);
    // the last steps of explicit methods are noise of the tolerance
    expect(Math.abs(flow.energy!.residual)).toBeLessThan(1e-6);
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
