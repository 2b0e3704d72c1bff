import { add, mul, objective, slice, square, sub, sum } from '@nonsmooth/autodiff';
import type { Objective } from '@nonsmooth/core';
import { defaultMethod, gradientFlow, normalize, normalizedFlow } from '@nonsmooth/flows';
import {
  empiricalRisk,
  heNormal,
  initialize,
  network,
  populationRisk,
  xavierUniform,
} from '@nonsmooth/nets';
import { auto, bdf, dormandPrince54, exprb53, radauIIA5, rkc2 } from '@nonsmooth/ode';
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
  expect(defaultMethod(gradientsOnly, 1e-6)).toBe(auto);
  expect(defaultMethod({ ...gradientsOnly, smooth: undefined }, 1e-3)).toBe(auto);
  const population = populationRisk(network([1, 2, 1], { activation: 'relu' }), {
    interval: [0, 1],
    target: [0, 0, 1],
  });
  expect(defaultMethod(population, 1e-4)).toBe(bdf);
  expect(defaultMethod(population, 1e-8)).toBe(radauIIA5);
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

/** (1 − x)² + 100(y − x²)². */
const rosenbrock = objective((theta) => {
  const [x, y] = [slice(theta, [0], [1]), slice(theta, [1], [2])];
  return sum(add(square(sub(1, x)), mul(100, square(sub(y, square(x))))));
}, 2);

test.each<[string, Objective]>([
  ['its program', rosenbrock],
  [
    'nothing but values and gradients',
    {
      dimension: 2,
      value: (theta) => rosenbrock.value(theta),
      gradient: (theta, out) => rosenbrock.gradient(theta, out),
    },
  ],
])('the stiff flow down the valley of Rosenbrock, of which %s is known', (_, known) => {
  const flow = gradientFlow(known, [-1.2, 1], { until: 100, rtol: 1e-6, atol: 1e-8 });
  expect(flow.status).toBe('finished');
  expect(flow.statistics.rhs).toBeLessThan(1500);
  expect(Math.abs(flow.energy!.residual)).toBeLessThan(1e-3);
  // along y = x² the way to (1, 1) shrinks by x′ = 2(1 − x)/(1 + 4x²)
  expect(flow.loss.at(-1)!).toBeLessThan(1e-13);
});

test('flows of population risks, normalized or not, run to t = 1e12 by their Hessians', () => {
  const net = network([1, 1, 1], { activation: 'relu' });
  const population = populationRisk(net, { interval: [0, 1], target: [0, 0, 1] });
  for (let seed = 0; seed < 6; seed++) {
    const start = initialize(net, heNormal, key(seed));
    for (const until of [1e12, { logTime: Math.log(1e12) }]) {
      for (const flow of [
        gradientFlow(population, start, { until, rtol: 1e-6, atol: 1e-8 }),
        normalizedFlow(net, population, normalize(net, start), { until, rtol: 1e-6, atol: 1e-8 }),
      ]) {
        expect(flow.status).toBe('finished');
        expect(flow.statistics.rhs).toBeLessThan(3000);
        expect(Math.abs(flow.energy!.residual)).toBeLessThan(1e-4);
      }
    }
  }
});
