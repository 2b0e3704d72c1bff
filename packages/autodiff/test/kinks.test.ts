import * as ad from '@nonsmooth/autodiff';
import type { Value } from '@nonsmooth/autodiff';
import { defaultKinks } from '@nonsmooth/kernels';
import { key, normal, tensor } from '@nonsmooth/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  curvedRecipes,
  followCurved,
  followPiecewiseLinear,
  piecewiseLinearRecipes,
} from './random-programs.js';

const identityInDisguise = (x: Value): Value => ad.sub(ad.relu(x), ad.relu(ad.neg(x)));
const at = (f: (x: Value) => Value, x: number, kinks?: ad.KinkPolicy): number =>
  ad.grad(f, kinks && { kinks })(x).data[0]!;

describe('relu(x) − relu(−x) = x at 0', () => {
  test('a constant relu′(0) = c gives 2c, right for c = 1/2 only', () => {
    expect(at(identityInDisguise, 0)).toBe(0);
    for (const relu of [0, 0.25, 0.5, 1]) {
      expect(at(identityInDisguise, 0, { ...defaultKinks, relu })).toBe(2 * relu);
    }
  });

  test('every direction gives 1', () => {
    for (const direction of [1, -1, 0, 1e-30]) {
      expect(at(identityInDisguise, 0, { direction })).toBe(1);
    }
  });

  test('a signature gives (1 + σ₁)/2 + (1 + σ₂)/2, attained or not', () => {
    expect(at(identityInDisguise, 0, { signature: [1, 1] })).toBe(2);
    expect(at(identityInDisguise, 0, { signature: [1, -1] })).toBe(1);
    expect(at(identityInDisguise, 0, { signature: [-1, 0.5] })).toBe(0.75);
  });
});

test('each constant of the policy is the derivative at the kink it names', () => {
  const kinks = { relu: 0.25, abs: -0.5, tie: 0.75 };
  const of = (f: (x: Value) => Value): number => at(f, 0, kinks);
  expect(of(ad.relu)).toBe(0.25);
  expect(of((x) => ad.leakyRelu(x, 0.1))).toBeCloseTo(0.1 + 0.9 * 0.25, 15);
  expect(of(ad.abs)).toBe(-0.5);
  expect(of((x) => ad.maximum(x, ad.mul(5, x)))).toBe(0.75 * 1 + 0.25 * 5);
  expect(of((x) => ad.minimum(x, ad.mul(5, x)))).toBe(0.75 * 1 + 0.25 * 5);
});

test('a direction serves Jacobians and Hessians, too', () => {
  const kinks = { direction: [1, -1] };
  const diagonal = ad.jacobian(ad.abs, { kinks })([0, 0]).data;
  expect(Array.from(diagonal, (entry) => entry + 0)).toEqual([1, 0, 0, -1]);
  const hessian = ad.hessian((x) => ad.sum(ad.square(ad.relu(x))), { kinks })([0, 0]);
  expect(Array.from(hessian.data)).toEqual([2, 0, 0, 0]);
  expect(ad.jvp(ad.relu, { kinks })([0, 0], [5, 7]).tangent.data).toEqual(new Float64Array([5, 0]));
  expect(ad.vjp(ad.relu, { kinks })([0, 0], [5, 7]).cotangent.data).toEqual(
    new Float64Array([5, 0]),
  );
});

test('the tie of n entries of a maximum is split equally, and forward mode agrees', () => {
  const x = [2, 7, 7, -1, 7];
  expect(Array.from(ad.grad((t) => ad.max(t))(x).data)).toEqual([0, 1 / 3, 1 / 3, 0, 1 / 3]);
  expect(ad.jvp((t) => ad.max(t))(x, [100, 1, 2, 100, 6]).tangent.data[0]).toBe(3);
});

test('constants outside their range and signatures of the wrong length are refused', () => {
  const refused: ad.KinkPolicy[] = [
    { relu: 2, abs: 0, tie: 0.5 },
    { relu: 0, abs: -1.5, tie: 0.5 },
    { relu: 0, abs: 0, tie: Number.NaN },
    { signature: [1] },
    { signature: [1, 1.5] },
    { direction: [1, 0] },
  ];
  for (const kinks of refused) expect(() => at(identityInDisguise, 0, kinks)).toThrow(/allowed/);
});

test('the kinks of the smooth program of the abs-normal form are inputs: it equals the program at w = |z|', () => {
  fc.assert(
    fc.property(curvedRecipes, fc.nat(), (recipe, seed) => {
      const program = ad.trace(followCurved(recipe), [[recipe.dimension]]);
      const { smooth, size } = ad.absNormalProgram(program);
      const x = normal(key(seed), [recipe.dimension]);
      const [z] = ad.evaluate(ad.switchingProgram(program), [x]);
      expect(z!.shape).toEqual([size]);
      const [same, value] = ad.evaluate(smooth, [x, z!.data.map(Math.abs)]);
      const [expected] = ad.evaluate(program, [x]);
      expect(Math.abs(value!.data[0]! - expected!.data[0]!)).toBeLessThanOrEqual(
        1e-12 * (1 + Math.abs(expected!.data[0]!)),
      );
      for (let i = 0; i < size; i++) {
        expect(Math.abs(same!.data[i]! - z!.data[i]!)).toBeLessThanOrEqual(
          1e-12 * (1 + Math.max(...z!.data.map(Math.abs))),
        );
      }
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('reverse mode with a signature σ gives g_σ = a + bΣ(I − LΣ)⁻¹Z (arXiv 2407.09639)', () => {
  fc.assert(
    fc.property(piecewiseLinearRecipes, fc.nat(), (recipe, seed) => {
      const f = followPiecewiseLinear(recipe);
      const n = recipe.dimension;
      const { smooth, size } = ad.absNormalProgram(ad.trace(f, [[n]]));
      const signs = normal(key(seed), [size]).data;
      const signature = Array.from(signs, (entry) => Math.max(-1, Math.min(1, Math.round(entry))));
      // At 0 every switching variable is 0, and all derivatives are small dyadic numbers: exact.
      const inputs = new Float64Array(n);
      const absolutes = new Float64Array(size);
      const both = (x: Value): Value => {
        const placed = ad.inline(smooth, (x as ad.Tracer).builder, [
          ad.slice(x, [0], [n]) as ad.Tracer,
          ad.slice(x, [n], [n + size]) as ad.Tracer,
        ]);
        return ad.concatenate(smooth.outputs.map((output) => ad.ravel(placed[output]!)));
      };
      const jacobian = ad.jacobian(both)([...inputs, ...absolutes]);
      const entry = (i: number, j: number): number => jacobian.data[i * (n + size) + j]!;
      const rows: number[][] = [];
      for (let i = 0; i <= size; i++) {
        const row = Array.from({ length: n }, (_, j) => entry(i, j));
        for (let k = 0; k < size; k++) {
          if (k >= i) expect(i === size ? 0 : entry(i, n + k)).toBe(0);
          if (k < i) rows[k]!.forEach((g, j) => (row[j]! += entry(i, n + k) * signature[k]! * g));
        }
        rows.push(row);
      }
      const gradient = ad.grad(f, { kinks: { signature } })(inputs);
      expect(Array.from(gradient.data, (g) => g + 0)).toEqual(rows[size]!.map((g) => g + 0));
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('a direction gives the gradient of the piece that it points into', () => {
  fc.assert(
    fc.property(piecewiseLinearRecipes, fc.nat(), (recipe, seed) => {
      const f = followPiecewiseLinear(recipe);
      const direction = normal(key(seed), [recipe.dimension]);
      const origin = new Float64Array(recipe.dimension);
      const gradient = ad.grad(f, { kinks: { direction } })(origin);
      // f is positively homogeneous: the gradient at d is that of the piece around every t·d, t > 0.
      expect(Array.from(gradient.data, (g) => g + 0)).toEqual(
        Array.from(ad.grad(f, { kinks: { direction } })(direction).data, (g) => g + 0),
      );
      const inside = ad.checkGradient(f, direction, { gradient });
      expect(inside.verdict).not.toBe('wrong');
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('a direction along a kink still gives the gradient of a piece', () => {
  fc.assert(
    fc.property(piecewiseLinearRecipes, fc.nat(), (recipe, which) => {
      const f = followPiecewiseLinear(recipe);
      const origin = new Float64Array(recipe.dimension);
      const direction = origin.slice();
      if (which % 3 > 0) direction[which % recipe.dimension] = which % 3 === 1 ? 1 : -1;
      const gradient = ad.grad(f, { kinks: { direction } })(origin).data;
      const sampled = ad.objective(f, recipe.dimension);
      // Equal arguments of a maximum split into thirds where f is smooth: compare rounded.
      const rounded = (g: ArrayLike<number>): string =>
        String(Array.from(g, (entry) => Math.round(entry * 2 ** 20) + 0));
      const attained = new Set<string>();
      for (let seed = 0; seed < 400; seed++) {
        const out = new Float64Array(recipe.dimension);
        sampled.gradient(normal(key(seed), [recipe.dimension]).data, out);
        attained.add(rounded(out));
      }
      expect(attained).toContain(rounded(gradient));
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('max over axes has n − 1 switching variables per value, and its nest has the same values', () => {
  const program = ad.trace((x) => ad.max(x, 0), [[5, 3]]);
  const { program: nested, size } = ad.switchedProgram(program);
  expect(size).toBe(4 * 3);
  const x = normal(key(3), [5, 3]);
  expect(ad.evaluate(nested, [x])[0]!.data).toEqual(ad.evaluate(program, [x])[0]!.data);
});

describe('directional derivatives', () => {
  test('are exact at kinks: difference quotients of piecewise linear functions at 0 give the same', () => {
    fc.assert(
      fc.property(piecewiseLinearRecipes, fc.nat(), (recipe, seed) => {
        const f = followPiecewiseLinear(recipe);
        const origin = new Float64Array(recipe.dimension);
        const d = normal(key(seed), [recipe.dimension]);
        const [quotient] = ad.evaluate(ad.trace(f, [[recipe.dimension]]), [d]);
        const slope = ad.directionalDerivative(f)(origin, d).data[0]!;
        expect(Math.abs(slope - quotient!.data[0]!)).toBeLessThanOrEqual(
          1e-13 * (1 + Math.abs(slope)) * 2 ** recipe.steps.length,
        );
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('of ‖x‖ and −‖x‖ at 0 are ±‖d‖', () => {
    expect(ad.directionalDerivative((x) => ad.norm(x))([0, 0], [3, 4]).data[0]).toBe(5);
    expect(ad.directionalDerivative((x) => ad.neg(ad.norm(x)))([0, 0], [3, 4]).data[0]).toBe(-5);
  });
});

describe('norms at 0', () => {
  const distance = (x: Value): Value => ad.sqrt(ad.sum(ad.square(x)));

  test('√(x²) is |x| and √Σx² is ‖x‖, also scaled, reshaped, summed in parts or as a mean', () => {
    const ops = (f: (x: Value) => Value, shape: readonly number[]): string[] =>
      ad.trace(f, [shape]).nodes.map(({ op }) => op);
    expect(ops((x) => ad.sqrt(ad.square(x)), [3])).toEqual(['input', 'abs']);
    expect(ops((x) => ad.sqrt(ad.mul(x, x)), [])).toEqual(['input', 'abs']);
    expect(ops((x) => ad.pow(ad.pow(x, 2), 0.5), [])).toEqual(['input', 'abs']);
    for (const f of [
      distance,
      (x: Value) => ad.sqrt(ad.mean(ad.square(x))),
      (x: Value) => ad.sqrt(ad.mul(4, ad.sum(ad.square(x)))),
      (x: Value) => ad.sqrt(ad.sum(ad.sum(ad.square(x), 1))),
      (x: Value) => ad.sqrt(ad.add(ad.sum(ad.square(x)), ad.square(ad.sum(x)))),
    ]) {
      expect(ops(f, [2, 3])).not.toContain('sqrt');
      expect(
        Array.from(
          ad.grad(f)([
            [0, 0, 0],
            [0, 0, 0],
          ]).data,
        ),
      ).toEqual([0, 0, 0, 0, 0, 0]);
    }
  });

  test('their roots have the values of the formula', () => {
    const x = [
      [1, 2, 3],
      [-4, 5, 6],
    ];
    const of = (f: (x: Value) => Value): number =>
      ad.evaluate(ad.trace(f, [[2, 3]]), [x])[0]!.data[0]!;
    expect(of(distance)).toBeCloseTo(Math.sqrt(91), 14);
    expect(of((t) => ad.sqrt(ad.mean(ad.square(t))))).toBeCloseTo(Math.sqrt(91 / 6), 14);
    expect(of((t) => ad.sqrt(ad.sum(ad.sum(ad.square(t), 1))))).toBeCloseTo(Math.sqrt(91), 14);
    expect(of((t) => ad.sqrt(ad.add(ad.sum(ad.square(t)), ad.square(ad.sum(t)))))).toBeCloseTo(
      Math.sqrt(91 + 169),
      14,
    );
  });

  test('a direction gives the unit vector in which the argument moves', () => {
    const f = (x: Value): Value => ad.sub(ad.norm(ad.mul([1, 2], x)), ad.norm(x));
    const gradient = ad.grad(f, { kinks: { direction: [3, 4] } })([0, 0]).data;
    expect(gradient[0]).toBeCloseTo(3 / Math.sqrt(73) - 3 / 5, 15);
    expect(gradient[1]).toBeCloseTo((2 * 8) / Math.sqrt(73) - 4 / 5, 15);
    const still = ad.grad((x) => ad.neg(ad.norm(x)), { kinks: { direction: [0, 0] } })([0, 0]).data;
    expect(Math.hypot(...still)).toBe(1);
  });
});

test('the gradient with a signature as an input is that with the signature as a policy', () => {
  const f = (x: Value): Value => ad.add(ad.sum(ad.abs(x)), ad.relu(ad.dot(x, [1, -2])));
  const program = ad.signatureGradientProgram(ad.trace(f, [[2]]));
  for (const signature of [
    [1, 1, 1],
    [-1, 0.5, 0],
    [0.25, -1, -0.5],
  ]) {
    const [value, gradient] = ad.evaluate(program, [[0, 0], signature]);
    expect(value!.data[0]).toBe(0);
    const [s1, s2, s3] = signature as [number, number, number];
    expect(Array.from(gradient!.data)).toEqual([s1 + (1 + s3) / 2, s2 - (1 + s3)]);
    expect(ad.grad(f, { kinks: { signature } })([0, 0]).data).toEqual(gradient!.data);
  }
});

test('norms of 0 and comparisons on their border are found', () => {
  const program = ad.trace(
    (x) =>
      ad.add(ad.sum(ad.norm(ad.reshape(x, [2, 2]), 1)), ad.sum(ad.where(ad.greater(x, 1), x, 0))),
    [[4]],
  );
  expect(ad.irregularities(program, [[2, 3, 4, 5]])).toEqual([]);
  expect(ad.irregularities(program, [[0, 0, 1, 5]])).toMatchObject([
    { op: 'norm', kind: 'norm', entries: [0] },
    { op: 'greater', kind: 'jump', entries: [2] },
  ]);
});

describe('what is no policy is refused by name', () => {
  const f = (x: Value): Value => ad.sum(ad.abs(x));
  const cases: readonly [unknown, RegExp][] = [
    ['relu', /kinks = "relu"; allowed: \{ relu, abs, tie \}, \{ signature \} or \{ direction \}/],
    [null, /kinks = null/],
    [{ abs: 1 }, /kinks\.relu = undefined; allowed: from 0 to 1/],
    [{ relu: 0, abs: 2, tie: 0.5 }, /kinks\.abs = 2/],
    [{ direction: [NaN, 0] }, /kinks\.direction\[0\] = NaN; allowed: finite/],
    [{ direction: [1] }, /kinks\.direction = \[1\]; allowed: \[2\]/],
    [{ signature: [1] }, /signature = 1; allowed: 2 entries/],
    [{ signature: [1, NaN] }, /signature = NaN; allowed: from -1 to 1/],
  ];

  test.each(cases)('%j', (policy, message) => {
    const kinks = policy as ad.KinkPolicy;
    const out = new Float64Array(2);
    expect(() => ad.grad(f, { kinks })([0, 0])).toThrow(message);
    expect(() => ad.hessian(f, { kinks })([0, 0])).toThrow(message);
    expect(() => ad.objective(f, 2, { kinks }).gradient(out, out)).toThrow(message);
  });
});

test('constants are the signature that they amount to, ties of many included', () => {
  const policies = [defaultKinks, { relu: 1, abs: 0.5, tie: 0.25 }];
  const same = (f: (x: Value) => Value, x: readonly number[], kinks: ad.Kinks): void => {
    const program = ad.trace(f, [[x.length]]);
    const signature = ad.constantSignature(program, tensor(x), kinks);
    const expected = ad.grad(f, { kinks })(x).data;
    ad.grad(f, { kinks: { signature } })(x).data.forEach((g, i) => {
      expect(g).toBeCloseTo(expected[i]!, 12);
    });
  };
  for (const kinks of policies) {
    for (let n = 1; n <= 9; n++) {
      const x = Array.from({ length: n }, (_, i) => (i % 4 === 3 ? -2 : i % 5 === 4 ? 1 : 0));
      same((v) => ad.max(v), x, kinks);
      same((v) => ad.sum(ad.min(ad.abs(ad.outer(v, [1, -1, 2])), 0)), x, kinks);
    }
  }
  // max of two is also a maximum there, to which no one number applies unless ties are split equally
  fc.assert(
    fc.property(piecewiseLinearRecipes, (recipe) => {
      same(
        followPiecewiseLinear(recipe),
        new Array<number>(recipe.dimension).fill(0),
        defaultKinks,
      );
    }),
    { seed: 8, numRuns: 200 },
  );
});
