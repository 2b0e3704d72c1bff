import * as ad from '@nonsmooth/autodiff';
import type { Value } from '@nonsmooth/autodiff';
import { key, normal, tensor, uniform } from '@nonsmooth/tensor';
import type { Tensor } from '@nonsmooth/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { opCases } from './op-cases.js';
import type { OpCase } from './op-cases.js';

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

function inner(a: Tensor, b: Tensor): number {
  let total = 0;
  for (let i = 0; i < a.data.length; i++) total += a.data[i]! * b.data[i]!;
  return total;
}

function size(a: Tensor, b: Tensor): number {
  return Math.sqrt(inner(a, a) * inner(b, b)) + 1e-300;
}

const point = ({ shape, low, high }: OpCase, seed: number): Tensor =>
  uniform(key(seed), shape, { low, high });

/** One number from the values of an op, with weights that treat no entry alike. */
const weighted =
  (f: (x: Value) => Value) =>
  (x: Value): Value => {
    const y = ad.ravel(f(x));
    return ad.dot(y, tensor(Float64Array.from({ length: y.shape[0]! }, (_, i) => Math.sin(i + 1))));
  };

test('every smooth function of one number has a case', () => {
  const used = new Set(
    opCases.flatMap(({ f, shape, low, high }) => {
      const slope = (x: Value): Value => ad.grad(weighted(f))(x);
      return [f, slope, (x: Value) => ad.grad((y) => ad.sum(slope(y)))(x)].flatMap((g) =>
        ad.trace((x) => g(ad.add(x, (low + high) / 2)), [shape]).nodes.map((node) => node.op),
      );
    }),
  );
  expect(ad.unaryOps.filter((op) => !used.has(op))).toEqual([]);
});

describe.each(opCases)('$name', (op) => {
  test('Taylor remainders of the gradient are of second order', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const check = ad.checkGradient(weighted(op.f), point(op, seed));
        expect(check.verdict).not.toBe('wrong');
      }),
      { seed: 1, numRuns: 5 },
    );
  });

  test('reverse and forward mode are transposes: ⟨w, Jv⟩ = ⟨Jᵀw, v⟩', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const x = point(op, seed);
        const v = normal(key(seed + 1), op.shape);
        const { value, tangent } = ad.jvp(op.f)(x, v);
        const w = normal(key(seed + 2), value.shape);
        const { cotangent } = ad.vjp(op.f)(x, w);
        expect(cotangent.shape).toEqual(op.shape);
        expect(Math.abs(inner(w, tangent) - inner(cotangent, v))).toBeLessThanOrEqual(
          1e-13 * (size(w, tangent) + size(cotangent, v)),
        );
      }),
      { seed: 1, numRuns: 10 },
    );
  });

  test('the Hessian is symmetric and is the derivative of the gradient, in every order of modes', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const f = weighted(op.f);
        const x = point(op, seed);
        const [u, v] = [normal(key(seed + 1), op.shape), normal(key(seed + 2), op.shape)];
        const [hu, hv] = [ad.hvp(f)(x, u), ad.hvp(f)(x, v)];
        const tolerance = 1e-12 * (size(hu, v) + size(hv, u) + size(u, v));
        expect(Math.abs(inner(hu, v) - inner(hv, u))).toBeLessThanOrEqual(tolerance);
        const reverseOverReverse = ad.grad((y) => ad.dot(ad.grad(f)(y), u))(x);
        const reverseOverForward = ad.grad((y) => ad.jvp(f)(y, u).tangent)(x);
        const forwardOverForward = ad.jvp((y) => ad.jvp(f)(y, u).tangent)(x, v).tangent;
        expect(Math.abs(inner(reverseOverReverse, v) - inner(hu, v))).toBeLessThanOrEqual(
          tolerance,
        );
        expect(Math.abs(inner(reverseOverForward, v) - inner(hu, v))).toBeLessThanOrEqual(
          tolerance,
        );
        expect(Math.abs(forwardOverForward.data[0]! - inner(hu, v))).toBeLessThanOrEqual(tolerance);
        const check = ad.checkGradient((y) => ad.dot(ad.grad(f)(y), u), x);
        expect(check.verdict).not.toBe('wrong');
      }),
      { seed: 1, numRuns: 5 },
    );
  });
});
