import { adam, descend, sgd } from '@nonsmooth/flows';
import { objective, relu, neg, sub, sum } from '@nonsmooth/autodiff';
import { empiricalRisk, heNormal, initialize, network } from '@nonsmooth/nets';
import { key, normal } from '@nonsmooth/tensor';
import { expect, test } from 'vitest';

test('kinks are counted where steps begin on them: zero biases and an input 0', () => {
  const net = network([1, 4, 1], { activation: 'relu' });
  const risk = empiricalRisk(net, { inputs: [0, 1, -1], targets: [1, 0, 2] });
  const start = initialize(net, heNormal, key(1));
  const { kinks } = descend(risk, start, sgd({ learningRate: 1e-3 }), { steps: 5, kinks: {} });
  expect(kinks!.watched).toBe(5);
  // all four neurons meet the sample 0 before the first step
  expect(kinks!.f64).toMatchObject({ first: 0 });
  expect(kinks!.f64.zeros).toBeGreaterThanOrEqual(4);
  expect(kinks!.f32.zeros).toBeGreaterThanOrEqual(kinks!.f64.zeros);
  // one constant for all samples, own biases: every policy gives elements of Clarke's subdifferential
  for (const { clarke } of kinks!.policies) {
    expect(clarke).toEqual({ in: kinks!.examined, out: 0, undecided: 0 });
  }
});

test('batches meet the kinks of the samples that they draw', () => {
  const net = network([1, 4, 1], { activation: 'relu' });
  const inputs = [0, ...Array.from({ length: 63 }, (_, i) => i + 1)];
  const risk = empiricalRisk(net, { inputs, targets: inputs.map(() => 1) });
  const start = initialize(net, heNormal, key(1));
  const options = { steps: 40, kinks: { examine: 0 } };
  const rule = sgd({ learningRate: 1e-30 });
  const all = descend(risk, start, rule, options).kinks!;
  const some = descend(risk, start, rule, { ...options, batch: { size: 4, key: key(2) } }).kinks!;
  expect(all.f64.steps).toBe(40);
  // a batch of 4 of 64 contains the sample 0 in about 6 % of all steps
  expect(some.f64.steps).toBeLessThan(12);
});

test('watching changes no step, under any rule', () => {
  const net = network([2, 5, 1], { activation: 'relu' });
  const risk = empiricalRisk(net, { inputs: normal(key(3), [9, 2]), targets: normal(key(4), [9]) });
  const start = initialize(net, heNormal, key(5));
  const run = (kinks?: object) =>
    descend(risk, start, adam({ learningRate: 0.01 }), { steps: 50, ...(kinks && { kinks }) });
  expect(run({}).theta).toEqual(run().theta);
  expect(run().kinks).toBeUndefined();
});

test('a policy that leaves Clarke’s subdifferential is found: relu(x) − relu(−x) at 0', () => {
  const f = objective((x) => sum(sub(relu(x), relu(neg(x)))), 1);
  const { kinks } = descend(f, [0], sgd({ learningRate: 0.1 }), {
    steps: 1,
    kinks: { policies: [{ relu: 0 }, { relu: 0.5 }, { relu: 1 }] },
  });
  expect(kinks!.policies.map(({ clarke }) => clarke)).toEqual([
    { in: 0, out: 1, undecided: 0 },
    { in: 1, out: 0, undecided: 0 },
    { in: 0, out: 1, undecided: 0 },
  ]);
  const blind = { dimension: 1, value: () => 0, gradient: () => 0 };
  expect(() => descend(blind, [0], sgd({ learningRate: 1 }), { steps: 1, kinks: {} })).toThrow(
    'objectives without a program',
  );
});
