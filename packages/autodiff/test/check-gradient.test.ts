import * as ad from '@nonsmooth/autodiff';
import type { Value } from '@nonsmooth/autodiff';
import { expect, test } from 'vitest';

const f = (x: Value): Value => ad.sum(ad.mul(ad.sin(x), ad.exp(x)));
const x = [0.3, -1.2, 2];
const right = ad.grad(f)(x).data;

test('a right gradient is called correct, with a slope of 2', () => {
  const check = ad.checkGradient(f, x);
  expect(check.verdict).toBe('correct');
  for (const { slope } of check.directions) expect(slope).toBeCloseTo(2, 1);
  expect(ad.checkGradient(ad.trace(f, [[3]]), x, { gradient: right }).verdict).toBe('correct');
});

test('a gradient that is off by 1e-5 in one entry is called wrong, with a slope near 1', () => {
  for (const i of [0, 1, 2]) {
    const gradient = right.slice();
    gradient[i]! += 1e-5;
    const check = ad.checkGradient(f, x, { gradient });
    expect(check.verdict).toBe('wrong');
    expect(Math.min(...check.directions.map(({ slope }) => slope))).toBeCloseTo(1, 0);
  }
});

test('an error orthogonal to the direction is not seen along it', () => {
  const gradient = right.slice();
  gradient[2]! += 1;
  expect(ad.checkGradient(f, x, { gradient, direction: [1, 1, 0] }).verdict).toBe('correct');
  expect(ad.checkGradient(f, x, { gradient, direction: [0, 0, 1] }).verdict).toBe('wrong');
});

test('linear functions leave rounding only; at a kink no gradient is right', () => {
  expect(ad.checkGradient((t) => ad.dot(t, [1, 2, 3]), x).verdict).toBe('correct');
  expect(ad.checkGradient((t) => ad.sum(ad.abs(t)), [0, 0, 0]).verdict).toBe('wrong');
  expect(() => ad.checkGradient(f, [1, NaN, 0])).toThrow(/x\[1\]/);
});

test('an objective is checked by its own value and gradient', () => {
  const right = ad.objective(f, 3);
  expect(ad.checkGradient(right, x).verdict).toBe('correct');
  const wrong = {
    ...right,
    gradient: (theta: Float64Array, out: Float64Array) => {
      const value = right.gradient(theta, out);
      out[1]! *= 1.01;
      return value;
    },
  };
  expect(ad.checkGradient(wrong, x).verdict).toBe('wrong');
  expect(() => ad.checkGradient(right, x, { direction: [1] })).toThrow(/size of x/);
});
