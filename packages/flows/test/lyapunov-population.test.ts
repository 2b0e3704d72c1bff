import { gradientFlow, inverseDecay, lyapunov, stepSizeCertificate } from '@nonsmooth/flows';
import { network, populationRisk } from '@nonsmooth/nets';
import { bdf } from '@nonsmooth/ode';
import { foldIn, key, normal } from '@nonsmooth/tensor';
import { describe, expect, test } from 'vitest';

const net = network([1, 4, 1], { activation: 'relu' });
const alpha = 0.7;
const dot = (u: Float64Array, v: Float64Array): number => u.reduce((s, x, i) => s + x * v[i]!, 0);

describe.each([
  ['uniform on [0, 1]', { interval: [0, 1] as const, target: [alpha] }],
  [
    'of mass 3, with a quadratic density',
    { interval: [-1, 2] as const, target: [alpha], density: [0, 0, 1] },
  ],
])('the exact population risk, %s', (_name, data) => {
  const risk = populationRisk(net, data);
  const V = lyapunov(net, [alpha]);
  const draw = (i: number) => normal(foldIn(key(1), i), [net.dimension]).data as Float64Array;

  test('⟨∇V, G⟩ = 8 L', () => {
    const [G, gradV] = [new Float64Array(net.dimension), new Float64Array(net.dimension)];
    for (let i = 0; i < 20; i++) {
      const loss = risk.gradient(draw(i), G);
      V.gradient(draw(i), gradV);
      expect(Math.abs(dot(gradV, G) - V.rate * loss)).toBeLessThan(1e-12 * V.rate * (1 + loss));
    }
  });

  test('along its flow V falls by 8∫L dt', () => {
    const start = draw(3);
    const flow = gradientFlow(risk, start, { until: 3, method: bdf, rtol: 1e-9, atol: 1e-12 });
    let integral = 0;
    for (let i = 1; i < flow.t.length; i++) {
      integral += ((flow.t[i]! - flow.t[i - 1]!) * (flow.loss[i]! + flow.loss[i - 1]!)) / 2;
    }
    const fallen = V.value(start) - V.value(flow.theta);
    expect(Math.abs(fallen / (8 * integral) - 1)).toBeLessThan(0.01);
  });

  test('certified rates, constant or not, never increase V, and keep their bounds', () => {
    const gradient = new Float64Array(net.dimension);
    for (let start = 0; start < 20; start++) {
      const theta = draw(100 + start).slice();
      const certificate = stepSizeCertificate(net, alpha, risk, theta);
      const decay = inverseDecay(0.95 * certificate.learningRate, 50);
      const rates = Float64Array.from({ length: 500 }, (_, n) =>
        start % 2 === 0
          ? decay(n)
          : certificate.learningRate * (0.2 + (0.75 * ((n * 7919) % 11)) / 11),
      );
      const bounds = certificate.sequenceBounds(rates);
      let [weighted, least, before] = [0, Infinity, V.value(theta)];
      for (const rate of rates) {
        const loss = risk.gradient(theta, gradient);
        weighted += rate * loss;
        least = Math.min(least, loss);
        for (let i = 0; i < theta.length; i++) theta[i] = theta[i]! - rate * gradient[i]!;
        const after = V.value(theta);
        expect(after).toBeLessThanOrEqual(before + 1e-13 * Math.abs(before));
        before = after;
      }
      expect(weighted).toBeLessThanOrEqual(bounds.weightedLossSum);
      expect(least).toBeLessThanOrEqual(bounds.leastLoss);
      expect(bounds.total).toBeCloseTo(
        rates.reduce((a, b) => a + b, 0),
        12,
      );
    }
  });
});

test('another target, and rates beyond the certificate, are refused', () => {
  const theta = normal(key(5), [net.dimension]).data;
  const line = populationRisk(net, { interval: [0, 1], target: [alpha, 1] });
  expect(() => stepSizeCertificate(net, alpha, line, theta)).toThrow(
    'the constant target of the risk',
  );
  const risk = populationRisk(net, { interval: [0, 1], target: [alpha] });
  const certificate = stepSizeCertificate(net, alpha, risk, theta);
  expect(certificate.secondMoment).toBeCloseTo(4 / 3, 14);
  expect(() => certificate.sequenceBounds([certificate.learningRate])).toThrow('learningRates[0]');
  expect(() => certificate.sequenceBounds([])).toThrow('one or more rates');
});
