import { readFileSync } from 'node:fs';
import { adagrad, adam, adamW, descend, rmsprop, sgd } from '@nonsmooth/flows';
import { drawBatch, type DescentRule, type Key } from '@nonsmooth/kernels';
import {
  empiricalRisk,
  initialize,
  network,
  normalWeights,
  tracedEmpiricalRisk,
} from '@nonsmooth/nets';
import { key, normal } from '@nonsmooth/tensor';
import { describe, expect, test } from 'vitest';

interface Reference {
  readonly inputs: number[][];
  readonly targets: number[][];
  readonly theta0: number[];
  readonly optimizers: Record<
    string,
    { settings: { lr: number }; trajectory: { step: number; theta: number[] }[] }
  >;
}

const reference = JSON.parse(
  readFileSync(new URL('data/optimizer-trajectories.json', import.meta.url), 'utf8'),
) as Reference;

const rules: Record<string, (learningRate: number) => DescentRule> = {
  sgd: (learningRate) => sgd({ learningRate }),
  momentum: (learningRate) => sgd({ learningRate, momentum: 0.9 }),
  momentumDampened: (learningRate) =>
    sgd({ learningRate, momentum: 0.9, dampening: 0.1, weightDecay: 0.01 }),
  nesterov: (learningRate) => sgd({ learningRate, momentum: 0.9, nesterov: true }),
  adam: (learningRate) => adam({ learningRate }),
  adamAmsgrad: (learningRate) => adam({ learningRate, amsgrad: true }),
  adamW: (learningRate) => adamW({ learningRate, weightDecay: 0.1 }),
  rmsprop: (learningRate) => rmsprop({ learningRate }),
  rmspropCenteredMomentum: (learningRate) =>
    rmsprop({ learningRate, centered: true, momentum: 0.5 }),
  adagrad: (learningRate) => adagrad({ learningRate }),
};

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((most, one, i) => Math.max(most, Math.abs(one - b[i]!)), 0);
}

const tanhNet = network([1, 4, 1], { activation: 'tanh' });
const routes = {
  'the kernel loop': empiricalRisk(tanhNet, reference),
  'the loop over any objective': tracedEmpiricalRisk(tanhNet, reference),
};

describe.each(Object.entries(routes))('by %s', (_route, objective) => {
  test.each(Object.entries(rules))('%s follows PyTorch to rounding', (name, rule) => {
    const { settings, trajectory } = reference.optimizers[name]!;
    for (const { step, theta } of trajectory) {
      const run = descend(objective, reference.theta0, rule(settings.lr), { steps: step });
      expect(largestDifference(run.theta, theta)).toBeLessThan(1e-12);
    }
  });
});

test('batch descent in the kernel takes the steps of batchGradient on drawBatch', () => {
  const net = network([1, 5, 3, 1], { activation: 'gelu' });
  const risk = empiricalRisk(net, {
    inputs: normal(key(1), [70]),
    targets: normal(key(2), [70]),
  });
  const theta0 = initialize(net, normalWeights(0.7), key(3));
  const batchKey: Key = [5, 6];
  const learningRate = 0.03;
  const theta = Float64Array.from(theta0);
  const gradient = new Float64Array(net.dimension);
  const indices = new Uint32Array(9);
  for (let step = 0; step < 40; step++) {
    drawBatch(batchKey, step, risk.samples, indices);
    risk.batchGradient(theta, indices, gradient);
    for (let i = 0; i < theta.length; i++) theta[i] = theta[i]! - learningRate * gradient[i]!;
  }
  const run = descend(risk, theta0, sgd({ learningRate }), {
    steps: 40,
    batch: { size: 9, key: batchKey },
  });
  expect(largestDifference(run.theta, theta)).toBeLessThan(1e-13);
});

test('a record every k steps does not change the steps', () => {
  const net = network([1, 4, 1], { activation: 'swish' });
  const risk = empiricalRisk(net, { inputs: [0, 0.3, 0.9], targets: [1, 2, 0.5] });
  const theta0 = initialize(net, normalWeights(1), key(4));
  const options = { steps: 50, batch: { size: 2, key: key(5) } };
  const whole = descend(risk, theta0, adam({ learningRate: 0.01 }), options);
  const parts = descend(risk, theta0, adam({ learningRate: 0.01 }), { ...options, every: 7 });
  expect(parts.records.map((record) => record.step)).toEqual([0, 7, 14, 21, 28, 35, 42, 49, 50]);
  expect(parts.theta).toEqual(whole.theta);
});

test('gradient descent on a quadratic contracts by 1 − γλ per step', () => {
  // 1-1 affine network on inputs ±1 and target 2x: L = (w − 2)² + b², so w_n − 2 = (1 − 2γ)ⁿ(w₀ − 2)
  const net = network([1, 1], { activation: 'identity' });
  const risk = empiricalRisk(net, { inputs: [-1, 1], targets: [-2, 2] });
  const { theta } = descend(risk, [5, 1], sgd({ learningRate: 0.1 }), { steps: 20 });
  expect(theta[0]! - 2).toBeCloseTo(3 * 0.8 ** 20, 14);
  expect(theta[1]!).toBeCloseTo(0.8 ** 20, 14);
});

test('a descent that overflows ends with its last finite record', () => {
  const net = network([1, 1], { activation: 'identity' });
  const risk = empiricalRisk(net, { inputs: [-1, 1], targets: [-2, 2] });
  const run = descend(risk, [5, 1], sgd({ learningRate: 1e100 }), { steps: 10, every: 1 });
  expect(run.status).toBe('nonFinite');
  expect(run.theta.every(Number.isFinite)).toBe(true);
});

test('an observer can stop the descent', () => {
  const run = descend(routes['the kernel loop'], reference.theta0, sgd({ learningRate: 0.01 }), {
    steps: 100,
    every: 10,
    observe: ({ step }) => step < 30,
  });
  expect(run.status).toBe('stopped');
  expect(run.records.at(-1)!.step).toBe(30);
});

test.each([
  [
    () => descendFrom({ steps: 1 }, undefined, sgd({ learningRate: -1 })),
    /learningRate = -1; allowed: a finite number ≥ 0/,
  ],
  [
    () => descendFrom({ steps: 1 }, undefined, adam({ learningRate: 0.1, beta2: 1 })),
    /beta2 = 1; allowed: a number in \[0, 1\)/,
  ],
  [() => descendFrom({ steps: 0 }), /steps = 0; allowed: a positive integer/],
  [() => descendFrom({ steps: 10, every: 0.5 }), /every = 0.5/],
  [() => descendFrom({ steps: 10, batch: { size: 0, key: key(1) } }), /batch.size = 0/],
  [() => descendFrom({ steps: 10, batch: { size: 1 } as never }), /batch.key = undefined/],
  [() => descendFrom({ steps: 10, schedule: 0.1 as never }), /schedule = 0.1; allowed: a function/],
  [
    () => descendFrom({ steps: 10, schedule: (step) => (step < 3 ? 0.1 : NaN) }),
    /schedule\(3\) = NaN; allowed: a finite learning rate/,
  ],
  [
    () => descendFrom({ steps: 10, schedule: () => undefined as never }),
    /schedule\(0\) = undefined/,
  ],
  [() => descendFrom({ steps: 10 }, undefined, null as never), /rule = null/],
  [() => descendFrom({ steps: 10 }, [1, 2]), /theta0.length = 2; allowed: 13/],
  [() => descendFrom({ steps: 10 }, Array(13).fill(NaN)), /theta0\[0\] = NaN/],
])('a wrong argument is named with what is allowed (%#)', (call, message) => {
  expect(call).toThrow(message);
});

function descendFrom(
  options: Parameters<typeof descend>[3],
  theta0 = reference.theta0,
  rule: DescentRule = sgd({ learningRate: 0.1 }),
) {
  return descend(routes['the kernel loop'], theta0, rule, options);
}
