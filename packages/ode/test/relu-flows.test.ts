import { filippov, solve, type FilippovEvent, type ModeChange } from '@nonsmooth/ode';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { reluFlow } from './relu-flow.js';

interface Case {
  readonly name: string;
  readonly x: number[];
  readonly y: number[];
  readonly theta0: number[];
  readonly times: number[];
  readonly theta: number[][];
  readonly itinerary: [number, number, number, string][];
}

const { cases } = JSON.parse(
  readFileSync(new URL('data/relu-flows.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

function run({ x, y, theta0, times, theta }: Case, rtol: number) {
  const problem = filippov(reluFlow(x, y, 8), theta0.length);
  const solution = solve(
    { ...problem, y0: theta0, t0: 0, t1: times.at(-1)! },
    { rtol, atol: rtol / 100, saveAt: times },
  );
  const error = Math.max(
    ...solution.y.flatMap((state, k) => [...state].map((v, i) => Math.abs(v - theta[k]![i]!))),
  );
  return { error, fields: problem.fields.count, ...solution };
}

/** [neuron, x, kind] of every change, in order. */
const itinerary = (changes: readonly ModeChange<unknown, FilippovEvent>[], x: number[]) =>
  changes.flatMap(({ t, notes }) =>
    notes.map(({ kind, surface }) => ({
      t,
      neuron: Math.floor(surface / x.length),
      x: x[surface % x.length]!,
      // as the reference spells it
      kind: kind.replace('exitO', 'exit-o'),
    })),
  );

interface Row {
  readonly t: number;
  readonly neuron: number;
  readonly x: number;
  readonly kind: string;
}

/** Without times; simultaneous ones by neuron. */
const inOrder = (rows: readonly Row[]) =>
  [...rows]
    .sort((p, q) => (Math.abs(p.t - q.t) < 1e-12 ? p.neuron - q.neuron : p.t - q.t))
    .map(({ neuron, x, kind }) => [neuron, x, kind]);

describe.each(cases)('$name', (problem) => {
  test.each([
    [1e-8, 1e-7],
    [1e-10, 1e-9],
  ])('at rtol %f within %f, with the itinerary of the reference', (rtol, bound) => {
    const { error, modeChanges } = run(problem, rtol);
    expect(error).toBeLessThan(bound);
    const found = itinerary(modeChanges, problem.x);
    const expected = problem.itinerary.map(([t, neuron, x, kind]) => ({ t, neuron, x, kind }));
    expect(inOrder(found)).toEqual(inOrder(expected));
    found.forEach(({ t }, i) => expect(Math.abs(t - expected[i]!.t)).toBeLessThan(1e-5));
  });
});

test('where sliding persists, plain steps cost more than 15 times as much at error 1e−4', () => {
  const sliding = cases.find(({ name }) => name === 'sliding')!;
  const frozen = run(sliding, 1e-4);
  expect(frozen.error).toBeLessThan(1e-4);

  const network = reluFlow(sliding.x, sliding.y, 8);
  const { count } = network;
  const z = new Float64Array(count);
  const { y, statistics } = solve(
    {
      rhs(t, theta, out) {
        network.surfaces(t, theta, z);
        for (let i = 0; i < count; i++) z[i] = z[i]! > 0 ? 1 : 0;
        network.field(t, theta, out, z);
      },
      y0: sliding.theta0,
      t0: 0,
      t1: 20,
    },
    { rtol: 1e-6, atol: 1e-8, saveAt: sliding.times },
  );
  const error = Math.max(
    ...y.flatMap((state, k) => [...state].map((v, i) => Math.abs(v - sliding.theta[k]![i]!))),
  );
  expect(error).toBeGreaterThan(1e-4);
  expect(15 * frozen.fields).toBeLessThan(statistics.rhs);
});
