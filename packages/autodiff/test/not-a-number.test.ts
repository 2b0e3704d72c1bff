import * as ad from '@nonsmooth/autodiff';
import type { Value } from '@nonsmooth/autodiff';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { followWild, wildRecipes } from './random-programs.js';

const slope = (f: (x: Value) => Value, x: number): number => ad.grad(f)(x).data[0]!;

describe('a branch that is not taken leaves nothing behind, whatever happens in it', () => {
  // [name, function, point, derivative]
  const cases: readonly [string, (x: Value) => Value, number, number][] = [
    ['√x below 0', (x) => ad.where(ad.greater(x, 0), ad.sqrt(x), 0), -4, 0],
    ['√x at 0', (x) => ad.where(ad.greater(x, 0), ad.sqrt(x), 0), 0, 0],
    ['√x at 0, as a maximum', (x) => ad.maximum(ad.sqrt(x), 1), 0, 0],
    ['log x at 0', (x) => ad.where(ad.greater(x, 0), ad.log(x), ad.mul(3, x)), 0, 3],
    ['1/x at 0', (x) => ad.where(ad.equal(x, 0), 1, ad.div(ad.sin(x), x)), 0, 0],
    ['x^(1/3) at 0', (x) => ad.relu(ad.sub(ad.pow(x, 1 / 3), 1)), 0, 0],
    ['an exponential that overflows', (x) => ad.where(ad.greater(x, 0), x, ad.expm1(x)), 1000, 1],
    ['its square', (x) => ad.where(ad.less(x, 9), ad.square(ad.exp(x)), x), 1000, 1],
    ['relu of NaN', (x) => ad.where(ad.greater(x, 0), ad.relu(ad.log(x)), x), -1, 1],
    [
      'maximum of NaN',
      (x) => ad.where(ad.greater(x, 0), ad.max(ad.stack([ad.log(x), x])), x),
      -1,
      1,
    ],
    ['a matrix of infinities', (x) => overflowInMatrix(x), 1000, 1],
    [
      '√ after a slice',
      (x) => ad.sum(ad.slice(ad.sqrt(ad.stack([x, ad.add(x, 1)])), [1], [2])),
      0,
      0.5,
    ],
    [
      '√ after the winner of a maximum',
      (x) => ad.max(ad.sqrt(ad.stack([x, ad.add(x, 1)]))),
      0,
      0.5,
    ],
    ['√ in a comparison', (x) => rootCompared(x), 0, 2],
    ['two branches', (x) => ad.where(1, x, ad.where(ad.greater(x, 0), 0, ad.sqrt(x))), 0, 1],
  ];

  function overflowInMatrix(x: Value): Value {
    const huge = ad.exp(
      ad.mul(x, [
        [1, 2],
        [3, 4],
      ]),
    );
    const product = ad.sum(
      ad.matmul(
        [
          [1, 0],
          [0, 1],
        ],
        ad.matmul(huge, huge),
      ),
    );
    return ad.where(ad.less(x, 0), product, x);
  }

  function rootCompared(x: Value): Value {
    const root = ad.sqrt(x);
    const factor = ad.add(ad.less(root, 1), ad.equal(ad.stopGradient(root), 0));
    return ad.add(ad.mul(factor, x), ad.where(ad.greater(x, 0), root, 0));
  }

  test.each(cases)('%s', (_, f, x, expected) => {
    expect(slope(f, x)).toBe(expected);
    expect(ad.jvp(f)(x, 1).tangent.data[0]).toBe(expected);
    expect(ad.hvp(f)(x, 1).data[0]).not.toBeNaN();
  });
});

describe('a cut after broadcasting keeps one derivative per value, not one per copy', () => {
  // [name, function, derivative, second derivative], at 4
  const cases: readonly [string, (x: Value) => Value, number, number][] = [
    ['log in a relu', (x) => ad.sum(ad.relu(ad.mul(ad.log(x), [1, -1]))), 1 / 4, -1 / 16],
    ['1/x in a maximum', (x) => ad.sum(ad.maximum(ad.div(1, x), [0.1, 1])), -1 / 16, 1 / 32],
    ['√x in a where', (x) => ad.sum(ad.where([1, 0], ad.sqrt(x), 0)), 1 / 4, -1 / 32],
    [
      '√x in two rows',
      (x) => ad.sum(ad.where([[1], [0]], ad.mul(ad.sqrt(x), [[1], [1]]), 0)),
      1 / 4,
      -1 / 32,
    ],
    [
      '√logSumExp where it is positive',
      (x) => rootOfLogSumExp(x),
      1 / Math.sqrt(8),
      -1 / (16 * Math.SQRT2),
    ],
  ];

  // log(½eˣ + ½eˣ) = x
  function rootOfLogSumExp(x: Value): Value {
    const s = ad.logSumExp(ad.sub(ad.mul(x, [1, 1]), Math.LN2));
    return ad.mul(Math.SQRT2, ad.where(ad.greater(s, 0), ad.sqrt(s), s));
  }

  test.each(cases)('%s', (_, f, first, second) => {
    expect(slope(f, 4)).toBeCloseTo(first, 14);
    expect(ad.jvp(f)(4, 1).tangent.data[0]).toBeCloseTo(first, 14);
    expect(ad.hessian(f)(4).data[0]).toBeCloseTo(second, 14);
  });
});

describe('a derivative where an op is not Lipschitz is refused', () => {
  const cases: readonly [string, (x: Value) => Value, number][] = [
    ['√x', ad.sqrt, 0],
    ['log x', ad.log, 0],
    ['log1p', ad.log1p, -1],
    ['1/x', (x) => ad.div(1, x), 0],
    ['x^(1/3)', (x) => ad.pow(x, 1 / 3), 0],
    ['asin', ad.asin, 1],
    ['acosh', ad.acosh, 1],
    ['atanh', ad.atanh, -1],
    ['atan2', (x) => ad.atan2(x, x), 0],
    ['√x in the branch that is taken', (x) => ad.where(ad.less(x, 1), ad.sqrt(x), x), 0],
    ['√x at a tie, whatever the policy', (x) => ad.relu(ad.sqrt(x)), 0],
    ['√relu(x) where relu(x) = 0 nearby', (x) => ad.sqrt(ad.relu(x)), -1],
    ['√x times something that is 0', (x) => ad.mul(x, ad.sqrt(x)), 0],
  ];

  test.each(cases)('%s', (_, f, x) => {
    expect(() => ad.grad(f)(x)).toThrow(ad.NotLipschitzError);
    expect(() => ad.jvp(f)(x, 1)).toThrow(ad.NotLipschitzError);
  });

  test('the error names the op and the entry', () => {
    const f = (x: Value): Value => ad.sum(ad.sqrt(x));
    try {
      ad.grad(f)([4, 0]);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ name: 'NotLipschitzError', op: 'sqrt', index: 1 });
    }
  });
});

test('NaN in is NaN out', () => {
  for (const f of [
    ad.relu,
    ad.abs,
    (x: Value) => ad.maximum(x, 0),
    (x: Value) => ad.max(ad.stack([x, x])),
  ]) {
    expect(slope(f, NaN)).toBeNaN();
    expect(ad.evaluate(ad.trace(f, [[]]), [NaN])[0]!.data[0]).toBeNaN();
  }
});

/** Whether no step of the program comes near overflow at this point. */
function staysModerate(program: ad.Program, x: readonly number[]): boolean {
  const all = { ...program, outputs: program.nodes.map((_, i) => i) };
  return ad.evaluate(all, [x]).every(({ data }) => data.every((entry) => Math.abs(entry) < 1e60));
}

test('where nothing overflows the gradient has no NaN, or it is refused', () => {
  const entries = fc.array(fc.constantFrom(0, 1, -1, 2, 0.5, -3, 1000), {
    minLength: 4,
    maxLength: 4,
  });
  let moderate = 0;
  fc.assert(
    fc.property(wildRecipes, entries, (recipe, point) => {
      const f = followWild(recipe);
      const x = point.slice(0, recipe.dimension);
      if (!staysModerate(ad.trace(f, [[recipe.dimension]]), x)) return;
      moderate++;
      try {
        const gradient = ad.grad(f)(x).data;
        expect(gradient.some(Number.isNaN), `${String(gradient)} at ${String(x)}`).toBe(false);
        const { tangent } = ad.jvp(f)(
          x,
          x.map(() => 1),
        );
        expect(tangent.data[0]).not.toBeNaN();
      } catch (error) {
        expect(error).toBeInstanceOf(ad.NotLipschitzError);
      }
    }),
    { seed: 1, numRuns: 1500 },
  );
  expect(moderate).toBeGreaterThan(500);
});
