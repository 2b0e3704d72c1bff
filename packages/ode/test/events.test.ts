import {
  integrate,
  IntegrationError,
  solve,
  type Checkpoint,
  type Event,
  type InitialValueProblem,
} from '@nonsmooth/ode';
import { describe, expect, test } from 'vitest';
import { allMethods } from './all-methods.js';

const g = 10;

/** A ball dropped from height h that loses part of its speed at every bounce. */
const ball = (height: number, t1: number): InitialValueProblem => ({
  rhs(_t, y, out) {
    out[0] = y[1]!;
    out[1] = -g;
  },
  y0: [height, 0],
  t0: 0,
  t1,
});

const bounce = (restitution: number): Event => ({
  name: 'bounce',
  value: (_t, y) => y[0]!,
  direction: -1,
  reset(_t, y) {
    y[1] = -restitution * y[1]!;
  },
});

const oscillator: InitialValueProblem = {
  rhs(_t, y, out) {
    out[0] = y[1]!;
    out[1] = -y[0]!;
  },
  y0: [0, 1],
  t0: 0,
  t1: 10,
};

test('a bouncing ball touches the ground at the analytic times', () => {
  const r = 0.8;
  const { events } = solve(ball(5, 8), { events: [bounce(r)], rtol: 1e-10, atol: 1e-12 });
  let expected = 1;
  let flight = 2 * r;
  expect(events.length).toBeGreaterThan(8);
  for (const { t, direction } of events) {
    expect(Math.abs(t - expected)).toBeLessThan(1e-12 * 10);
    expect(direction).toBe(-1);
    expected += flight;
    flight *= r;
  }
});

test('bounces that accumulate are reported with what was computed before', () => {
  let caught: unknown;
  try {
    solve(ball(5, 20), { events: [bounce(0.5)] });
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(IntegrationError);
  const error = caught as IntegrationError;
  // bounces at 1, 2, 2.5, 2.75, …: they accumulate at 3
  expect(error.reason).toBe('zeno');
  expect(error.t).toBeCloseTo(3, 5);
  expect(error.partial!.events.length).toBeGreaterThan(15);
});

test('zeros of the sine are found to rounding of the solution, with their directions', () => {
  const { events } = solve(oscillator, {
    events: [{ value: (_t, y) => y[0]! }],
    rtol: 1e-12,
    atol: 1e-13,
  });
  expect(events.map(({ t }) => t / Math.PI)).toHaveLength(3);
  events.forEach(({ t, direction }, i) => {
    expect(Math.abs(t - (i + 1) * Math.PI)).toBeLessThan(1e-10);
    expect(direction).toBe(i % 2 === 0 ? -1 : 1);
  });
});

test('a direction selects, a terminal event ends, at a state on the surface', () => {
  const { events, status, reason, t, y } = solve(oscillator, {
    events: [{ name: 'rising', value: (_t, state) => state[0]!, direction: 1, terminal: true }],
    rtol: 1e-10,
    atol: 1e-12,
  });
  expect(events).toHaveLength(1);
  expect(status).toBe('stopped');
  expect(reason).toBe('rising');
  expect(t.at(-1)).toBeCloseTo(2 * Math.PI, 8);
  expect(Math.abs(y.at(-1)![0]!)).toBeLessThan(1e-14);
});

describe('several zeros in one step', () => {
  // y' = 1 in steps of 10: everything happens in one or two of them
  const clock: InitialValueProblem = {
    rhs: (_t, _y, out) => out.fill(1),
    y0: [0],
    t0: 0,
    t1: 10,
  };
  const options = { firstStep: 10, rtol: 1 };

  test('two crossings of one function', () => {
    const { events, statistics } = solve(clock, {
      ...options,
      events: [{ value: (_t, y) => (y[0]! - 5.1) * (y[0]! - 5.3) }],
    });
    expect(statistics.accepted).toBe(1);
    expect(events.map(({ direction }) => direction)).toEqual([-1, 1]);
    expect(events[0]!.t).toBeCloseTo(5.1, 13);
    expect(events[1]!.t).toBeCloseTo(5.3, 13);
  });

  test('events of several functions come in order of time', () => {
    const { events } = solve(clock, {
      ...options,
      events: [7, 2, 5].map((at) => ({ name: `at ${at}`, value: (t) => t - at }) satisfies Event),
    });
    expect(events.map(({ name }) => name)).toEqual(['at 2', 'at 5', 'at 7']);
  });

  test('after a terminal event nothing more happens', () => {
    const { events, t } = solve(clock, {
      ...options,
      events: [
        { value: (time) => time - 7 },
        { value: (time) => time - 4, terminal: true },
        { value: (time) => time - 2 },
      ],
    });
    expect(events.map(({ event }) => event)).toEqual([2, 1]);
    expect(t.at(-1)).toBeCloseTo(4, 14);
  });

  test('a zero at the end of a step is found once, one at the start not again', () => {
    const { events } = solve(
      { ...clock, t1: 4 },
      { fixedStep: 1, events: [{ value: (t) => t - 2 }, { value: (t) => t - 4 }] },
    );
    expect(events.map(({ t }) => t)).toEqual([2, 4]);
  });

  test('a zero at the start, and a function that is zero always, are reported and no events', () => {
    const { events, zeroEvents } = solve(clock, {
      ...options,
      events: [{ value: (t) => t }, { value: () => 0 }, { value: () => 1 }],
    });
    expect(events).toHaveLength(0);
    expect(zeroEvents).toEqual({ atStart: [0, 1], always: [1] });
  });
});

test('resets change the state, once, at the event', () => {
  // y' = 1, thrown back from 1 to 0: a saw tooth
  const { y, events, t } = solve(
    { rhs: (_t, _y, out) => out.fill(1), y0: [0.25], t0: 0, t1: 10 },
    {
      events: [
        {
          value: (_t, state) => state[0]! - 1,
          reset(_t, state) {
            state[0] = 0;
          },
        },
      ],
    },
  );
  expect(events).toHaveLength(10);
  events.forEach((event, i) => expect(event.t).toBeCloseTo(0.75 + i, 10));
  expect(t.at(-1)).toBe(10);
  expect(y.at(-1)![0]).toBeCloseTo(0.25, 10);
});

test('where an event resets the state the interpolant says what it is then', () => {
  const bouncing = solve(ball(5, 2.6), { events: [bounce(0.5)], dense: true });
  const { t, y } = bouncing.events[0]!;
  expect(bouncing.at(t)[1]).toBeCloseTo(-0.5 * y[1]!, 12);
  expect(bouncing.at(t - 1e-9)[1]).toBeCloseTo(y[1]!, 6);
  expect(solve(ball(5, 2.6), { events: [bounce(0.5)], saveAt: [t] }).y[0]).toEqual(bouncing.at(t));
});

test('a checkpoint between bounces continues with the same bits', () => {
  const options = { events: [bounce(0.8)], rtol: 1e-8 };
  const whole = integrate(ball(5, 8), options);
  let saved: Checkpoint | undefined;
  while (whole.next()) {
    if (whole.events.length === 3) {
      saved ??= JSON.parse(JSON.stringify(whole.checkpoint())) as Checkpoint;
    }
  }
  const rest = integrate(ball(5, 8), { ...options, from: saved! });
  while (rest.next());
  expect([...rest.y]).toEqual([...whole.y]);
  expect(rest.events).toEqual(whole.events.slice(3));
});

describe.each(allMethods.filter((method) => method.adaptive && method.order > 2))(
  'events at the ends of steps: $name',
  (method) => {
    const options = { method, rtol: 1e-6, atol: 1e-8 };

    test('an elastic ball, whose steps end where it bounces, misses no bounce', () => {
      for (const t1 of [10, -10]) {
        const { events } = solve(
          {
            rhs(_t, y, out) {
              out[0] = y[1]!;
              out[1] = -2;
            },
            y0: [1, 0],
            t0: 0,
            t1,
          },
          {
            ...options,
            events: [
              {
                value: (_t, y) => y[0]!,
                direction: -1,
                reset(_t, y) {
                  y[0] = 0;
                  y[1] = -y[1]!;
                },
              },
            ],
          },
        );
        expect(events).toHaveLength(5);
        events.forEach(({ t }, k) => {
          expect(Math.abs(Math.abs(t) - (2 * k + 1))).toBeLessThan(1e-3);
        });
      }
    });

    test('a state that is reset whenever it has halved is reset at all multiples of ln 2', () => {
      const { events } = solve(
        { rhs: (_t, y, out) => void (out[0] = -y[0]!), y0: [1], t0: 0, t1: 10 },
        {
          ...options,
          events: [
            {
              value: (_t, y) => y[0]! - 0.5,
              direction: -1,
              reset: (_t, y) => void (y[0] = 1),
            },
          ],
        },
      );
      expect(events).toHaveLength(14);
      events.forEach(({ t }, k) => {
        expect(Math.abs(t - (k + 1) * Math.LN2)).toBeLessThan(1e-3);
      });
    });

    test('a reset to what is not a number is refused', () => {
      const run = (): unknown =>
        solve(
          { rhs: (_t, _y, out) => void (out[0] = 1), y0: [0], t0: 0, t1: 1 },
          {
            ...options,
            events: [{ value: (t) => t - 0.5, reset: (_t, y) => void (y[0] = Number.NaN) }],
          },
        );
      expect(run).toThrow(/component 0 of y after an event is NaN/);
    });
  },
);
