import {
  cosineDecay,
  descend,
  inverseDecay,
  linearDecay,
  sgd,
  stepDecay,
  warmUp,
} from '@nonsmooth/flows';
import { empiricalRisk, network } from '@nonsmooth/nets';
import { expect, test } from 'vitest';

test('schedules give their formulas', () => {
  const halving = stepDecay(0.8, 0.5, 10);
  expect([0, 9, 10, 25, 5].map(halving)).toEqual([0.8, 0.8, 0.4, 0.2, 0.8]);
  expect([0, 5, 10].map(inverseDecay(1, 5))).toEqual([1, 0.5, 1 / 3]);
  expect([0, 5, 10, 20].map(linearDecay(1, 0.5, 10))).toEqual([1, 0.75, 0.5, 0.5]);
  expect(cosineDecay(2, 10)(0)).toBe(2);
  expect(cosineDecay(2, 10)(5)).toBeCloseTo(1, 15);
  expect(cosineDecay(2, 10)(10)).toBe(0);
  expect([0, 1, 3, 4].map(warmUp(4, () => 1))).toEqual([0.25, 0.5, 1, 1]);
});

test('a descent takes the learning rate of its schedule at every step', () => {
  // L = (w − 2)² + b²: each step multiplies the distance to (2, 0) by 1 − 2γ
  const net = network([1, 1], { activation: 'identity' });
  const risk = empiricalRisk(net, { inputs: [-1, 1], targets: [-2, 2] });
  const schedule = linearDecay(0.4, 0.1, 3);
  const { theta } = descend(risk, [3, 0], sgd({ learningRate: 1 }), { steps: 4, schedule });
  expect(theta[0]! - 2).toBeCloseTo((1 - 0.8) * (1 - 0.6) * (1 - 0.4) * (1 - 0.2), 15);
});

test('a schedule refuses rates and lengths that are not positive', () => {
  expect(() => stepDecay(0.1, 0, 10)).toThrow('factor = 0; allowed: a finite number > 0');
  expect(() => warmUp(-1, () => 1)).toThrow('steps = -1');
  expect(() => warmUp(5, undefined as never)).toThrow('schedule = undefined; allowed: a function');
  expect(() => linearDecay(1, NaN, 5)).toThrow('last = NaN; allowed: a finite number ≥ 0');
});
