import { abs, objective, sum } from '@nonsmooth/autodiff';
import { gradientFlow, normalize, normalizedFlow, reluFlow } from '@nonsmooth/flows';
import { empiricalRisk, network } from '@nonsmooth/nets';
import { expect, test } from 'vitest';

const net = network([1, 1, 1], { activation: 'relu' });
const data = { inputs: [0.5, 1], targets: [0, 1] };
const start = [1, 0.2, 1, 0];

test.each([
  [{ dtype: 'f32' as const }, 'objective.dtype = "f32"; allowed: f64 for flows across kinks'],
  [{ kinks: { relu: 1, abs: 0, tie: 0.5 } }, /objective\.kinks = .*allowed: the default for flows/],
])('flows across kinks refuse what they do not have, or leave it to the risk (%#)', (own, why) => {
  const risk = empiricalRisk(net, data, own);
  expect(() => gradientFlow(risk, start, { until: 1 })).toThrow(why);
  expect(() => normalizedFlow(net, risk, normalize(net, start), { until: 1 })).toThrow(why);
  expect(gradientFlow(risk, start, { until: 1, kinks: 'ignored' }).status).toBe('finished');

  const traced = objective((x) => sum(abs(x)), 2, own);
  const wrapped = { ...traced, dtype: undefined, kinks: undefined };
  for (const one of [traced, wrapped]) {
    expect(() => gradientFlow(one, [1, -2], { until: 1 })).toThrow(why);
  }
});

test.each([{ direction: [1, 1] }, { signature: [1, 1] }])(
  'policies that are no constants are refused, too',
  (kinks) => {
    const traced = objective((x) => sum(abs(x)), 2, { kinks });
    expect(() => gradientFlow(traced, [1, -2], { until: 1 })).toThrow('objective.kinks');
  },
);

test('the default policy, given or not, is the same flow', () => {
  const flows = [{}, { kinks: { relu: 0, abs: 0, tie: 0.5 }, dtype: 'f64' as const }].map((own) =>
    gradientFlow(empiricalRisk(net, data, own), start, { until: 1 }),
  );
  expect(flows[0]!.theta).toEqual(flows[1]!.theta);
  expect(reluFlow(net, data, start, { until: 1 }).theta).toEqual(flows[0]!.theta);
});
