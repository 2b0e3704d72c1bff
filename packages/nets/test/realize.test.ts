import { network, realize } from '@nonsmooth/nets';
import { expect, test } from 'vitest';

test('the 1-2-1 ReLU network with weights ±1 realizes |x|', () => {
  const net = network([1, 2, 1], { activation: 'relu' });
  const theta = [1, -1, 0, 0, 1, 1, 0];
  expect([...realize(net, theta, [-3, -0.5, 0, 2]).data]).toEqual([3, 0.5, 0, 2]);
});

test('a network without hidden layers is affine', () => {
  const net = network([2, 2], { activation: 'tanh' });
  const theta = [1, 2, 3, 4, 10, 20];
  expect(
    realize(net, theta, [
      [1, 1],
      [0, -1],
    ]).shape,
  ).toEqual([2, 2]);
  expect([
    ...realize(net, theta, [
      [1, 1],
      [0, -1],
    ]).data,
  ]).toEqual([13, 27, 8, 16]);
});

test('the activation does not follow the last layer', () => {
  const net = network([1, 1, 1], { activation: 'relu' });
  expect([...realize(net, [1, 0, -2, 0], [3]).data]).toEqual([-6]);
});

test('parameters of the wrong length or not finite are refused', () => {
  const net = network([1, 1], { activation: 'relu' });
  expect(() => realize(net, [1], [1])).toThrow('theta.length = 1; allowed: 2');
  expect(() => realize(net, [1, NaN], [1])).toThrow('theta[1] = NaN');
  expect(() => realize(net, [1, 1], [[1, 2]])).toThrow(
    'inputs.shape = [1, 2]; allowed: [samples, 1]',
  );
});
