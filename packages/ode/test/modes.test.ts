import {
  bogackiShampine32,
  dormandPrince54,
  dormandPrince853,
  filippov,
  integrate,
  IntegrationError,
  solve,
  tsitouras54,
  verner76,
  type Checkpoint,
  type InitialValueProblem,
  type SolveOptions,
  type SwitchedField,
} from '@nonsmooth/ode';
import { describe, expect, test } from 'vitest';
import { allMethods } from './all-methods.js';

/** b' = −Σ_i 1[b + x_i > 0](b + x_i − y_i): a ReLU network's bias that switches its samples off one by one. */
const x = [-1, -0.5, 0.3, 0.9];
const targets = [0.1, 0.2, -0.4, -0.6];
const dyingRelu: SwitchedField = {
  count: 4,
  field(_t, y, out, activation) {
    let sum = 0;
    x.forEach((xi, i) => {
      sum += activation[i]! * (y[0]! + xi - targets[i]!);
    });
    out[0] = -sum;
  },
  surfaces(_t, y, out) {
    x.forEach((xi, i) => {
      out[i] = y[0]! + xi;
    });
  },
  velocities(_t, _y, velocity, out) {
    out.fill(velocity[0]!);
  },
};

function flow(switched: SwitchedField, y0: number[], t1: number, options: SolveOptions) {
  const { rhs, modes } = filippov(switched, y0.length);
  return solve({ rhs, modes, y0, t0: 0, t1 }, options);
}

const plainRelu: InitialValueProblem = {
  rhs(_t, y, out) {
    let sum = 0;
    x.forEach((xi, i) => {
      if (y[0]! + xi > 0) sum += y[0]! + xi - targets[i]!;
    });
    out[0] = -sum;
  },
  y0: [1.5],
  t0: 0,
  t1: 2,
};

/** When the last sample switches off: between switches b is an exponential. */
const lastSwitch = x.reduce((t, end, first) => {
  const rate = x.length - first;
  const level = x.slice(first).reduce((sum, xi, i) => sum + targets[first + i]! - xi, 0) / rate;
  const begin = first === 0 ? 1.5 : -x[first - 1]!;
  return t + Math.log((begin - level) / (-end - level)) / rate;
}, 0);

describe('the dying ReLU', () => {
  test.each([bogackiShampine32, dormandPrince54, tsitouras54, dormandPrince853, verner76])(
    'all four samples switch off in turn and it stops exactly on its last kink, by $name',
    (method) => {
      const { y, modeChanges, statistics } = flow(dyingRelu, [1.5], 2, {
        method,
        rtol: 1e-10,
        atol: 1e-12,
      });
      expect(Math.abs(y.at(-1)![0]! + 0.9)).toBeLessThan(1e-10);
      // the last one is on its kink for ever: no false events after it
      expect(modeChanges.flatMap(({ notes }) => notes)).toEqual([
        { kind: 'off', surface: 0 },
        { kind: 'off', surface: 1 },
        { kind: 'off', surface: 2 },
        { kind: 'die', surface: 3 },
      ]);
      expect(statistics.restarts).toBe(4);
    },
  );

  test.each(allMethods.filter(({ adaptive }) => adaptive))(
    'the same switches, and the end to the tolerance, by $name',
    (method) => {
      const rtol = method.order < 3 ? 1e-6 : 1e-8;
      // steps of an exponential method are exact here, of any length: only the interpolant needs short ones
      const maxStep = method.name.startsWith('exprb') ? 0.03 : Infinity;
      const { y, modeChanges } = flow(dyingRelu, [1.5], 2, { method, rtol, atol: rtol, maxStep });
      expect(modeChanges.flatMap(({ notes }) => notes)).toEqual([
        { kind: 'off', surface: 0 },
        { kind: 'off', surface: 1 },
        { kind: 'off', surface: 2 },
        { kind: 'die', surface: 3 },
      ]);
      // it ends on its kink whatever the path: only its time carries the error
      expect(Math.abs(y.at(-1)![0]! + 0.9)).toBeLessThan(1e-12);
      expect(Math.abs(modeChanges[3]!.t - lastSwitch)).toBeLessThan(3e3 * rtol);
    },
  );

  /** Exact times: between switches b is an exponential. */
  test('the switches come at their exact times', () => {
    const { modeChanges } = flow(dyingRelu, [1.5], 2, { rtol: 1e-11, atol: 1e-13 });
    let b = 1.5;
    let t = 0;
    modeChanges.forEach((change, first) => {
      const active = x.slice(first);
      const rate = active.length;
      const level =
        active.reduce((sum, xi, i) => sum + targets[first + i]! - xi, 0) / active.length;
      const end = -x[first]!;
      t += Math.log((b - level) / (end - level)) / rate;
      b = end;
      expect(Math.abs(change.t - t)).toBeLessThan(1e-9);
    });
  });

  test('fixed steps with the kinks ignored lose the order', () => {
    const error = (steps: number): number =>
      Math.abs(solve(plainRelu, { fixedStep: 2 / steps }).y.at(-1)![0]! + 0.9);
    // of order 5 the error would fall by 2^40 over eight halvings
    const counts = Array.from({ length: 9 }, (_, k) => 10 * 2 ** k);
    const errors = counts.map(error);
    const slope = Math.log2(errors[0]! / errors.at(-1)!) / 8;
    expect(slope).toBeLessThan(2.5);
    expect(errors.at(-1)!).toBeGreaterThan(1e-8);
  });

  test('locating events while the right-hand side switches inside the steps does not help', () => {
    const counts = { located: 0, unlocated: 0, frozen: 0 };
    for (const rtol of [1e-5, 3e-6, 1e-6, 3e-7, 1e-7, 3e-8, 1e-8]) {
      const options = { rtol, atol: rtol / 100 };
      // up to just before the last kink, where an unfrozen field chatters
      const observe = (_t: number, y: Float64Array): boolean => y[0]! > -0.85;
      const events = x.map((xi) => ({
        value: (_t: number, y: Float64Array) => y[0]! + xi,
        reset: () => {},
      }));
      const located = solve(plainRelu, { ...options, observe, events, maxSteps: 20_000 });
      counts.located += located.statistics.rhs;
      counts.unlocated += solve(plainRelu, { ...options, observe }).statistics.rhs;
      counts.frozen += flow(dyingRelu, [1.5], 2, options).statistics.rhs;
    }
    expect(counts.located).toBeGreaterThan(0.9 * counts.unlocated);
    expect(counts.frozen).toBeLessThan(counts.unlocated);
  });
});

/** y₁' = −sign(y₁) + c, y₂' = 1: reaches y₁ = 0 and slides for |c| < 1. */
const signField = (c: (t: number) => number): SwitchedField => ({
  count: 1,
  field(t, _y, out, activation) {
    out[0] = 1 - 2 * activation[0]! + c(t);
    out[1] = 1;
  },
  surfaces(_t, y, out) {
    out[0] = y[0]!;
  },
  velocities(_t, _y, velocity, out) {
    out[0] = velocity[0]!;
  },
});

test("y' = −sign(y) reaches zero at t = 1 and stays there", () => {
  const { y, modeChanges, statistics } = flow(
    signField(() => 0),
    [1, 0],
    50,
    { rtol: 1e-8 },
  );
  expect(modeChanges).toHaveLength(1);
  expect(modeChanges[0]!.t).toBeCloseTo(1, 12);
  expect(modeChanges[0]!.notes).toEqual([{ kind: 'slide', surface: 0 }]);
  expect(Math.abs(y.at(-1)![0]!)).toBeLessThan(1e-12);
  expect(statistics.accepted).toBeLessThan(60);
});

test('without modes the same steps never get anywhere, or stop', () => {
  const plain = (): unknown =>
    solve(
      {
        rhs(_t, y, out) {
          out[0] = -Math.sign(y[0]!);
        },
        y0: [1],
        t0: 0,
        t1: 50,
      },
      { rtol: 1e-8, atol: 1e-8, maxSteps: 5000 },
    );
  expect(plain).toThrow(IntegrationError);
});

test('sliding ends tangentially where a side stops pushing back', () => {
  // with c = t/4: slides from about 1 to t = 4, then rises like (t − 4)²/8
  const { y, modeChanges } = flow(
    signField((t) => t / 4),
    [0.5, 0],
    6,
    { rtol: 1e-10, atol: 1e-12 },
  );
  expect(modeChanges.flatMap(({ notes }) => notes)).toEqual([
    { kind: 'slide', surface: 0 },
    { kind: 'exitOn', surface: 0 },
  ]);
  expect(modeChanges[1]!.t).toBeCloseTo(4, 10);
  expect(y.at(-1)![0]!).toBeCloseTo(4 / 8, 9);
});

test('a repelling surface is left on the side off and noted as not unique', () => {
  const repelling: SwitchedField = {
    ...signField(() => 0),
    field(_t, _y, out, activation) {
      out[0] = 2 * activation[0]! - 1;
      out[1] = 1;
    },
  };
  const { y, modeChanges } = flow(repelling, [0, 0], 1, {});
  expect(modeChanges.flatMap(({ notes }) => notes)).toEqual([{ kind: 'nonUnique', surface: 0 }]);
  expect(y.at(-1)![0]).toBeCloseTo(-1, 10);
});

/** Two independent copies of a sign field in different components, reached together. */
const twoSigns = (coupling: number): SwitchedField => ({
  count: 2,
  field(_t, _y, out, activation) {
    out[0] = 1 - 2 * activation[0]! + coupling * activation[1]!;
    out[1] = 1 - 2 * activation[1]!;
  },
  surfaces(_t, y, out) {
    out[0] = y[0]!;
    out[1] = y[1]!;
  },
  velocities(_t, _y, velocity, out) {
    out[0] = velocity[0]!;
    out[1] = velocity[1]!;
  },
});

test('surfaces reached at exactly the same time switch together', () => {
  const { y, modeChanges } = flow(twoSigns(0), [1, 1], 3, { rtol: 1e-8 });
  expect(modeChanges).toHaveLength(1);
  expect(modeChanges[0]!.notes).toEqual([
    { kind: 'slide', surface: 0 },
    { kind: 'slide', surface: 1 },
  ]);
  for (const value of y.at(-1)!) expect(Math.abs(value)).toBeLessThan(1e-12);
});

test('a corner whose switches depend on each other is reported', () => {
  let reason = '';
  try {
    flow(twoSigns(0.5), [0.5, 1], 3, { rtol: 1e-8 });
  } catch (error) {
    if (error instanceof IntegrationError) ({ reason } = error);
  }
  expect(reason).toBe('coupledCorner');
});

test('a surface touched twice within one step is not passed over', () => {
  // z = (t − 1)² − 0.01 dips below zero from 0.9 to 1.1: linear in the state
  const dipping: SwitchedField = {
    count: 1,
    field(_t, y, out) {
      out[0] = y[1]!;
      out[1] = 2;
    },
    surfaces(_t, y, out) {
      out[0] = y[0]!;
    },
    velocities(_t, _y, velocity, out) {
      out[0] = velocity[0]!;
    },
  };
  const { rhs, modes } = filippov(dipping, 2);
  const { modeChanges } = solve(
    { rhs, modes, y0: [0.99, -2], t0: 0, t1: 4 },
    { firstStep: 4, rtol: 1e-3 },
  );
  expect(modeChanges.map(({ t }) => t)).toHaveLength(2);
  expect(modeChanges[0]!.t).toBeCloseTo(0.9, 12);
  expect(modeChanges[1]!.t).toBeCloseTo(1.1, 12);
});

test('a reset that throws the state across a surface asks for the next mode', () => {
  // y' = ±1 away from 0; at y = 2 thrown to −1, where it goes down
  const { y, modeChanges, events } = solve<number>(
    {
      rhs(_t, _y, out, mode) {
        out[0] = mode;
      },
      modes: {
        initial: () => ({ mode: 1 }),
        count: 1,
        surfaces(_t, state, out) {
          out[0] = state[0]!;
        },
        onSwitch: (_t, _y, [first]) => ({ mode: first!.direction, onSurface: [] }),
      },
      y0: [1],
      t0: 0,
      t1: 3,
    },
    {
      events: [
        {
          value: (_t, state) => state[0]! - 2,
          reset(_t, state) {
            state[0] = -1;
          },
        },
      ],
    },
  );
  expect(events.map(({ t }) => t)).toEqual([expect.closeTo(1, 12)]);
  expect(modeChanges.map(({ mode }) => mode)).toEqual([-1]);
  expect(y.at(-1)![0]).toBeCloseTo(-3, 12);
});

test('modes that chatter are reported, not stepped over', () => {
  // a handler that always crosses, where it should slide
  const problem: InitialValueProblem<number> = {
    rhs(_t, _y, out, mode) {
      out[0] = -mode;
    },
    modes: {
      initial: () => ({ mode: 1 }),
      count: 1,
      surfaces(_t, y, out) {
        out[0] = y[0]!;
      },
      onSwitch: (_t, _y, _switches, mode) => ({ mode: -mode }),
    },
    y0: [1],
    t0: 0,
    t1: 2,
  };
  expect(() => solve(problem)).toThrow(/chatter/);
});

test('a checkpoint in the middle of a slide continues with the same bits', () => {
  const make = (from?: Checkpoint) => {
    const { rhs, modes } = filippov(
      signField((t) => t / 4),
      2,
    );
    return integrate(
      { rhs, modes, y0: [0.5, 0], t0: 0, t1: 6 },
      { rtol: 1e-8, maxStep: 0.2, ...(from && { from }) },
    );
  };
  const whole = make();
  let saved: Checkpoint | undefined;
  while (whole.next()) if (whole.t > 2 && !saved) saved = structuredClone(whole.checkpoint());
  const rest = make(JSON.parse(JSON.stringify(saved)) as Checkpoint);
  while (rest.next());
  expect([...rest.y]).toEqual([...whole.y]);
  expect(rest.statistics).toEqual(whole.statistics);
});

test.each([
  { on: 2, off: 1, y0: 1, end: -1.5, notes: [{ kind: 'off', surface: 0 }] },
  { on: 1, off: -1, y0: 1, end: 0, notes: [{ kind: 'slide', surface: 0 }] },
  { on: -1, off: 1, y0: 1, end: 3, notes: [] },
])(
  'backward in time y′ = $off, above 0 $on, from 1 does: $notes',
  ({ on, off, y0, end, notes }) => {
    const { rhs, modes } = filippov(
      {
        count: 1,
        field(_t, _y, out, activation) {
          out[0] = off + activation[0]! * (on - off);
        },
        surfaces(_t, y, out) {
          out[0] = y[0]!;
        },
        velocities(_t, _y, velocity, out) {
          out[0] = velocity[0]!;
        },
      },
      1,
    );
    const { y, modeChanges } = solve({ rhs, modes, y0: [y0], t0: 0, t1: -2 });
    expect(y.at(-1)![0]).toBeCloseTo(end, 12);
    expect(modeChanges.flatMap((change) => change.notes)).toEqual(notes);
  },
);
