import { expect, test } from 'vitest';
import {
  auto,
  dormandPrince54,
  integrate,
  integrateSmooth,
  radauIIA5,
  type Event,
  type Modes,
  type StreamOptions,
} from '@nonsmooth/ode';

/** Van der Pol's equation, stiff enough for each method to reject steps. */
const problem = {
  rhs(_t: number, [x, v]: Float64Array, out: Float64Array): void {
    out[0] = v!;
    out[1] = 20 * (1 - x! * x!) * v! - x!;
  },
  y0: [2, 0],
  t0: 0,
  t1: 30,
};

function states(run: Iterable<{ readonly end: number; readonly y: Float64Array }>): unknown {
  return Array.from(run, ({ end, y }) => [end, ...y]);
}

test.each([dormandPrince54, radauIIA5, auto])(
  'without modes and events its steps are those of integrate: $name',
  (method) => {
    const options = { method, rtol: 1e-6, dense: true, tstops: [7], saveAt: [1, 20] };
    expect(states(integrateSmooth(problem, options))).toEqual(states(integrate(problem, options)));
  },
);

test('it goes on from a checkpoint of integrate, and the other way round', () => {
  const options = { rtol: 1e-6 };
  const whole = states(integrate(problem, options));
  for (const [one, other] of [
    [integrate, integrateSmooth],
    [integrateSmooth, integrate],
  ] as const) {
    const begun = one(problem, options);
    const first: number[][] = [];
    for (const { end, y } of begun) {
      first.push([end, ...y]);
      if (first.length === 10) break;
    }
    const from = structuredClone(begun.checkpoint());
    expect([...first, ...(states(other(problem, { ...options, from })) as [])]).toEqual(whole);
  }
});

test('it refuses modes and events, which it would not look for', () => {
  const modes = {} as Modes<undefined>;
  expect(() => integrateSmooth({ ...problem, modes } as typeof problem)).toThrow('problem.modes');
  const events: Event[] = [{ name: 'zero', value: (_t, y) => y[0]! }];
  expect(() => integrateSmooth(problem, { events } as StreamOptions)).toThrow('options.events');
});
