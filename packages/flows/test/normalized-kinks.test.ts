import {
  add,
  frozenProgram,
  objective,
  oneNorm,
  square,
  sum,
  type Program,
} from '@nonsmooth/autodiff';
import { distanceToManifold, normalize, normalizedFlow, type ReluFlow } from '@nonsmooth/flows';
import { empiricalRisk, network, type EmpiricalRiskData } from '@nonsmooth/nets';
import { foldIn, key, normal } from '@nonsmooth/tensor';
import { describe, expect, test } from 'vitest';
import { hiddenNeurons } from '../src/hidden-neurons.js';
import { projectTangent, retract } from '../src/normalized/manifold.js';
import { normalizedObjective } from '../src/normalized/normalized-objective.js';

const sine = (samples: number) => {
  const inputs = Array.from({ length: samples }, (_, i) => (i + 0.5) / samples);
  return { inputs, targets: inputs.map((x) => Math.sin(2 * Math.PI * x)) };
};

const largest = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);

test.each([0, 1, 2])(
  '1-8-1 with 40 samples to t = 10 keeps the energy identity across its kinks, start %s',
  (i) => {
    const net = network([1, 8, 1], { activation: 'relu' });
    const risk = empiricalRisk(net, sine(40));
    const start = normalize(net, normal(foldIn(key(1), i), [net.dimension]).data);
    const flow = normalizedFlow(net, risk, start, { until: 10, rtol: 1e-8, atol: 1e-10 });
    const { itinerary } = flow as ReluFlow;
    expect(flow.status).toBe('finished');
    expect(itinerary.length).toBeGreaterThan(0);
    expect(flow.statistics.rhs).toBeLessThanOrEqual(3000);
    expect(Math.abs(flow.energy!.residual)).toBeLessThanOrEqual(1e-6);
    for (const theta of flow.y) expect(distanceToManifold(net, theta)).toBeLessThan(1e-12);
    for (const { layer, neuron } of itinerary) {
      expect(layer).toBe(1);
      expect(neuron).toBeLessThan(8);
    }
  },
);

/** Explicit Euler steps of −P G on the manifold. */
function descended(
  widths: readonly number[],
  data: EmpiricalRiskData,
  start: Float64Array,
  until: number,
  steps: number,
): Float64Array {
  const net = network(widths, { activation: 'relu' });
  const risk = empiricalRisk(net, data);
  const neurons = hiddenNeurons(net);
  const theta = start.slice();
  const gradient = new Float64Array(theta.length);
  for (let step = 0; step < steps; step++) {
    risk.gradient(theta, gradient);
    projectTangent(neurons, theta, gradient);
    for (let i = 0; i < theta.length; i++) theta[i] = theta[i]! - (until / steps) * gradient[i]!;
    retract(neurons, theta, 'sphere');
  }
  return theta;
}

test.each([[[1, 4, 1]], [[1, 3, 3, 1]]])(
  'small Euler steps tend to the flow of widths %s',
  (widths) => {
    const net = network(widths, { activation: 'relu' });
    const data = sine(8);
    const start = normalize(net, normal(key(11), [net.dimension]).data);
    const flow = normalizedFlow(net, empiricalRisk(net, data), start, {
      until: 1,
      rtol: 1e-9,
      atol: 1e-11,
    });
    const errors = [4000, 40_000].map((n) =>
      largest(descended(widths, data, start, 1, n), flow.theta),
    );
    expect(errors[1]).toBeLessThan(2e-4);
    expect(errors[1]).toBeLessThan(errors[0]! / 4);
  },
);

describe.each([
  ['relu', [1, 5, 1], 'squared'],
  ['relu', [1, 3, 2, 1], 'squared'],
  ['leakyRelu', [1, 4, 1], 'huber'],
] as const)('L∘π for %s, widths %s, loss %s', (activation, widths, loss) => {
  const net = network(widths, { activation });
  const risk = empiricalRisk(net, { ...sine(9), loss });
  const onManifold = normalizedObjective(net, risk);
  const traced = objective(onManifold.program!, net.dimension);

  test('has the kinks of the risk, in the same order', () => {
    const blocks = (program: Program) =>
      frozenProgram(program).kinks.map(({ block, position, kind }) => [block, position, kind]);
    expect(blocks(onManifold.program!)).toEqual(blocks(risk.program));
  });

  test('has the value and gradient of its program, on the manifold and off it', () => {
    for (let i = 0; i < 10; i++) {
      const theta = Float64Array.from(normal(foldIn(key(3), i), [net.dimension]).data);
      const [expected, gradient] = [new Float64Array(theta.length), new Float64Array(theta.length)];
      const value = traced.gradient(theta, expected);
      expect(onManifold.gradient(theta, gradient)).toBeCloseTo(value, 12);
      expect(largest(gradient, expected)).toBeLessThan(1e-11 * (1 + value));
    }
  });
});

test('a traced function that is no risk is composed with the normalization itself', () => {
  const net = network([1, 3, 1], { activation: 'relu' });
  const penalty = objective((x) => add(oneNorm(x), sum(square(x))), net.dimension);
  const onManifold = normalizedObjective(net, penalty);
  const traced = objective(onManifold.program!, net.dimension);
  for (let i = 0; i < 10; i++) {
    const theta = Float64Array.from(normal(foldIn(key(4), i), [net.dimension]).data);
    const [expected, gradient] = [new Float64Array(theta.length), new Float64Array(theta.length)];
    expect(onManifold.gradient(theta, gradient)).toBeCloseTo(traced.gradient(theta, expected), 12);
    expect(largest(gradient, expected)).toBeLessThan(1e-12);
  }
  const start = normalize(net, normal(key(5), [net.dimension]).data);
  const flow = normalizedFlow(net, penalty, start, { until: 20, rtol: 1e-8, atol: 1e-10 });
  // ‖u‖₁ is least at a unit vector of an axis, and ‖u‖₂ = 1 stays: 3·(1 + 1) is left, the rest comes to 0
  expect(flow.loss.at(-1)).toBeCloseTo(6, 8);
  expect(Math.abs(flow.energy!.residual)).toBeLessThan(1e-6);
});

test('risks of float32 are refused, and followed by their own gradient where kinks are ignored', () => {
  const net = network([1, 3, 1], { activation: 'relu' });
  const risk = empiricalRisk(net, sine(6), { dtype: 'f32' });
  const start = normalize(net, normal(key(6), [net.dimension]).data);
  expect(() => normalizedFlow(net, risk, start, { until: 1 })).toThrow('objective.dtype = "f32"');
  const { status } = normalizedFlow(net, risk, start, {
    until: 1,
    kinks: 'ignored',
    energy: false,
  });
  expect(status).toBe('finished');
});

test.each([1, 5])(
  'equal inputs with different targets are decided at every tolerance, start %s',
  (i) => {
    const net = network([1, 5, 1], { activation: 'relu' });
    const inputs = Array.from({ length: 12 }, (_, k) => Math.floor(k / 3) / 4);
    const targets = inputs.map((x, k) => Math.sin(3 * x) + (k % 3) * 0.3);
    const risk = empiricalRisk(net, { inputs, targets });
    const start = normalize(net, normal(foldIn(key(7), i), [net.dimension]).data);
    const ends = [1e-7, 1e-9, 1e-10].map((rtol) => {
      const flow = normalizedFlow(net, risk, start, { until: 5, rtol, atol: rtol });
      expect(flow.status).toBe('finished');
      return flow.theta;
    });
    expect(largest(ends[1]!, ends[2]!)).toBeLessThan(1e-6);
  },
);

test('kinks: ignored follows them blindly, other names are refused', () => {
  const net = network([1, 4, 1], { activation: 'relu' });
  const risk = empiricalRisk(net, sine(8));
  const start = normalize(net, normal(key(11), [net.dimension]).data);
  const run = (options: object) => normalizedFlow(net, risk, start, { until: 1, ...options });
  expect(run({ kinks: 'ignored' })).not.toHaveProperty('itinerary');
  expect(run({})).toHaveProperty('itinerary');
  expect(() => run({ kinks: 'watched' })).toThrow('kinks = "watched"');
});
