import * as ad from '@nonsmooth/autodiff';
import { expect, test } from 'vitest';

test('the gradient of Σ eˣ relu(x) is eˣ(relu(x) + relu′(x))', () => {
  const { value, gradient } = ad.valueAndGrad((x) => ad.sum(ad.mul(ad.exp(x), ad.relu(x))))([
    1, 2, -1,
  ]);
  expect(value).toBeCloseTo(Math.E + 2 * Math.E ** 2, 13);
  expect(Array.from(gradient.data)).toEqual([Math.E * 2, Math.exp(2) * 3, 0]);
});

test('derivatives nest: the third derivative of sin is −cos', () => {
  const third = ad.grad(ad.grad(ad.grad(ad.sin)));
  expect(third(0.3).data[0]).toBeCloseTo(-Math.cos(0.3), 14);
});

test('the branch that is not taken carries no derivative', () => {
  const root = ad.grad((x) => ad.where(ad.greater(x, 0), ad.sqrt(x), 0));
  expect(root(0).data[0]).toBe(0);
  expect(root(-1).data[0]).toBe(0);
  expect(root(4).data[0]).toBe(0.25);
});

test('√x has no derivative at 0', () => {
  expect(() => ad.grad(ad.sqrt)(0)).toThrow(ad.NotLipschitzError);
});
