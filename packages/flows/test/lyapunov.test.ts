import {
  descend,
  gradientFlow,
  invariants,
  largestStableStep,
  lyapunov,
  sgd,
  stepSizeCertificate,
} from '@nonsmooth/flows';
import { empiricalRisk, network, type Network } from '@nonsmooth/nets';
import { foldIn, key, normal } from '@nonsmooth/tensor';
import { describe, expect, test } from 'vitest';

const networks: [string, Network][] = [
  ['1-4-1', network([1, 4, 1], { activation: 'relu' })],
  ['2-5-3', network([2, 5, 3], { activation: 'relu' })],
  ['3-4-4-2', network([3, 4, 4, 2], { activation: 'leakyRelu' })],
  ['1-3-5-2-1', network([1, 3, 5, 2, 1], { activation: 'relu' })],
];

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((s, x, i) => s + x * b[i]!, 0);

function constantProblem(net: Network) {
  const outputs = net.widths.at(-1)!;
  const inputs = normal(key(1), [40, net.widths[0]!]);
  const target = normal(key(2), [outputs]).data as Float64Array;
  const targets = Array.from({ length: 40 }, () => [...target]);
  return { inputs, target, risk: empiricalRisk(net, { inputs, targets }) };
}

describe.each(networks)('for %s networks and a constant target', (_name, net) => {
  const { target, risk } = constantProblem(net);
  const V = lyapunov(net, target);
  const draw = (i: number) => normal(foldIn(key(3), i), [net.dimension]).data as Float64Array;

  test('⟨∇V, G⟩ = 4D·L at random parameters', () => {
    for (let i = 0; i < 20; i++) {
      const theta = draw(i);
      const [gradV, G] = [new Float64Array(net.dimension), new Float64Array(net.dimension)];
      const loss = risk.gradient(theta, G);
      V.gradient(theta, gradV);
      expect(V.rate).toBe(4 * (net.widths.length - 1));
      expect(Math.abs(dot(gradV, G) - V.rate * loss)).toBeLessThan(1e-12 * V.rate * loss);
    }
  });

  test('V is bounded below by −D‖ξ‖², attained at bᴰ = ξ and 0 else', () => {
    const best = new Float64Array(net.dimension);
    best.set(target, net.dimension - target.length);
    expect(V.value(best)).toBeCloseTo(V.lowerBound, 12);
    for (let i = 0; i < 20; i++) expect(V.value(draw(i))).toBeGreaterThan(V.lowerBound);
  });

  test('∇V is the gradient of V', () => {
    const [theta, direction] = [draw(1), draw(2)];
    const gradient = new Float64Array(net.dimension);
    V.gradient(theta, gradient);
    // V is quadratic: the central difference is exact
    const at = (s: number): number => V.value(theta.map((x, i) => x + s * direction[i]!));
    expect((at(1) - at(-1)) / 2).toBeCloseTo(dot(gradient, direction), 10);
  });

  test('the invariants are conserved by every gradient: ⟨∇I, G⟩ = 0', () => {
    const conserved = invariants(net);
    for (let i = 0; i < 10; i++) {
      const theta = draw(i);
      const G = new Float64Array(net.dimension);
      risk.gradient(theta, G);
      const [ahead, behind] = [
        new Float64Array(conserved.count),
        new Float64Array(conserved.count),
      ];
      // I is quadratic: the central difference is its exact derivative along G
      conserved.values(
        theta.map((x, j) => x + G[j]!),
        ahead,
      );
      conserved.values(
        theta.map((x, j) => x - G[j]!),
        behind,
      );
      const size = dot(G, G) + dot(theta, theta);
      ahead.forEach((value, n) => expect(Math.abs(value - behind[n]!)).toBeLessThan(1e-13 * size));
    }
  });
});

test('the shallow form is ‖θ‖² + |c − 2α|²', () => {
  const net = network([2, 3, 1], { activation: 'relu' });
  const theta = normal(key(4), [net.dimension]).data as Float64Array;
  const alpha = 1.5;
  const c = theta.at(-1)!;
  const shallow = dot(theta, theta) + (c - 2 * alpha) ** 2;
  expect(lyapunov(net, [alpha]).value(theta) + 4 * alpha ** 2).toBeCloseTo(shallow, 12);
  expect(stepSizeCertificate(net, alpha, [1, 2, 3, 4], theta).initialValue).toBeCloseTo(
    shallow,
    12,
  );
});

test('100 000 steps of gradient descent with certified learning rates never increase V and keep the bound on Σ L', () => {
  const net = network([1, 6, 1], { activation: 'relu' });
  const inputs = normal(key(8), [20]).data;
  const alpha = 0.7;
  const risk = empiricalRisk(net, { inputs, targets: new Float64Array(20).fill(alpha) });
  const V = lyapunov(net, [alpha]);
  for (let start = 0; start < 125; start++) {
    const theta0 = normal(foldIn(key(9), start), [net.dimension]).data as Float64Array;
    const certificate = stepSizeCertificate(net, alpha, inputs, theta0);
    expect(certificate.publishedLearningRate).toBeLessThanOrEqual(certificate.learningRate);
    for (const learningRate of [
      certificate.learningRate,
      0.9 * certificate.publishedLearningRate,
    ]) {
      const { records } = descend(risk, theta0, sgd({ learningRate }), { steps: 400, every: 1 });
      let previous = V.value(theta0);
      for (const { theta } of records) {
        const value = V.value(theta);
        expect(value).toBeLessThanOrEqual(previous + 1e-14 * Math.abs(previous));
        previous = value;
      }
      if (learningRate < certificate.publishedLearningRate) {
        const sum = records.slice(1).reduce((s, { loss }) => s + loss, 0);
        expect(sum).toBeLessThanOrEqual(certificate.lossSumBound(learningRate));
      }
    }
  }
});

test('along flows with constant targets V decreases at the rate 4D·L', () => {
  for (let start = 0; start < 3; start++) {
    for (const widths of [
      [1, 6, 1],
      [2, 5, 2],
      [1, 4, 4, 1],
    ]) {
      const net = network(widths, { activation: 'relu' });
      const [inputs, outputs, layers] = [widths[0]!, widths.at(-1)!, widths.length - 1];
      const target = [0.7, -0.4].slice(0, outputs);
      const risk = empiricalRisk(net, {
        inputs: normal(foldIn(key(40), start), [12, inputs]),
        targets: Array.from({ length: 12 }, () => target),
      });
      const V = lyapunov(net, target);
      const theta0 = normal(foldIn(key(41), start), [net.dimension]).data as Float64Array;
      const saveAt = Array.from({ length: 2001 }, (_, i) => i / 1000);
      const flow = gradientFlow(risk, theta0, { until: 2, saveAt, rtol: 1e-8, atol: 1e-10 });
      let increases = 0;
      let integral = 0;
      for (let i = 1; i < saveAt.length; i++) {
        increases += V.value(flow.y[i]!) < V.value(flow.y[i - 1]!) ? 0 : 1;
        integral += ((saveAt[i]! - saveAt[i - 1]!) * (flow.loss[i]! + flow.loss[i - 1]!)) / 2;
      }
      expect(increases).toBe(0);
      const decrease = V.value(theta0) - V.value(flow.theta);
      // the trapezoidal rule is the largest error here
      expect(Math.abs(decrease / (4 * layers * integral) - 1)).toBeLessThan(2e-3);
    }
  }
});

test('a flow can be kept on its invariants at every step, without loss of accuracy', () => {
  const net = network([1, 6, 1], { activation: 'relu' });
  const risk = empiricalRisk(net, {
    inputs: normal(key(50), [12, 1]),
    targets: normal(key(51), [12]),
  });
  const theta0 = normal(key(52), [net.dimension]).data as Float64Array;
  const conserved = invariants(net);
  const values = new Float64Array(conserved.count);
  conserved.values(theta0, values);
  const options = { until: 4, rtol: 1e-5, atol: 1e-7 };
  const plain = gradientFlow(risk, theta0, options);
  const kept = gradientFlow(risk, theta0, {
    ...options,
    project: (_t, theta) => conserved.project(theta, values),
  });
  const fine = gradientFlow(risk, theta0, { ...options, rtol: 1e-11, atol: 1e-13 });
  const error = (theta: Float64Array): number =>
    Math.max(...fine.theta.map((x, i) => Math.abs(x - theta[i]!)));
  expect(conserved.drift(plain.theta, theta0)).toBeGreaterThan(1e-8);
  expect(conserved.drift(kept.theta, theta0)).toBeLessThan(1e-13);
  expect(error(kept.theta)).toBeLessThan(2 * error(plain.theta));
});

test('projection restores the invariants to rounding', () => {
  const net = network([2, 4, 3, 1], { activation: 'relu' });
  const conserved = invariants(net);
  const theta0 = normal(key(12), [net.dimension]).data as Float64Array;
  const values = new Float64Array(conserved.count);
  conserved.values(theta0, values);
  const noise = normal(key(13), [net.dimension], { standardDeviation: 1e-4 }).data;
  const theta = theta0.map((x, i) => x + noise[i]!);
  expect(conserved.drift(theta, theta0)).toBeGreaterThan(1e-5);
  conserved.project(theta, values);
  expect(conserved.drift(theta, theta0)).toBeLessThan(1e-14 * 10);
  expect(Math.max(...theta.map((x, i) => Math.abs(x - theta0[i]!)))).toBeLessThan(1e-3);
});

test('the hypothesis that fails is named', () => {
  const relu = network([1, 3, 1], { activation: 'relu' });
  expect(() => lyapunov(network([1, 3, 1], { activation: 'gelu' }), [1])).toThrow(
    /network.activation = "gelu".*positively homogeneous.*2102.09924/,
  );
  expect(() => lyapunov(relu, [1, 1, 2])).toThrow(
    /target = \[1, 1, 2\]; allowed: one target for all samples/,
  );
  expect(() =>
    stepSizeCertificate(network([1, 3, 3, 1], { activation: 'relu' }), 1, [1], []),
  ).toThrow(/network.widths = \[1, 3, 3, 1\]; allowed: one hidden layer/);
});

test('the largest stable step of L = (c − α)² + … is at least the certified one and brackets the change', () => {
  const net = network([1, 6, 1], { activation: 'relu' });
  const inputs = normal(key(8), [20]).data;
  const risk = empiricalRisk(net, { inputs, targets: new Float64Array(20).fill(0.7) });
  const theta0 = normal(key(10), [net.dimension]).data as Float64Array;
  const { learningRate } = stepSizeCertificate(net, 0.7, inputs, theta0);
  const V = lyapunov(net, [0.7]);
  const found = largestStableStep(risk, V, theta0, { certified: learningRate, steps: 300 });
  expect(found.stable).toBeGreaterThanOrEqual(learningRate);
  expect(found.unstable / found.stable).toBeLessThanOrEqual(1.01);
  const increases = (gamma: number): boolean => {
    const { records } = descend(risk, theta0, sgd({ learningRate: gamma }), {
      steps: 300,
      every: 1,
    });
    const values = records.map(({ theta }) => V.value(theta));
    return values.some((value, i) => i > 0 && value > values[i - 1]! * (1 + 1e-13));
  };
  expect(increases(found.stable)).toBe(false);
  expect(increases(found.unstable)).toBe(true);
});

test('V of a network that only has an output bias changes sign of its decrease at γ = 1', () => {
  // w = v = b = 0 and target α: L = (c − α)², V − minimum = 2(c − α)² + const; c − α ↦ (1 − 2γ)(c − α)
  const net = network([1, 1, 1], { activation: 'relu' });
  const risk = empiricalRisk(net, { inputs: [1], targets: [1] });
  const found = largestStableStep(risk, lyapunov(net, [1]), [0, 0, 0, 3], { certified: 0.1 });
  expect(found.stable).toBeLessThanOrEqual(1);
  expect(found.unstable).toBeGreaterThan(1);
});

test('rounding of V near 0 is no increase, and neighbouring numbers end the search', () => {
  // a dead neuron with w² + b² = 2α² and c → α: V = 2(c − α)² → 0, a sum of larger terms
  const net = network([1, 1, 1], { activation: 'relu' });
  for (const alpha of [0.7, 0.3, 1.9]) {
    const risk = empiricalRisk(net, { inputs: [1], targets: [alpha] });
    const found = largestStableStep(risk, lyapunov(net, [alpha]), [-alpha, -alpha, 0, 1.3], {
      certified: 0.1,
      accuracy: 1e-17,
    });
    // |1 − 2γ| ≤ 1
    expect(found.stable).toBeCloseTo(1, 6);
    expect(found.unstable - found.stable).toBeLessThan(1e-15);
  }
});

test('invariants whose gradients depend on each other are restored as far as they can be', () => {
  // 1-1-1-1 with u₁ = (0, 0), u₂ = (w, 0), v = 0: I₁ = −w², I₂ = w²
  const net = network([1, 1, 1, 1], { activation: 'relu' });
  const conserved = invariants(net);
  const theta = Float64Array.of(0, 0, 1.001, 0, 0, 0.5);
  conserved.project(theta, Float64Array.of(-1, 1));
  expect(theta[2]).toBeCloseTo(1, 12);
  expect(Array.from(theta).toSpliced(2, 1)).toEqual([0, 0, 0, 0, 0.5]);
});

test('vectors of the wrong length or not finite are refused', () => {
  const net = network([2, 2, 1], { activation: 'relu' });
  const theta = new Float64Array(9).fill(1);
  const [short, nan] = [new Float64Array(3), new Float64Array(9).fill(NaN)];
  const V = lyapunov(net, [1]);
  expect(() => V.value(short)).toThrow('theta.length = 3; allowed: 9');
  expect(() => V.gradient(theta, short)).toThrow('out.length = 3; allowed: 9');
  expect(() => lyapunov(net, undefined as never)).toThrow('target.length = undefined');
  const I = invariants(net);
  expect(() => I.values(theta, short)).toThrow('out.length = 3; allowed: 2');
  expect(() => I.project(short, new Float64Array(2))).toThrow('theta.length = 3');
  expect(() => I.project(theta, Float64Array.of(1, NaN))).toThrow('values[1] = NaN');
  expect(() => stepSizeCertificate(net, 1, [1, 2, 3], theta)).toThrow('inputs.length = 3');
  expect(() => stepSizeCertificate(net, 1, [], theta)).toThrow('inputs.length = 0');
  expect(() => stepSizeCertificate(net, 1, [1, NaN], theta)).toThrow('inputs[1] = NaN');
  expect(() => stepSizeCertificate(net, 1, [1, 2], short)).toThrow('theta.length = 3');
  expect(() => stepSizeCertificate(net, 1, [1, 2], nan)).toThrow('theta[0] = NaN');
  const risk = empiricalRisk(net, { inputs: [[1, 2]], targets: [1] });
  expect(() => largestStableStep(risk, V, short, { certified: 1 })).toThrow('theta0.length = 3');
  expect(() => largestStableStep(risk, V, theta, { certified: 1, steps: 1.5 })).toThrow(
    'steps = 1.5; allowed: a positive integer',
  );
});
