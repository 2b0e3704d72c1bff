import * as ad from '@nonsmooth/autodiff';
import { describe, expect, test } from 'vitest';

const { add, at, cumsum, evaluate, div, dot, exp, hessian, jacobian, log, logSumExp, matmul, mul } =
  ad;
const { concatenate, gather, max, trace, objective, relu, slice, sort, square, stack, sum } = ad;

type Function = (x: ad.Tracer) => ad.Value;

/** Where the Hessian is 0 whatever x is, for functions whose second derivatives overflow at the point. */
const cases: readonly [
  string,
  Function,
  readonly number[],
  readonly (readonly [number, number])[],
][] = [
  ['Σ exp', (x) => sum(exp(x)), [1000, 0], [[0, 1]]],
  [
    'Σ exp of three',
    (x) => sum(exp(x)),
    [1000, 0, -3],
    [
      [0, 1],
      [0, 2],
      [1, 2],
    ],
  ],
  ['Σ exp(cx)', (x) => sum(exp(mul(x, [1, 2]))), [1000, 0], [[0, 1]]],
  ['entries apart', (x) => add(exp(at(x, 0)), square(at(x, 1))), [1000, 3], [[0, 1]]],
  [
    'a slice',
    (x) => add(sum(exp(slice(x, [0], [2]))), square(at(x, 2))),
    [1000, 1, 3],
    [
      [0, 2],
      [1, 2],
      [0, 1],
    ],
  ],
  ['gathered entries', (x) => sum(exp(gather(x, [1, 0]))), [1000, 0], [[0, 1]]],
  ['stacked entries', (x) => sum(exp(stack([at(x, 1), at(x, 0)]))), [0, 1000], [[0, 1]]],
  [
    'joined parts',
    (x) => sum(exp(concatenate([slice(x, [1], [2]), slice(x, [0], [1])]))),
    [0, 800],
    [[0, 1]],
  ],
  ['Σ x⁴ of 1e200', (x) => sum(ad.pow(x, 4)), [1e200, 1], [[0, 1]]],
  ['Σ relu(exp)', (x) => sum(relu(exp(x))), [1000, 0], [[0, 1]]],
  ['Σ cosh', (x) => sum(ad.cosh(x)), [1000, 0], [[0, 1]]],
  ['Σ sinh', (x) => sum(ad.sinh(x)), [-1000, 0], [[0, 1]]],
  ['Σ exp(x²)', (x) => sum(exp(square(x))), [100, 0.5], [[0, 1]]],
  [
    'a matrix of weights',
    (x) =>
      sum(
        exp(
          matmul(
            [
              [1, 0],
              [0, 1],
            ],
            x,
          ),
        ),
      ),
    [1000, 0],
    [],
  ],
  ['running sums', (x) => sum(exp(cumsum(x))), [0, 1000], []],
  [
    'pairs in rows',
    (x) => sum(exp(ad.prod(ad.reshape(x, [2, 2]), 1))),
    [40, 40, 1, 1],
    [
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
    ],
  ],
  [
    'groups of log-sum-exp',
    (x) => sum(exp(logSumExp(ad.reshape(x, [2, 2]), 1))),
    [1000, 999, 0, 1],
    [
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
    ],
  ],
  [
    'maxima of groups',
    (x) => sum(exp(max(ad.reshape(x, [2, 2]), 1))),
    [1000, 1, 2, 3],
    [
      [0, 2],
      [1, 3],
    ],
  ],
  [
    'linear terms',
    (x) => add(exp(at(x, 0)), dot([0, 1], x)),
    [1000, 1],
    [
      [0, 1],
      [1, 1],
    ],
  ],
  ['quotients', (x) => sum(exp(div(x, [1, 2]))), [1000, 0], [[0, 1]]],
  [
    'sorted',
    (x) => exp(at(sort(slice(x, [0], [2])), 1)),
    [1000, 0, 1],
    [
      [2, 2],
      [0, 2],
    ],
  ],
];

describe('second derivatives that are 0 by structure', () => {
  test.each(cases)('%s', (_, f, x, zeros) => {
    const n = x.length;
    const first = hessian(f)(x).data;
    const second = new Float64Array(n * n);
    objective(f, n).hessian!(Float64Array.from(x), second);
    const nested = evaluate(
      trace((y) => hessian(f)(y), [[n]]),
      [x],
    )[0]!.data;
    for (const [i, j] of zeros) {
      for (const h of [first, second, nested]) {
        expect(h[i * n + j]! + 0).toBe(0);
        expect(h[j * n + i]! + 0).toBe(0);
      }
    }
  });

  test('are not invented where an entry depends on the other', () => {
    const f: Function = (x) => sum(exp(cumsum(x)));
    expect(hessian(f)([0, 1000]).data).not.toContain(0);
    const g: Function = (x) => exp(mul(at(x, 0), at(x, 1)));
    expect([...hessian(g)([40, 40]).data]).not.toContain(0);
  });

  test('stay 0 in Jacobians with infinite values', () => {
    const f: Function = (x) => mul(exp(x), log(x));
    expect(jacobian(f)([1000, 2, 3]).data[1]! + 0).toBe(0);
    expect(jacobian(f)([1000, 2, 3]).data[3]! + 0).toBe(0);
    const program = trace((x) => jacobian(f)(x), [[3]]);
    const [nested] = evaluate(program, [[1000, 2, 3]]);
    expect([1, 2, 3, 5, 6, 7].map((i) => nested!.data[i]! + 0)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(nested!.data[4]).toBeCloseTo(Math.exp(2) * (Math.log(2) + 0.5), 12);
  });

  test('are in Hessians that go on in a trace, and in derivatives of those', () => {
    const f: Function = (x) => sum(exp(x));
    const [h, t] = evaluate(
      trace((x) => [hessian(f)(x), jacobian((y) => hessian(f)(y))(x)], [[2]]),
      [[1000, 0]],
    );
    expect([...h!.data].map((v) => v + 0)).toEqual([expect.not.closeTo(0), 0, 0, 1]);
    // ∂ᵢ∂ⱼ∂ₖ is 0 unless i = j = k
    expect([1, 2, 3, 4, 5, 6].map((i) => t!.data[i]! + 0)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(t!.data[7]).toBe(1);
  });
});
