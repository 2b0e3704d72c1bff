import {
  classify,
  gradientFlow,
  logarithmicTimes,
  polynomialRealization,
  trajectoryOf,
  univariate,
  evaluatePolynomial,
} from '@nonsmooth/flows';
import type { ActivationName } from '@nonsmooth/kernels';
import { empiricalRisk, initialize, network, normalWeights, realize } from '@nonsmooth/nets';
import { bdf } from '@nonsmooth/ode';
import { key, normal } from '@nonsmooth/tensor';
import { expect, test } from 'vitest';

const inputs = Array.from({ length: 100 }, (_, i) => -1 + (2 * i) / 99);

/** The flow of the mean squared error from a network that nearly realizes the polynomial. */
function flowFrom(
  coefficients: readonly number[],
  activation: ActivationName,
  horizon: number,
  rtol: number,
) {
  const polynomial = univariate(coefficients);
  const { network: net, theta } = polynomialRealization(polynomial, activation, { h: 1 });
  const targets = inputs.map((x) => evaluatePolynomial(polynomial, [x]));
  return gradientFlow(empiricalRisk(net, { inputs, targets }), theta, {
    until: horizon,
    method: bdf,
    saveAt: logarithmicTimes(horizon / 1e8, horizon, 20),
    rtol,
    atol: rtol / 1000,
  });
}

test.each<[ActivationName, number]>([
  ['swish', 1e8],
  ['softplus', 1e6],
  ['gelu', 1e6],
  ['elu', 1e6],
  ['mish', 1e6],
  ['softsign', 1e6],
  ['tanh', 1e8],
])(
  'the flow towards x² from a good start diverges with vanishing loss: %s to t = %s',
  (name, horizon) => {
    const flow = flowFrom([0, 0, 1], name, horizon, 1e-7);
    expect(flow.status).toBe('finished');
    const { verdict, evidence } = classify(trajectoryOf(flow));
    expect(verdict).toBe('diverges');
    expect(evidence.decay.q).toBeLessThan(1.1);
    expect(flow.loss.at(-1)).toBeLessThan(1e-2 * flow.loss[0]!);
    expect(evidence.asymptoticLoss.level).toBeLessThan(1e-5);
  },
);

test('so does the flow towards the degree-10 polynomial of the published study, with GELU', () => {
  const flow = flowFrom([5, 0, -2, 3, 0, 2, 0, 0, -2, 0, 1], 'gelu', 100, 1e-5);
  const { verdict } = classify(trajectoryOf(flow));
  expect(verdict).toBe('diverges');
  expect(flow.loss.at(-1)).toBeLessThan(0.01 * flow.loss[0]!);
});

test.each<ActivationName>(['tanh', 'gelu', 'softplus'])(
  'a flow that starts near the parameters of its own target converges: %s',
  (name) => {
    const net = network([1, 2, 1], { activation: name });
    const truth = initialize(net, normalWeights(1), key(5), { biases: normalWeights(1) });
    const targets = realize(net, truth, inputs).data;
    const start = truth.map((x, i) => x + 0.01 * normal(key(6), [net.dimension]).data[i]!);
    const flow = gradientFlow(empiricalRisk(net, { inputs, targets }), start, {
      until: 1e7,
      saveAt: logarithmicTimes(1, 1e7, 20),
      rtol: 1e-6,
      atol: 1e-12,
    });
    const { verdict } = classify(trajectoryOf(flow));
    expect(verdict).toBe('converges');
  },
);

test('logarithmic times have equal ratios and exact ends', () => {
  const times = logarithmicTimes(0.01, 100, 5);
  expect(times.length).toBe(21);
  expect([times[0], times.at(-1)]).toEqual([0.01, 100]);
  for (let i = 1; i < 21; i++) expect(times[i]! / times[i - 1]!).toBeCloseTo(10 ** 0.2, 10);
  expect(() => logarithmicTimes(0, 1, 5)).toThrow(/0 < first < last/);
});
