import * as ad from '@nonsmooth/autodiff';
import type { Tracer, Value } from '@nonsmooth/autodiff';
import { tensor } from '@nonsmooth/tensor';
import { describe, expect, test } from 'vitest';

const ops = (program: ad.Program): string[] => program.nodes.map(({ op }) => op);

describe('a trace', () => {
  test('shares equal nodes, drops what is not used, and computes what is known', () => {
    const program = ad.trace(
      (x) => {
        ad.exp(ad.exp(x));
        const once = ad.relu(ad.sub(x, ad.exp(0)));
        const again = ad.relu(ad.sub(x, [1, 1]));
        return ad.add(once, ad.relu(ad.sub(x, 1))) && ad.mul(once, again);
      },
      [[2]],
    );
    expect(ops(program)).toEqual([
      'input',
      'constant',
      'sub',
      'relu',
      'constant',
      'sub',
      'relu',
      'mul',
    ]);
    const shared = ad.trace((x) => ad.mul(ad.relu(ad.sub(x, 1)), ad.relu(ad.sub(x, 1))), [[2]]);
    expect(ops(shared)).toEqual(['input', 'constant', 'sub', 'relu', 'mul']);
  });

  test('undoes transposes and reshapes', () => {
    const program = ad.trace(
      (x) => ad.transpose(ad.reshape(ad.reshape(ad.transpose(ad.transpose(x)), [4]), [2, 2])),
      [[2, 2]],
    );
    expect(ops(program)).toEqual(['input', 'transpose']);
    const turned = ad.trace(
      (x) => ad.transpose(ad.transpose(x, [1, 2, 0]), [1, 2, 0]),
      [[2, 3, 4]],
    );
    expect(turned.nodes.at(-1)).toMatchObject({ op: 'transpose', permutation: [2, 0, 1] });
    expect(turned.nodes.at(-1)!.shape).toEqual([4, 2, 3]);
  });

  test('tells 0 from −0', () => {
    const program = ad.trace(
      (x) => ad.sub(ad.div(x, ad.mul(0, [1])), ad.div(x, ad.mul(-0, [1]))),
      [[1]],
    );
    expect(ad.evaluate(program, [[1]])[0]!.data[0]).toBe(Infinity);
  });

  test('keeps the numbers it was made with, and shares equal ones', () => {
    const weights = tensor(new Float64Array(100).fill(2));
    const program = ad.trace(
      (x) => {
        const before = ad.mul(x, weights);
        const again = ad.mul(x, weights);
        weights.data.fill(3);
        return ad.add(ad.add(before, again), ad.mul(x, weights));
      },
      [[]],
    );
    weights.data.fill(5);
    expect(ops(program).filter((op) => op === 'constant')).toHaveLength(2);
    expect(ad.evaluate(program, [1])[0]!.data[0]).toBe(2 + 2 + 3);
  });

  test('refuses shapes that are none', () => {
    expect(() => ad.trace((x) => x, [[2, -1]])).toThrow(/integers/);
    expect(() => ad.trace((x) => x, [[1.5]])).toThrow(/integers/);
  });

  test('is immutable and in topological order', () => {
    const program = ad.trace((x) => ad.sum(ad.exp(x)), [[2]]);
    expect(Object.isFrozen(program) && Object.isFrozen(program.nodes)).toBe(true);
    expect(program.nodes.every((node) => Object.isFrozen(node))).toBe(true);
    program.nodes.forEach(({ inputs }, i) => expect(inputs.every((input) => input < i)).toBe(true));
  });

  test('prints as one line per node', () => {
    const program = ad.trace(
      (x, w) => ad.sum(ad.pow(ad.add(ad.matmul(w, x), 1), 3), 0),
      [[2], [3, 2]],
    );
    expect(ad.print(program)).toBe(
      [
        '%0 = input 0 : 2',
        '%1 = input 1 : 3 × 2',
        '%2 = reshape(%0) : 2 × 1',
        '%3 = matmul(%1, %2) : 3 × 1',
        '%4 = reshape(%3) : 3',
        '%5 = constant 1 : scalar',
        '%6 = add(%4, %5) : 3',
        '%7 = pow(%6, exponent = 3) : 3',
        '%8 = sum(%7, axes = [0]) : scalar',
        'return %8',
      ].join('\n'),
    );
  });

  test('has several inputs and outputs', () => {
    const program = ad.trace((x, y) => [ad.add(x, y), ad.mul(x, y), 7], [[2], []]);
    const [sum, product, seven] = ad.evaluate(program, [[1, 2], 3]);
    expect(Array.from(sum!.data)).toEqual([4, 5]);
    expect(Array.from(product!.data)).toEqual([3, 6]);
    expect(Array.from(seven!.data)).toEqual([7]);
  });

  test('of a constant function has gradient 0', () => {
    expect(Array.from(ad.grad(() => 3)([1, 2]).data)).toEqual([0, 0]);
    expect(Array.from(ad.jvp(() => [3, 4])([1, 2], [1, 1]).tangent.data)).toEqual([0, 0]);
  });
});

describe('a traced value has no number', () => {
  const uses: readonly [string, (x: Tracer) => unknown][] = [
    ['a branch', (x) => ((x as unknown as number) > 0 ? x : 0)],
    ['arithmetic', (x) => (x as unknown as number) * 2],
    ['an index', (x) => [1, 2][Math.floor(x as unknown as number)]],
  ];

  test.each(uses)('%s on it is refused', (_, f) => {
    expect(() => ad.trace(f as (x: Tracer) => Value, [[]])).toThrow(ad.TracedValueError);
  });

  test('a list of traced values is to be stacked', () => {
    const f = (x: Tracer): Value => ad.sum([x, [x]] as never);
    expect(() => ad.grad(f)(1)).toThrow(/an array of traced values.*; allowed: stack/);
  });

  test('and it does not leave its trace', () => {
    let escaped: Tracer | undefined;
    ad.trace((x) => (escaped = x), [[]]);
    expect(() => ad.exp(escaped!)).toThrow(ad.ForeignTracerError);
    expect(() => ad.trace((x) => ad.trace((y) => ad.add(x, y), [[]]) && x, [[]])).toThrow(
      ad.ForeignTracerError,
    );
  });
});

describe('evaluate', () => {
  const program = ad.trace((x) => ad.mul(2, x), [[3]]);

  test('takes tensors, nested lists and flat arrays of the right shape', () => {
    for (const input of [tensor([1, 2, 3]), [1, 2, 3], new Float64Array([1, 2, 3])]) {
      expect(Array.from(ad.evaluate(program, [input])[0]!.data)).toEqual([2, 4, 6]);
    }
  });

  test('and refuses others', () => {
    expect(() => ad.evaluate(program, [[1, 2]])).toThrow(/shape \[3\]/);
    expect(() => ad.evaluate(program, [new Float64Array(4)])).toThrow(/3 entries/);
    expect(() => ad.evaluate(program, [])).toThrow(/one per input/);
  });
});

describe('rewrite', () => {
  test('puts something else in the place of an op', () => {
    const program = ad.trace((x) => ad.sum(ad.relu(ad.sub(x, [1, 2]))), [[2]]);
    const smooth = ad.rewrite(program, { relu: (z) => ad.softplus(z) });
    expect(ops(smooth)).toContain('softplus');
    expect(ops(smooth)).not.toContain('relu');
    expect(ad.evaluate(smooth, [[1, 2]])[0]!.data[0]).toBeCloseTo(2 * Math.LN2, 14);
    expect(ad.evaluate(program, [[3, 4]])[0]!.data[0]).toBe(4);
  });

  test('keeps shapes', () => {
    const program = ad.trace((x) => ad.relu(x), [[2]]);
    expect(() => ad.rewrite(program, { relu: (z) => ad.sum(z) })).toThrow(/\[2\]/);
  });
});

describe('derivatives within a trace', () => {
  const value = (t: { data: ArrayLike<number> }): number => t.data[0]!;

  test('do not confuse variables: d/dx [x · d/dy (x + y)] = 1', () => {
    const f = (x: Value): Value => ad.mul(x, ad.grad((y) => ad.add(x, y))(1));
    expect(value(ad.grad(f)(1))).toBe(1);
    const g = (x: Tracer): Value => ad.mul(x, ad.jvp((y) => ad.add(x, y))(x, 1).tangent);
    expect(value(ad.grad(g)(1))).toBe(1);
  });

  test('of a function of the variable and of the value it came from keep the two apart', () => {
    // d/dy (x·y) at y = x is x, whose derivative is 1.
    expect(value(ad.grad((x) => ad.grad((y) => ad.mul(x, y))(x))(5))).toBe(1);
    // d/dy y² at y = x is 2x.
    expect(value(ad.grad((x) => ad.grad((y) => ad.mul(y, y))(x))(5))).toBe(2);
  });

  test('a Jacobian of a gradient is the Hessian, also by reverse over reverse', () => {
    const f = (x: Value): Value => ad.sum(ad.mul(ad.exp(x), ad.square(ad.sum(x))));
    const x = [0.1, -0.4, 0.7];
    const hessian = ad.hessian(f)(x);
    expect(hessian.shape).toEqual([3, 3]);
    const again = ad.jacobian(ad.grad(f))(x);
    for (let i = 0; i < 9; i++) expect(again.data[i]).toBeCloseTo(hessian.data[i]!, 13);
    // ∂²/∂xᵢ∂xⱼ Σ eˣ s² = δᵢⱼ eˣⁱ s² + 2s(eˣⁱ + eˣʲ) + 2Σeˣ
    const s = x.reduce((a, b) => a + b, 0);
    const e = x.map(Math.exp);
    const total = e.reduce((a, b) => a + b, 0);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const exact = (i === j ? e[i]! * s * s : 0) + 2 * s * (e[i]! + e[j]!) + 2 * total;
        expect(hessian.data[3 * i + j]).toBeCloseTo(exact, 13);
      }
    }
  });

  test('Jacobians have the axes of the value first, in both modes', () => {
    const f = (x: Value): Value => ad.stack([ad.sum(x, 0), ad.sum(ad.square(x), 0)]);
    const wide = ad.jacobian(f)([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(wide.shape).toEqual([2, 2, 3, 2]);
    expect(wide.data[12 + 2 * 2]).toBe(10);
    const tall = ad.jacobian((x) => ad.outer(x, [1, 2, 3]))([5, 7]);
    expect(tall.shape).toEqual([2, 3, 2]);
    expect(Array.from(tall.data)).toEqual([1, 0, 2, 0, 3, 0, 0, 1, 0, 2, 0, 3]);
  });

  test('a derivative can drive Newton steps inside a function that is differentiated', () => {
    // y(a) = √a by Newton; dy/da = 1/(2√a).
    const root = (a: Value): Value => {
      let y: Value = ad.add(a, 0);
      for (let k = 0; k < 8; k++) {
        const residual = (t: Value): Value => ad.sub(ad.mul(t, t), a);
        y = ad.sub(y, ad.div(residual(y), ad.grad(residual)(y as Tracer)));
      }
      return y;
    };
    expect(value(ad.grad(root)(2))).toBeCloseTo(1 / (2 * Math.SQRT2), 12);
  });

  test('functions without a number as value have no gradient, and custom functions end', () => {
    expect(() => ad.grad(ad.exp)([1, 2])).toThrow(/one number/);
    const fn = { name: 'double', value: (x: number) => 2 * x, derivative: () => 2 };
    expect(value(ad.grad((x) => ad.elementwise(fn, x))(1))).toBe(2);
    expect(() => ad.grad(ad.grad((x) => ad.elementwise(fn, x)))(1)).toThrow(
      ad.MissingDerivativeError,
    );
  });
});

const branches: Readonly<Record<string, (x: Value) => Value>> = {
  'if (greater)': (x) => {
    if (ad.greater(x, 0)) return x;
    return ad.neg(x);
  },
  'less ? :': (x) => (ad.less(x, 0) ? ad.neg(x) : x),
  'not(equal) ? :': (x) => (ad.not(ad.equal(x, 0)) ? x : 0) as Value,
  '!lessEqual': (x) => (!ad.lessEqual(x, 1) ? x : ad.square(x)),
  '&& within where': (x) => ad.where(ad.greater(x, 0) && ad.less(x, 1), x, ad.square(x)),
};

test.each(Object.entries(branches))('refuses that JavaScript branches: %s', (_, f) => {
  for (const take of [
    () => ad.trace(f, [[]]),
    () => ad.grad(f)(2),
    () => ad.hessian(f)(2),
    () => ad.jvp(f)(2, 1),
    () => ad.grad((x) => ad.mul(2, ad.grad(f)(x)))(2),
  ]) {
    expect(take).toThrow(ad.UnusedComparisonError);
    expect(take).toThrow(/nothing uses the comparison .*where/);
  }
});

test.each<[string, (x: Value) => Value]>([
  ['an output', (x) => ad.greater(x, 0)],
  ['a factor of 0', (x) => ad.add(x, ad.mul(ad.greater(x, 0), 0))],
  ['a factor of 1', (x) => ad.mul(1, ad.greaterEqual(x, 0))],
  ['a mask', (x) => ad.where(ad.equal(x, 2), x, x)],
  ['sums of several', (x) => ad.add(ad.less(x, 1), ad.not(ad.notEqual(x, 2)))],
])('takes comparisons that are used: %s', (_, f) => {
  expect(ad.trace(f, [[]]).outputs).toHaveLength(1);
  expect(Number.isFinite(ad.grad(f)(2).data[0])).toBe(true);
  expect(Number.isFinite(ad.grad((x: Value) => ad.grad(f)(x))(2).data[0])).toBe(true);
});
