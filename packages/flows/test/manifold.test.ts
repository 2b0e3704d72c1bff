import {
  distanceToManifold,
  normalize,
  projectTangent,
  retract,
  hiddenNeurons,
} from '@nonsmooth/flows';
import { network, realize, type Network } from '@nonsmooth/nets';
import { key, normal, foldIn } from '@nonsmooth/tensor';
import { describe, expect, test } from 'vitest';

const networks: [string, Network][] = [
  ['1-1-1', network([1, 1, 1], { activation: 'relu' })],
  ['2-5-3', network([2, 5, 3], { activation: 'relu' })],
  ['3-4-4-2', network([3, 4, 4, 2], { activation: 'leakyRelu' })],
  ['1-3-5-2-1', network([1, 3, 5, 2, 1], { activation: 'relu' })],
];

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((s, x, i) => s + x * b[i]!, 0);
const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));
const minus = (a: Float64Array, b: Float64Array): Float64Array => a.map((x, i) => x - b[i]!);

describe.each(networks)('on the manifold of %s networks', (_name, net) => {
  const vector = (use: number): Float64Array =>
    normal(foldIn(key(11), use), [net.dimension]).data as Float64Array;
  const theta = normalize(net, vector(0));
  const neurons = hiddenNeurons(net);
  const projected = (g: Float64Array): Float64Array => {
    const p = g.slice();
    projectTangent(neurons, theta, p);
    return p;
  };

  test('normalization keeps the realization to rounding', () => {
    const inputs = normal(key(5), [30, net.widths[0]!]);
    const before = realize(net, vector(0), inputs).data as Float64Array;
    const after = realize(net, theta, inputs).data as Float64Array;
    expect(norm(minus(before, after))).toBeLessThan(1e-13 * norm(before));
    expect(distanceToManifold(net, theta)).toBeLessThan(1e-15);
  });

  test('normalization is the identity on the manifold to rounding', () => {
    expect(norm(minus(normalize(net, theta), theta))).toBeLessThan(1e-14);
  });

  test('the tangent projection is idempotent, symmetric and tangent', () => {
    const [g, h] = [vector(1), vector(2)];
    expect(norm(minus(projected(projected(g)), projected(g)))).toBeLessThan(1e-14 * norm(g));
    expect(dot(projected(g), h)).toBeCloseTo(dot(g, projected(h)), 12);
    // tangency: d/ds ‖u + s·Pg‖² = 0 at s = 0, by the central difference that is exact for quadratics
    const p = projected(g);
    for (const neuron of neurons) {
      const at = (s: number): number => {
        const moved = theta.map((x, i) => x + s * p[i]!);
        let square = moved[neuron.bias]! ** 2;
        for (let j = 0; j < neuron.fanIn; j++) square += moved[neuron.weights + j]! ** 2;
        return square;
      };
      expect((at(1) - at(-1)) / 2).toBeCloseTo(0, 12);
    }
  });

  test.each([
    ['sphere', 3],
    ['realization', 2],
  ] as const)('the %s retraction leaves the tangent step by O(γ^%s)', (retraction, order) => {
    const direction = projected(vector(3));
    const scale = 1 / norm(direction);
    const error = (gamma: number): number => {
      const step = theta.map((x, i) => x + gamma * scale * direction[i]!);
      const back = step.slice();
      retract(neurons, back, retraction);
      // Movement along the tangent space: the normal part of the sphere is O(γ²) for every retraction.
      return norm(projected(minus(back, step)));
    };
    const slope = Math.log2(error(1e-2) / error(5e-3));
    expect(slope).toBeGreaterThan(order - 0.25);
  });

  test('the realization retraction keeps the realization of the stepped parameters', () => {
    const step = theta.map((x, i) => x + 0.1 * vector(4)[i]!);
    const back = step.slice();
    retract(neurons, back, 'realization');
    const inputs = normal(key(6), [30, net.widths[0]!]);
    const before = realize(net, step, inputs).data as Float64Array;
    expect(norm(minus(before, realize(net, back, inputs).data as Float64Array))).toBeLessThan(
      1e-13 * norm(before),
    );
  });
});

test('a neuron whose incoming numbers vanish gets a unit bias and a zero outgoing column', () => {
  const net = network([1, 2, 1], { activation: 'relu' });
  const theta = normalize(net, [0, 3, 0, 4, 7, 2, 1]);
  expect([...theta]).toEqual([0, 0.6, 1, 0.8, 0, 10, 1]);
});

test('other activations are refused with the hypothesis that fails', () => {
  const net = network([1, 2, 1], { activation: 'tanh' });
  expect(() => normalize(net, new Array(7).fill(1))).toThrow(
    /network.activation = "tanh"; allowed: a positively homogeneous activation.*2207.06246/,
  );
});

test('retractions of other names and vectors of other lengths are refused', () => {
  const net = network([1, 2, 1], { activation: 'relu' });
  const [neurons, theta] = [hiddenNeurons(net), new Float64Array(7)];
  expect(() => retract(neurons, theta, 'exact' as 'sphere')).toThrow('retraction = "exact"');
  expect(() => projectTangent(neurons, theta, new Float64Array(2))).toThrow('g.length = 2');
});

test('subnormal neurons are normalized to rounding, and what overflows is refused', () => {
  const net = network([3, 1, 1], { activation: 'relu' });
  for (const size of [5e-324, 1e-320, 1e-300, 1e300]) {
    const theta = normalize(net, [size, size, 0, size, 1e-5, 0]);
    expect(distanceToManifold(net, theta)).toBeLessThan(1e-15);
    expect(theta[0]).toBeCloseTo(1 / Math.sqrt(3), 14);
  }
  for (const theta of [
    [1e308, 1e308, 1e308, 1e308, 1e-9, 0],
    [1e200, 0, 0, 0, 1e200, 0],
  ]) {
    expect(() => normalize(net, theta)).toThrow(/theta = .*normalization does not overflow/);
  }
});
