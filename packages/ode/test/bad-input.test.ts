import {
  ArgumentError,
  blockNorm,
  explicitMethod,
  exprb53,
  IntegrationError,
  ndf,
  radauIIA5,
  rodas43,
  solve,
  type FailureReason,
  type InitialValueProblem,
  type SolveOptions,
} from '@nonsmooth/ode';
import { describe, expect, test } from 'vitest';
import { allMethods } from './all-methods.js';

const decay: InitialValueProblem = {
  rhs: (_t, y, out) => void (out[0] = -y[0]!),
  y0: [1],
  t0: 0,
  t1: 1,
};

function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

// What JavaScript may pass though the types forbid it.
const wrongProblems: readonly (readonly [object, string])[] = [
  [{ rhs: 3 }, 'rhs = 3; allowed: a function (t, y, out)'],
  [{ jacobain: true }, 'problem.jacobain = true; allowed: jacobian, if that is meant'],
  [{ y0: 3 }, 'y0 = 3; allowed: a list of finite numbers'],
  [{ y0: undefined }, 'y0 = undefined; allowed: a list of finite numbers'],
  [{ y0: ['1'] }, 'y0[0] = "1"; allowed: finite numbers'],
  [{ t0: '0' }, 't0 = "0"; allowed: a finite number'],
  [{ t1: Infinity }, 't1 = Infinity; allowed: a finite number'],
  [{ jacobian: 3 }, 'jacobian = 3; allowed: a function'],
  [{ spectralRadius: 3 }, 'spectralRadius = 3; allowed: a function'],
];

const wrongOptions: readonly (readonly [object, string])[] = [
  [{ rtol: '1e-3' }, 'rtol = "1e-3"; allowed: a finite number > 0'],
  [{ atol: null }, 'atol = null; allowed: a finite number ≥ 0, or one per component'],
  [{ method: 'rk45' }, 'method = "rk45"; allowed: a method such as dormandPrince54'],
  [{ method: null }, 'method = null; allowed: a method such as dormandPrince54'],
  [{ controller: 'PI' }, 'controller = "PI"; allowed: a controller such as proportionalIntegral'],
  [{ norm: 'max' }, 'norm = "max"; allowed: a function'],
  [{ norm: blockNorm([2]) }, 'sum of lengths = 2; allowed: the dimension, 1'],
  [{ maxSteps: '5' }, 'maxSteps = "5"; allowed: a number > 0'],
  [{ linearSolver: 'lu' }, `linearSolver = "lu"; allowed: 'direct' or 'krylov'`],
  [{ project: 3 }, 'project = 3; allowed: a function'],
  [{ observe: 3 }, 'observe = 3; allowed: a function (t, y)'],
  [{ saveAt: 3 }, 'saveAt = 3; allowed: a list of times'],
  [{ events: {} }, 'events = {}; allowed: a list of events'],
  [{ events: [{}] }, 'events[0].value = undefined; allowed: a function (t, y)'],
  [
    { events: [{ value: () => 1, direction: 0 }] },
    'events[0].direction = 0; allowed: 1, −1, or undefined for both',
  ],
  [
    { events: [{ value: () => 1, terminal: 1.5 }] },
    'events[0].terminal = 1.5; allowed: a boolean or a count ≥ 1',
  ],
  [{ events: [{ value: () => 1, reset: 3 }] }, 'events[0].reset = 3; allowed: a function'],
];

test.each([
  ...wrongProblems.map(
    ([change, message]) => [message, () => solve({ ...decay, ...change })] as const,
  ),
  ...wrongOptions.map(
    ([options, message]) => [message, () => solve(decay, options as SolveOptions)] as const,
  ),
  ['lengths[0] = -1; allowed: integers ≥ 0', () => blockNorm([-1, 2])] as const,
  [
    'a.length = 1; allowed: 2: stages',
    () =>
      explicitMethod({
        name: 'Half a method',
        order: 1,
        embeddedOrder: 0,
        stages: 2,
        a: [[]],
        b: [1],
        c: [0, 1],
        firstSameAsLast: false,
        interpolant: { order: 1, p: [[1]] },
        citation: 'none',
      }),
  ] as const,
])('%s', (message, call) => {
  const error = thrown(call);
  expect(error).toBeInstanceOf(ArgumentError);
  expect((error as ArgumentError).message).toBe(message);
});

function fails(): never {
  throw new RangeError('out of fuel');
}

/** Functions that throw or are not numbers, at the start or when the integration has gone on for a while. */
const failures: readonly (readonly [string, FailureReason, object, SolveOptions])[] = [
  ['events[0].value threw', 'callbackThrew', {}, { events: [{ value: fails }] }],
  [
    'events[0].value threw',
    'callbackThrew',
    {},
    { events: [{ value: (t) => (t > 0.5 ? fails() : 1) }] },
  ],
  [
    'events[0].value(0, y) = NaN is not a number',
    'nonFinite',
    {},
    { events: [{ value: () => Number.NaN }] },
  ],
  [
    'y) = NaN is not a number',
    'nonFinite',
    {},
    { events: [{ value: (t) => (t > 0.5 ? Number.NaN : 1) }] },
  ],
  [
    'events[0].reset threw',
    'callbackThrew',
    {},
    { events: [{ value: (t) => t - 0.5, reset: fails }] },
  ],
  [
    'component 0 of y after an event is NaN, not finite, at t = 0.5',
    'nonFinite',
    {},
    { events: [{ value: (t) => t - 0.5, reset: (_t, y) => void (y[0] = Number.NaN) }] },
  ],
  ['project threw', 'callbackThrew', {}, { project: fails }],
  [
    'component 0 of y after project is NaN',
    'nonFinite',
    {},
    { project: (_t, y) => void (y[0] = Number.NaN) },
  ],
  [
    'component 0 of jacobianVector is NaN',
    'nonFinite',
    { jacobianVector: (_t: number, _y: unknown, _v: unknown, out: Float64Array) => out.fill(NaN) },
    { method: ndf },
  ],
  ...(['initial', 'surfaces', 'onSwitch'] as const).map(
    (name) =>
      [
        `modes.${name} threw`,
        'callbackThrew',
        {
          modes: {
            count: 1,
            initial: () => ({ mode: 0 }),
            surfaces: (_t: number, y: Float64Array, out: Float64Array) =>
              void (out[0] = y[0]! - 0.7),
            onSwitch: () => 'stop',
            [name]: fails,
          },
        },
        {},
      ] as const,
  ),
];

test.each(failures)('%s: reason %s, with what was computed', (message, reason, change, options) => {
  const error = thrown(() => solve({ ...decay, ...change }, options));
  expect(error).toBeInstanceOf(IntegrationError);
  const failure = error as IntegrationError;
  expect(failure.message).toContain(message);
  expect(failure.reason).toBe(reason);
  if (reason === 'callbackThrew') expect(failure.cause).toBeInstanceOf(RangeError);
  // where nothing has begun there is nothing yet
  if (failure.t > 0) expect(failure.partial!.y.length).toBeGreaterThan(0);
});

test.each(allMethods.filter(({ adaptive }) => adaptive))(
  'a right-hand side that stops being finite stops $name soon, and is said to',
  (method) => {
    let calls = 0;
    const error = thrown(() =>
      solve(
        {
          ...decay,
          rhs(t, y, out) {
            calls++;
            out[0] = t > 0.5 ? Number.NaN : -y[0]!;
          },
        },
        { method },
      ),
    ) as IntegrationError;
    expect(['stepUnderflow', 'nonFinite']).toContain(error.reason);
    expect(error.message).toMatch(/(none that is|not) finite, at t = 0\.(49|5)/);
    expect(error.t).toBeGreaterThan(0.49);
    expect(error.t).toBeLessThan(0.51);
    expect(calls).toBeLessThan(5000);
  },
);

test('a norm that is no number underflows the step and does not go on for ever', () => {
  const error = thrown(() => solve(decay, { norm: () => Number.NaN })) as IntegrationError;
  expect(error.reason).toBe('stepUnderflow');
  expect(error.partial!.statistics.rejected).toBeLessThan(500);
});

describe.each([
  ['jacobian', 4, ndf, {}],
  ['jacobian', 4, rodas43, {}],
  ['jacobianVector', 2, radauIIA5, { linearSolver: 'krylov' }],
  ['jacobianVector', 2, exprb53, { linearSolver: 'krylov' }],
  ['timeDerivative', 2, rodas43, {}],
] as const)('%s', (name, length, method, options) => {
  const run = (derivative: unknown): unknown =>
    thrown(() => {
      const problem = {
        rhs(t: number, y: Float64Array, out: Float64Array) {
          out[0] = -y[0]! + t;
          out[1] = -y[1]!;
        },
        y0: [1, 1],
        t0: 0,
        t1: 1,
        [name]: derivative,
      };
      return solve(problem as InitialValueProblem, { method, ...options });
    });

  test(`of ${method.name} that returns its value instead of writing it is refused`, () => {
    const error = run(() => new Float64Array(length));
    expect(error).toBeInstanceOf(IntegrationError);
    expect((error as Error).message).toContain(`${name} returned an object of length ${length}`);
  });

  test(`of ${method.name} that forgets a component is refused`, () => {
    const error = run((...given: unknown[]) => {
      const out = given[name === 'jacobianVector' ? 3 : 2] as Float64Array;
      for (let i = 0; i + 1 < length; i++) out[i] = -1;
    });
    expect(error).toBeInstanceOf(IntegrationError);
    expect((error as Error).message).toContain(
      `${name} did not write component ${length - 1} of ${length} into out`,
    );
  });
});
