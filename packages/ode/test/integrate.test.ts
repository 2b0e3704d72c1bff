import {
  ArgumentError,
  blockNorm,
  integral,
  integrate,
  maximumNorm,
  predictive,
  proportionalIntegral,
  proportionalIntegralDerivative,
  radauIIA5,
  solve,
  tsitouras54,
  type Checkpoint,
  type InitialValueProblem,
} from '@nonsmooth/ode';
import { describe, expect, test } from 'vitest';
import { allMethods } from './all-methods.js';

const lotkaVolterra: InitialValueProblem = {
  rhs(_t, [prey, predator], out) {
    out[0] = prey! * (1.5 - predator!);
    out[1] = predator! * (prey! - 3);
  },
  y0: [10, 5],
  t0: 0,
  t1: 10,
};

test('streaming takes the same steps as solve', () => {
  const { t, y } = solve(lotkaVolterra, { rtol: 1e-6 });
  const seen: number[] = [0];
  const integration = integrate(lotkaVolterra, { rtol: 1e-6 });
  for (const { end } of integration) seen.push(end);
  expect(seen).toEqual([...t]);
  expect([...integration.y]).toEqual([...y.at(-1)!]);
  expect(integration.finished).toBe(true);
});

test.each(allMethods.filter(({ adaptive }) => adaptive))(
  'a checkpoint of $name as JSON continues with the same bits',
  (method) => {
    const options = { method, rtol: 1e-5, controller: proportionalIntegral };
    const whole = integrate(lotkaVolterra, options);
    let saved = '';
    let count = 0;
    while (whole.next()) if (++count === 9) saved = JSON.stringify(whole.checkpoint());
    const rest = integrate(lotkaVolterra, { ...options, from: JSON.parse(saved) as Checkpoint });
    while (rest.next());
    expect([...rest.y]).toEqual([...whole.y]);
    expect(rest.statistics).toEqual(whole.statistics);
  },
);

test('a checkpoint of another method is refused', () => {
  const checkpoint = integrate(lotkaVolterra).checkpoint();
  expect(() => integrate(lotkaVolterra, { from: checkpoint, method: tsitouras54 })).toThrow(
    /from.method = "Dormand–Prince/,
  );
});

test.each([integral, proportionalIntegral, proportionalIntegralDerivative, predictive])(
  'the controller $name reaches the accuracy asked for',
  (controller) => {
    const { y, statistics } = solve(
      {
        rhs(_t, [a, b], out) {
          out[0] = b!;
          out[1] = -a!;
        },
        y0: [0, 1],
        t0: 0,
        t1: 20,
      },
      { controller, rtol: 1e-8, atol: 1e-8 },
    );
    expect(Math.abs(y.at(-1)![0]! - Math.sin(20))).toBeLessThan(1e-6);
    expect(statistics.rejected).toBeLessThan(0.1 * statistics.accepted);
  },
);

test('a fixed step divides the interval, the last one shorter', () => {
  const { t } = solve(
    { rhs: (_t, _y, out) => void out.fill(0), y0: [1], t0: 0, t1: 1 },
    { fixedStep: 0.3 },
  );
  expect(t.length).toBe(5);
  expect(t.at(-1)).toBe(1);
  const even = solve(
    { rhs: (_t, _y, out) => void out.fill(0), y0: [1], t0: 0, t1: 1 },
    { fixedStep: 0.1 },
  );
  expect(even.t.length).toBe(11);
});

test('the maximum norm is stricter than the mean, blocks lie between', () => {
  const scaled = Float64Array.of(3, 0, 0, 0);
  expect(maximumNorm(scaled)).toBe(3);
  expect(blockNorm([2, 2])(scaled)).toBeCloseTo(3 / Math.sqrt(2), 15);
  const count = (norm?: typeof maximumNorm) =>
    solve(lotkaVolterra, { rtol: 1e-8, ...(norm && { norm }) }).statistics.accepted;
  expect(count(maximumNorm)).toBeGreaterThan(count());
});

test('observe sees every step and may stop', () => {
  const { status, t, reason } = solve(lotkaVolterra, { observe: (at) => at < 3 });
  expect(status).toBe('stopped');
  expect(reason).toBe('observe returned false');
  expect(t.at(-1)).toBeGreaterThanOrEqual(3);
  expect(t.at(-2)).toBeLessThan(3);
});

test('a right-hand side that returns its result instead of writing it is reported', () => {
  const rhs = (_t: number, y: Float64Array) => [-y[0]!, 0];
  expect(() => solve({ rhs, y0: [1], t0: 0, t1: 1 })).toThrow(
    /returned an object of length 2 instead of writing its 1 components/,
  );
});

test('a finished integration continued has finished, or goes on to a later end', () => {
  const options = { rtol: 1e-6 };
  const whole = integrate(lotkaVolterra, options);
  while (whole.next());
  const from = whole.checkpoint();
  const again = integrate(lotkaVolterra, { ...options, from });
  expect(again.finished).toBe(true);
  expect(again.next()).toBeUndefined();
  expect(again.statistics).toEqual(whole.statistics);
  const later = integrate({ ...lotkaVolterra, t1: 12 }, { ...options, from });
  expect(later.finished).toBe(false);
  while (later.next());
  expect(later.t).toBe(12);
  const straight = solve({ ...lotkaVolterra, t1: 12 }, { rtol: 1e-10, atol: 1e-12 }).y.at(-1)!;
  for (let i = 0; i < 2; i++) expect(later.y[i]).toBeCloseTo(straight[i]!, 3);
});

test('an integration that an event has ended stays ended when continued', () => {
  const events = [
    { name: 'few prey', value: (_t: number, y: Float64Array) => y[0]! - 1, terminal: true },
  ];
  const whole = integrate(lotkaVolterra, { events });
  while (whole.next());
  expect(whole.t).toBeLessThan(10);
  const again = integrate({ ...lotkaVolterra, t1: 12 }, { events, from: whole.checkpoint() });
  expect([again.finished, again.reason, again.next()]).toEqual([true, 'few prey', undefined]);
});

test('a checkpoint outside the interval is refused', () => {
  const whole = integrate(lotkaVolterra);
  while (whole.next());
  const from = whole.checkpoint();
  for (const [t0, t1] of [
    [0, 5],
    [11, 20],
    [20, 11],
  ] as const) {
    expect(() => integrate({ ...lotkaVolterra, t0, t1 }, { from })).toThrow(
      `from.progress.t = 10; allowed: times from t0 = ${t0} to t1 = ${t1}`,
    );
  }
});

describe('a checkpoint that is not one of this integration is refused, naming the key', () => {
  const options = {
    method: radauIIA5,
    events: [{ value: (_t: number, y: Float64Array) => y[0]! - 1 }],
  };
  const checkpoint = (): Record<string, never> => {
    const whole = integrate(lotkaVolterra, options);
    for (let k = 0; k < 5; k++) whole.next();
    return structuredClone(whole.checkpoint()) as never;
  };
  const at = (path: readonly string[], within: Record<string, never>): Record<string, unknown> =>
    path.reduce((part, key) => part[key] as never, within);

  /** Every key of every record in it. */
  const paths = (part: object, prefix: readonly string[] = []): string[][] =>
    Object.entries(part).flatMap(([key, value]) => [
      [...prefix, key],
      ...(typeof value === 'object' && value !== null && !Array.isArray(value)
        ? paths(value as object, [...prefix, key])
        : []),
    ]);
  const all = paths(checkpoint());

  test.each(all.map((path) => [path.join('.'), path] as const))('%s missing', (name, path) => {
    const from = checkpoint();
    delete at(path.slice(0, -1), from)[path.at(-1)!];
    const run = (): unknown => integrate(lotkaVolterra, { ...options, from: from as never });
    expect(run).toThrow(ArgumentError);
    expect(run).toThrow(`from.${name} = undefined`);
  });

  test.each([[], ['progress'], ['stepper'], ['stepper', 'real'], ['watches'], ['statistics']])(
    'one too many in from.%s',
    (...path) => {
      const from = checkpoint();
      at(path, from)['mischief'] = 1;
      const run = (): unknown => integrate(lotkaVolterra, { ...options, from: from as never });
      expect(run).toThrow(ArgumentError);
      expect(run).toThrow(`from.${[...path, 'mischief'].join('.')} = `);
    },
  );

  test('vectors of another length', () => {
    const from = checkpoint();
    at(['stepper'], from)['polynomial'] = [1, 2];
    expect(() => integrate(lotkaVolterra, { ...options, from: from as never })).toThrow(
      'from.stepper.polynomial.length = 2; allowed: 6',
    );
  });
});
