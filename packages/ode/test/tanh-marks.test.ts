import {
  dormandPrince54,
  dormandPrince853,
  ndf,
  radauIIA5,
  rkc2,
  rock2,
  solve,
} from '@nonsmooth/ode';
import { expect, test } from 'vitest';
import { tanhNetwork } from './stiff-problems.js';

// A Hessian costs as much as nine right-hand sides (measured in plain loops).
const hessianCost = 9;
// Dormand–Prince's right-hand sides to t = 100 from the start given; 4900 to 6100 from the other four.
const plain = 4200;
const { jacobianVector: _products, ...network } = tanhNetwork;

const difference = (a: Float64Array, b: Float64Array): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

/** Normal deviates by Box and Muller from a linear congruential generator. */
function normalDeviates(): () => number {
  let state = 12345;
  const uniform = (): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return (state + 0.5) / 2147483648;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** The start given and four of weights, kinks and amplitudes about as large. */
function fiveStarts(): readonly Float64Array[] {
  const normal = normalDeviates();
  const deviations = [2, 2, 0.5];
  const others = Array.from({ length: 4 }, () =>
    Float64Array.from({ length: 49 }, (_, i) => (deviations[Math.floor(i / 16)] ?? 0) * normal()),
  );
  return [Float64Array.from(network.y0), ...others];
}

test('over five starts the error 1e−7 costs ≤ 1/3.5 of Dormand–Prince with exact Hessians', () => {
  for (const y0 of fiveStarts()) {
    const flow = { ...network, y0 };
    const end = { saveAt: [100] };
    const exact = solve(flow, { ...end, method: dormandPrince853, rtol: 1e-9, atol: 1e-11 }).y[0]!;
    const { y, statistics } = solve(flow, { ...end, method: ndf, rtol: 1e-9, atol: 1e-11 });
    expect(difference(y[0]!, exact)).toBeLessThan(1e-7);
    expect(statistics.rhs + hessianCost * statistics.jacobians).toBeLessThan(plain / 3.5);
  }
});

test('over five starts the error 1e−4 costs RKC2 and ROCK2 ≤ 1/4 of Dormand–Prince without Hessians', () => {
  const { jacobian: _jacobian, ...gradients } = network;
  for (const y0 of fiveStarts()) {
    const flow = { ...gradients, y0 };
    const end = { saveAt: [100] };
    const exact = solve(flow, { ...end, method: dormandPrince853, rtol: 1e-9, atol: 1e-11 }).y[0]!;
    // its stability and not its tolerance sets its cost: 4200 to 6100
    const explicit = solve(flow, { ...end, method: dormandPrince54, rtol: 1e-4, atol: 1e-6 });
    expect(difference(explicit.y[0]!, exact)).toBeLessThan(1e-4);
    // one tolerance for all the starts
    for (const options of [
      { method: rkc2, rtol: 1e-5, atol: 1e-7 },
      { method: rock2, rtol: 1.5e-5, atol: 1.5e-5 },
    ]) {
      const { y, statistics } = solve(flow, { ...end, ...options });
      expect(difference(y[0]!, exact)).toBeLessThan(1e-4);
      expect(statistics.rhs).toBeLessThan(explicit.statistics.rhs / 4);
    }
  }
});

test('to t = 1e6 the error is ≤ 1e−4 with ≤ 2500 right-hand sides and ≤ 200 Hessians', () => {
  const flow = { ...network, t1: 1e6 };
  const end = { saveAt: [1e6] };
  // independent of the other one, and good to 2e−6 by comparison with stricter runs
  const exact = solve(flow, { ...end, method: radauIIA5, rtol: 1e-4, atol: 1e-6 }).y[0]!;
  const { y, statistics } = solve(flow, { ...end, method: ndf, rtol: 1e-6, atol: 1e-8 });
  expect(difference(y[0]!, exact)).toBeLessThan(1e-4);
  expect(statistics.rhs).toBeLessThanOrEqual(2500);
  expect(statistics.jacobians).toBeLessThanOrEqual(200);
});
