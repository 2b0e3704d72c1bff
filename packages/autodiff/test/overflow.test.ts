import * as ad from '@nonsmooth/autodiff';
import type { Value } from '@nonsmooth/autodiff';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

type F = (x: Value) => Value;
const gradient = (f: F, x: number | readonly number[], options = {}): number[] =>
  Array.from(ad.grad(f, options)(x as number).data);
const hessian = (f: F, x: number | readonly number[]): number[] =>
  Array.from(ad.hessian(f)(x as number).data);
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const entry = (x: Value, i: number): Value => ad.reshape(ad.slice(x, [i], [i + 1]), []);

function expectNear(values: readonly number[], exact: readonly number[]): void {
  expect(values).toHaveLength(exact.length);
  values.forEach((value, i) => {
    const tolerance = 1e-13 * Math.abs(exact[i]!);
    expect(
      Math.abs(value - exact[i]!),
      `${String(values)} for ${String(exact)}`,
    ).toBeLessThanOrEqual(tolerance);
  });
}

describe('forms that overflow or cancel are recognized', () => {
  // [name, function, point, gradient]
  const p = logistic(1);
  const cases: readonly [string, F, number | readonly number[], readonly number[]][] = [
    [
      'mean log(1 + exp)',
      (w) => ad.mean(ad.log(ad.add(1, ad.exp(ad.mul([400, -300, 2], w))))),
      2,
      [(400 + 2 * logistic(4)) / 3],
    ],
    ['log1p(exp)', (x) => ad.log1p(ad.exp(x)), 800, [1]],
    ['log1p(3 exp)', (x) => ad.log1p(ad.mul(3, ad.exp(x))), 800, [1]],
    ['log(exp + 2)', (x) => ad.log(ad.add(ad.exp(x), 2)), 900, [1]],
    ['log cosh', (x) => ad.log(ad.cosh(x)), -800, [-1]],
    ['log exp', (x) => ad.log(ad.exp(x)), 900, [1]],
    ['log Σ exp', (x) => ad.log(ad.sum(ad.exp(x))), [1000, 999], [p, 1 - p]],
    ['log mean exp', (x) => ad.log(ad.mean(ad.exp(x))), [-1000, -1001], [p, 1 - p]],
    [
      'log(exp + exp)',
      (x) => ad.log(ad.add(ad.exp(entry(x, 0)), ad.exp(entry(x, 1)))),
      [1000, 999],
      [p, 1 - p],
    ],
    ['log(exp·exp)', (x) => ad.log(ad.mul(ad.exp(x), ad.exp(ad.mul(2, x)))), 800, [3]],
    ['log softmax', (x) => entry(ad.log(ad.softmax(x)), 0), [0, 1000], [1, -1]],
    ['log logistic', (x) => ad.log(ad.logistic(x)), -800, [1]],
    ['log(1 − logistic)', (x) => ad.log(ad.sub(1, ad.logistic(x))), 800, [-1]],
    ['log(1 − exp(−x))', (x) => ad.log(ad.sub(1, ad.exp(ad.neg(x)))), 1e-20, [1e20]],
    ['log1p(−exp)', (x) => ad.log1p(ad.neg(ad.exp(x))), -1e-20, [-1e20]],
    ['exp − 1', (x) => ad.log(ad.sub(ad.exp(x), 1)), 1e-20, [1e20]],
    ['exp/(1 + exp)', (x) => ad.div(ad.exp(x), ad.add(1, ad.exp(x))), 800, [0]],
    ['1/(1 + exp)', (x) => ad.div(1, ad.add(1, ad.exp(x))), -700, [-Math.exp(-700)]],
    [
      'exp/Σ exp',
      (x) => entry(ad.div(ad.exp(x), ad.sum(ad.exp(x))), 0),
      [1000, 999],
      [p * (1 - p), -p * (1 - p)],
    ],
    ['√(1 + x²)', (x) => ad.sqrt(ad.add(1, ad.square(x))), 1e200, [1]],
    ['√(x·x + 4)', (x) => ad.sqrt(ad.add(ad.mul(x, x), 4)), -1e200, [-1]],
    ['(exp − 1)/x', (x) => ad.div(ad.sub(ad.exp(x), 1), x), 1e-20, [0.5]],
  ];

  test.each(cases)('%s', (_, f, x, exact) => expectNear(gradient(f, x), exact));

  test('squares of norms and absolute values are smooth', () => {
    expect(hessian((x) => ad.square(ad.norm(x)), [0, 0])).toEqual([2, 0, 0, 2]);
    expect(hessian((x) => ad.mul(ad.norm(x), ad.norm(x)), [0, 0])).toEqual([2, 0, 0, 2]);
    expect(hessian((x) => ad.square(ad.abs(x)), 0)).toEqual([2]);
  });

  test('unless it is turned off', () => {
    const f: F = (x) => ad.log(ad.sum(ad.exp(x)));
    const on = ad.trace(f, [[2]]).nodes.map(({ op }) => op);
    const off = ad.trace(f, [[2]], { recognize: false }).nodes.map(({ op }) => op);
    expect(on).toEqual(['input', 'logSumExp']);
    expect(off).toEqual(['input', 'exp', 'sum', 'log']);
    expect(gradient(f, [1000, 999], { recognize: false }).every(Number.isNaN)).toBe(true);
  });
});

describe('what overflowed has no derivative, and none is invented', () => {
  const cases: readonly [string, F, number | readonly number[]][] = [
    ['√(1 + x⁴)', (x) => ad.sqrt(ad.add(1, ad.pow(x, 4))), 1e200],
    ['exp/exp', (x) => ad.div(ad.exp(x), ad.exp(x)), 1000],
    ['x/(1 + x²)', (x) => ad.div(x, ad.add(1, ad.square(x))), 1e200],
    ['log(2 + x²)', (x) => ad.log(ad.add(2, ad.square(x))), 1e200],
    ['atan of an exponential', (x) => ad.atan(ad.exp(x)), 800],
    ['a product whose parts overflow', (x) => times(x, 1e300, 1e300, 1e-200, 1e-200), 1],
    ['max of squares', (x) => ad.max(ad.square(x)), [1e200, 1e201]],
    [
      'maximum of squares',
      (x) => ad.maximum(ad.square(entry(x, 0)), ad.square(entry(x, 1))),
      [1e200, 1e201],
    ],
    ['log of a negative number', (x) => ad.log(x), -1],
    ['atanh beyond 1', (x) => ad.atanh(x), 2],
    ['relu of NaN', (x) => ad.relu(ad.log(x)), -1],
  ];
  function times(x: Value, ...factors: number[]): Value {
    return factors.reduce<Value>((product, factor) => ad.mul(product, factor), x);
  }

  test.each(cases)('%s', (_, f, x) => {
    expect(gradient(f, x).every(Number.isNaN)).toBe(true);
  });

  test('random chains of products: each entry of the gradient is right or not finite', () => {
    const factors = fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(factors, (exponents) => {
        const x = exponents.map((e) => 10 ** e);
        const product = (y: Value): Value =>
          x.map((_, i) => entry(y, i)).reduce((total, factor) => ad.mul(total, factor));
        const total = exponents.reduce((a, b) => a + b, 0);
        gradient(product, x).forEach((value, i) => {
          // Partial products and their cotangents, the products of the factors that follow, lose digits where they
          // underflow.
          const sums = exponents.map((_, k) =>
            exponents.slice(0, k + 1).reduce((a, b) => a + b, 0),
          );
          const isBlurred = sums.some(
            (sum, k) => sum < -300 || (k >= i && total - sum < -300 && sum < 309),
          );
          if (!Number.isFinite(value) || isBlurred) return;
          const exact = 10 ** (total - exponents[i]!);
          if (value === exact) return;
          expect(Math.abs(value - exact)).toBeLessThanOrEqual(1e-9 * exact + 1e-318);
        });
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('a branch that was not chosen absorbs what overflows in it', () => {
  const cases: readonly [string, F, number, number][] = [
    ['in relu', (x) => ad.add(x, ad.relu(ad.sub(1, ad.exp(x)))), 1000, 1],
    [
      'in softmax',
      (x) => ad.where(ad.less(x, 9), entry(ad.softmax(ad.stack([ad.exp(x), ad.exp(x)])), 0), x),
      1000,
      1,
    ],
    ['in a norm', (x) => ad.where(ad.less(x, 9), ad.norm(ad.stack([ad.exp(x), x])), x), 1000, 1],
  ];

  test.each(cases)('%s', (_, f, x, slope) => {
    expect(gradient(f, x)).toEqual([slope]);
    expect(ad.jvp(f)(x, 1).tangent.data[0]).toBe(slope);
    expect(hessian(f, x)).toEqual([0]);
  });
});

describe('Hessians of convex functions keep their sign where they are tiny', () => {
  test('log Σ exp at (0, 40)', () => {
    const p = 1 / (Math.exp(40) + 2 + Math.exp(-40));
    expectNear(hessian(ad.logSumExp, [0, 40]), [p, -p, -p, p]);
  });

  test('norm of a long and a short entry', () => {
    // (I − uuᵀ)/r
    const r = 1e8;
    const exact = [1 / r ** 3, -1 / r ** 2, -1 / r ** 2, 1 / r];
    expectNear(
      hessian(ad.norm, [1e8, 1]),
      exact.map((value) => value * (1 - 1.5e-16)),
    );
  });

  test('along a line on which one of two terms dominates', () => {
    const f: F = (t) => ad.logAddExp(t, ad.add(ad.mul(0.5, t), 20));
    const p = Math.exp(-40);
    // (½)²·p(1 − p) with p = logistic(t/2 − 20) at −40
    expectNear(hessian(f, -40), [0.25 * p]);
  });

  test('equal logits of any size are classes that are equally likely', () => {
    expectNear(Array.from((ad.logSoftmax([1e16, 1e16]) as { data: Float64Array }).data), [
      -Math.LN2,
      -Math.LN2,
    ]);
  });
});

describe('debugNonFinite', () => {
  const f: F = (x) => ad.sum(ad.mul(2, ad.log(ad.sub(x, 1))));

  test('names the first step that is not finite, and what it read', () => {
    for (const run of [
      (): unknown => ad.objective(f, 2, { debugNonFinite: true }).value(Float64Array.of(2, 1)),
      (): unknown => ad.evaluate(ad.trace(f, [[2]], { debugNonFinite: true }), [[2, 1]]),
      (): unknown => ad.grad(f, { debugNonFinite: true })([2, 1]),
      (): unknown =>
        ad
          .objective(ad.trace(f, [[2]], { debugNonFinite: true }), 2)
          .gradient(Float64Array.of(2, 1), new Float64Array(2)),
    ]) {
      try {
        run();
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(ad.NonFiniteStepError);
        const { at, message } = error as ad.NonFiniteStepError;
        expect(at).toMatchObject({ op: 'log', entry: 1, value: -Infinity });
        expect(Array.from(at.inputs[0]!.values)).toEqual([1, 0]);
        expect(message).toMatch(/entry 1 of %\d+ = log\(%\d+\) : 2 is -Infinity/);
      }
    }
  });

  test('and says nothing where all is finite', () => {
    expect(ad.objective(f, 2, { debugNonFinite: true }).value(Float64Array.of(2, 2))).toBe(0);
  });
});
