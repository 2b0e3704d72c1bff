import {
  abs,
  add,
  clip,
  dot,
  leakyRelu,
  max,
  maximum,
  maximumNorm,
  mul,
  neg,
  norm,
  objective,
  relu,
  slice,
  sort,
  square,
  stack,
  sub,
  sum,
  type Value,
} from '@nonsmooth/autodiff';
import { gradientFlow } from '@nonsmooth/flows';
import { expect, test } from 'vitest';

// The same function written in several ways has the same flow.

type Form = (u: Value) => Value;

const forms: Readonly<Record<string, Form>> = {
  'max of u and −u': (u) => maximum(u, neg(u)),
  'relu of |u|': (u) => relu(abs(u)),
  '|u| of |u|': (u) => abs(abs(u)),
  '|u| clipped below at 0': (u) => clip(abs(u), 0, 100),
  'relu of a maximum that is never negative': (u) => relu(maximum(u, neg(u))),
  'leaky relu of |u|': (u) => leakyRelu(abs(u), 0.1),
  'relu of a norm': (u) => relu(norm(stack([u]))),
  'two relus': (u) => add(relu(u), relu(neg(u))),
  'maximum of two relus': (u) => maximum(relu(u), relu(neg(u))),
  'one of four entries, two of them below': (u) =>
    max(stack([u, neg(u), mul(0.3, u), mul(0, u)]), [0]),
  'the last of two sorted': (u) => sum(slice(sort(stack([u, neg(u)])), [1], [2])),
  'in part as a relu of itself': (u) => mul(0.5, add(relu(abs(u)), abs(u))),
  'twice, less a relu of itself': (u) => sub(mul(2, abs(u)), relu(abs(u))),
};

const entry = (x: Value, i: number): Value => sum(slice(x, [i], [i + 1]));

function end(f: (x: Value) => Value, start: readonly number[], until: number): Float64Array {
  const flow = gradientFlow(objective(f, start.length), start, { until, rtol: 1e-9, atol: 1e-11 });
  expect(flow.status).toBe('finished');
  expect(Math.abs(flow.energy!.residual)).toBeLessThan(1e-7);
  return flow.theta;
}

function furthest(u: Float64Array, v: Float64Array): number {
  return u.reduce((most, x, i) => Math.max(most, Math.abs(x - v[i]!)), 0);
}

// starts that pass the kink, slide to the end, slide and leave, and begin on it
const cases = [
  { start: [2, 1], target: [0, 0], weight: 1, until: 0.5 },
  { start: [1, -2], target: [0.5, 0.2], weight: 0.2, until: 2 },
  { start: [0.1, 0.1], target: [0.2, 0.1], weight: 1, until: 3 },
  { start: [0, 0], target: [3, -1], weight: 0.2, until: 1 },
];

test.for(Object.entries(forms))('|u| as %s', ([, form]) => {
  for (const { start, target, weight, until } of cases) {
    const f = (g: Form) => (x: Value) =>
      add(mul(weight, g(sub(dot([1, 2], x), 0.3))), mul(0.5, sum(square(sub(x, target)))));
    expect(furthest(end(f(form), start, until), end(f(abs), start, until))).toBeLessThan(1e-7);
  }
});

test('absolute values of which each is a relu of itself', () => {
  const f = (g: Form) => (x: Value) => add(sum(g(x)), mul(0.5, sum(square(sub(x, [-1, -1])))));
  const plain = end(f(abs), [1, 1.5], 3);
  expect(
    furthest(
      end(
        f((x) => relu(abs(x))),
        [1, 1.5],
        3,
      ),
      plain,
    ),
  ).toBeLessThan(1e-7);
});

test.for([
  ['nested maxima', (x: Value) => maximum(abs(entry(x, 0)), abs(entry(x, 1)))],
  ['relu of a norm', (x: Value) => relu(maximumNorm(x))],
  [
    'one absolute value and what the other exceeds it by',
    (x: Value) => add(abs(entry(x, 0)), relu(sub(abs(entry(x, 1)), abs(entry(x, 0))))),
  ],
] as const)('the maximum norm as %s', ([, form]) => {
  for (const { start, target, weight, until } of cases) {
    const f = (g: Form) => (x: Value) =>
      add(mul(weight, g(x)), mul(0.5, sum(square(sub(x, target)))));
    expect(furthest(end(f(form), start, until), end(f(maximumNorm), start, until))).toBeLessThan(
      1e-7,
    );
  }
});

test('a slide whose second kink only repeats the first ends where the multipliers together do', () => {
  const [a, c] = [
    [1, -0.5],
    [-0.6, 1.2],
  ];
  const f = (g: (u: Value, v: Value) => Value) => (x: Value) => {
    const curved = add(dot(a, x), mul(0.3, mul(entry(x, 0), entry(x, 1))));
    return add(g(curved, dot(c, x)), mul(0.5, sum(square(sub(x, [-1.5, -2])))));
  };
  const start = [1.5, 0.4];
  const repeated = f((u, v) => maximum(maximum(u, v), u));
  expect(furthest(end(repeated, start, 3), end(f(maximum), start, 3))).toBeLessThan(1e-7);
});

/** A start on the sphere and the plane, decimal numbers and all. */
const onBoth = [0.48, 0.6, 0.64];

test.for([
  [
    'one maximum of the two and their negatives',
    (s: Value, p: Value) => max(stack([s, neg(s), p, neg(p)]), [0]),
  ],
  ['one maximum of absolute values', (s: Value, p: Value) => max(abs(stack([s, p])), [0])],
  ['two absolute values', (s: Value, p: Value) => add(abs(s), abs(p))],
] as const)('a slide along a sphere and a plane at once, held by %s', ([, hold]) => {
  // on the circle around (0, 0.6, 0) of radius 0.8 the angle to −a falls as tan(φ/2) = tan(φ₀/2)·exp(−|a|t/0.8)
  const a = [0.3, 0.7, -0.4];
  const f = (x: Value): Value =>
    add(mul(9, hold(sub(sum(square(x)), 1), sub(entry(x, 1), 0.6))), dot(a, x));
  const until = 1.1;
  const flow = gradientFlow(objective(f, 3), onBoth, { until, rtol: 1e-8, atol: 1e-10 });
  const downhill = Math.atan2(0.4, -0.3);
  const angle = Math.atan2(0.64, 0.48) - downhill;
  const left = downhill + 2 * Math.atan(Math.tan(angle / 2) * Math.exp((-0.5 / 0.8) * until));
  expect(
    furthest(flow.theta, Float64Array.of(0.8 * Math.cos(left), 0.6, 0.8 * Math.sin(left))),
  ).toBeLessThan(1e-6);
  expect(flow.statistics.rhs).toBeLessThan(300);
});
