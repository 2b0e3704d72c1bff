import { defaultMethod, gradientFlow } from '@nonsmooth/flows';
import { empiricalRisk, initialize, network, xavierUniform } from '@nonsmooth/nets';
import { bdf, dormandPrince54, exprb53, radauIIA5, rkc2 } from '@nonsmooth/ode';
import { key, normal } from '@nonsmooth/tensor';
import { expect, test } from 'vitest';

const data = { inputs: normal(key(1), [20, 2]), targets: normal(key(2), [20]) };
const risk = (hidden: number, activation: 'tanh' | 'relu' | 'softsign') =>
  empiricalRisk(network([2, hidden, 1], { activation }), data);

test('the default method follows what is known of the objective', () => {
  expect(defaultMethod(risk(8, 'tanh'), 1e-4)).toBe(bdf);
  expect(defaultMethod(risk(8, 'tanh'), 1e-8)).toBe(radauIIA5);
  expect(defaultMethod(risk(100, 'tanh'), 1e-4)).toBe(exprb53);
  expect(defaultMethod(risk(8, 'softsign'), 1e-4)).toBe(bdf);
  expect(defaultMethod(risk(8, 'relu'), 1e-4)).toBe(dormandPrince54);
  const gradientsOnly = {
    dimension: 33,
    smooth: true,
    value: (): number => 0,
    gradient: (): number => 0,
  };
  expect(defaultMethod(gradientsOnly, 1e-3)).toBe(rkc2);
  expect(defaultMethod(gradientsOnly, 1e-6)).toBe(dormandPrince54);
});

test('all methods follow the same flow', () => {
  const objective = risk(6, 'tanh');
  const start = initialize(objective.network, xavierUniform, key(3));
  const end = (method: typeof bdf, rtol: number): Float64Array =>
    gradientFlow(objective, start, { until: 5, method, rtol, atol: rtol / 100 }).theta;
  const reference = end(dormandPrince54, 1e-10);
  for (const method of [bdf, radauIIA5, exprb53, rkc2]) {
    const theta = end(method, 1e-6);
    const error = theta.reduce((most, x, i) => Math.max(most, Math.abs(x - reference[i]!)), 0);
    expect(error).toBeLessThan(1e-3);
    expect(error).toBeGreaterThan(0);
  }
});
