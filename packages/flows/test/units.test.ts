import {
  abs,
  add,
  clip,
  dot,
  maximum,
  mul,
  norm,
  objective,
  relu,
  sort,
  square,
  sub,
  sum,
  type Value,
} from '@nonsmooth/autodiff';
import { gradientFlow, type InclusionFlow } from '@nonsmooth/flows';
import { expect, test } from 'vitest';

// Units of the state and of the function are the user's: flows are the same flows in all of them.

const rows = [
  [0.8, -1.3, 0.4],
  [-0.5, 0.9, 1.1],
  [1.2, 0.3, -0.7],
];
const u = (x: Value, i: number): Value => sub(dot(rows[i]!, x), [0.3, -0.6, 0.9][i]!);

const functions: Readonly<Record<string, (x: Value) => Value>> = {
  'absolute values and a relu': (x) => add(add(abs(u(x, 0)), abs(u(x, 1))), relu(u(x, 2))),
  'two maxima': (x) => add(maximum(u(x, 0), u(x, 1)), maximum(u(x, 1), u(x, 2))),
  'a norm and absolute values of its entries': (x) => add(norm(x), mul(0.3, sum(abs(x)))),
  'nested absolute values, one bent down': (x) =>
    sub(abs(sub(abs(u(x, 0)), 1)), mul(0.2, abs(u(x, 1)))),
  'sorted entries and a clipped sum': (x) =>
    add(clip(u(x, 0), -1, 1), sum(mul([1, 2, 3], sort(abs(x))))),
};
const start = [1.1, -0.4, 0.7];
const units: readonly (readonly [state: number, value: number])[] = [
  [1e12, 1],
  [1e-12, 1],
  [1, 1e-12],
  [1e12, 1e12],
  [1e-40, 1e40],
  [1e60, 1],
];

test.for(Object.entries(functions))('%s', ([, g]) => {
  const ended = (state: number, value: number): InclusionFlow => {
    const f = (y: Value): Value => {
      const x = mul(1 / state, y);
      return mul(value, add(g(x), mul(0.5, sum(square(sub(x, [0.2, -0.9, 0.1]))))));
    };
    const flow = gradientFlow(
      objective(f, 3),
      start.map((x) => x * state),
      { until: (2 * state * state) / value, rtol: 1e-8, atol: 1e-10 * state },
    );
    expect(flow.status).toBe('finished');
    return flow as InclusionFlow;
  };
  const plain = ended(1, 1);
  for (const [state, value] of units) {
    const { theta, uniqueUntil } = ended(state, value);
    plain.theta.forEach((x, i) => expect(Math.abs(theta[i]! / state - x)).toBeLessThan(1e-7));
    expect(uniqueUntil === undefined).toBe(plain.uniqueUntil === undefined);
  }
});
