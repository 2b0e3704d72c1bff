import { gradientFlow } from '@nonsmooth/flows';
import { empiricalRisk, heNormal, initialize, network } from '@nonsmooth/nets';
import { key } from '@nonsmooth/tensor';
import { expect, test } from 'vitest';

test('kinks whose forces the tolerance hides do not end a flow at its minimum', () => {
  const inputs = Array.from({ length: 25 }, (_, i) => [i % 5, Math.floor(i / 5)]);
  const targets = inputs.map(([column, row]) => (column! + row!) % 2);
  const net = network([2, 16, 1], { activation: 'relu' });
  const risk = empiricalRisk(net, {
    inputs: inputs.map((place) => place.map((k) => k / 2 - 1)),
    targets,
  });
  const start = initialize(net, heNormal, key(19));
  const flow = gradientFlow(risk, start, { until: 1e5, rtol: 1e-8, atol: 1e-10 });
  expect(flow.status).toBe('finished');
  // 25 samples are met by 65 parameters
  expect(flow.loss.at(-1)).toBeLessThan(1e-13);
});
