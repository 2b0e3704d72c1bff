import {
  integrate,
  IntegrationError,
  solve,
  type Checkpoint,
  type InitialValueProblem,
  type Modes,
  type SwitchContext,
} from '@nonsmooth/ode';
import { expect, test } from 'vitest';
import { explicitMethods } from './all-methods.js';

const pairs = explicitMethods.filter(({ adaptive }) => adaptive);
const strict = { rtol: 1e-10, atol: 1e-12 };

/** Back to the side that it came from. */
const turned = { mode: -1, onSurface: [{ index: 0, order: 1, side: -1 }] } as const;

/** x' = mode·(1 + x) until x² = 1, then back until x = 0: both surfaces are watched all the time. */
const thereAndBack = (extra: Partial<Modes<number>> = {}): InitialValueProblem<number> => ({
  rhs: (_t, y, out, mode) => void (out[0] = mode * (1 + y[0]!)),
  y0: [0.5],
  t0: 0,
  t1: 10,
  modes: {
    count: 2,
    initial: () => ({ mode: 1 }),
    curved: () => [1, 0],
    surfaces(_t, y, out) {
      out[0] = y[0]! ** 2 - 1;
      out[1] = y[0]!;
    },
    onSwitch: (_t, _y, [first]) => (first!.index === 0 ? turned : { stop: 'back at 0' }),
    ...extra,
  },
});

test.each(pairs)(
  'a surface that is not affine is crossed at its exact time, and not found again, by $name',
  (method) => {
    const run = solve(thereAndBack(), { ...strict, method });
    // 1 + x = 1.5·e^t to 2, then 2·e^(−t) to 1
    const turn = Math.log(2 / 1.5);
    expect(run.modeChanges.map(({ switches }) => switches.map(({ index }) => index))).toEqual([
      [0],
      [1],
    ]);
    expect(Math.abs(run.modeChanges[0]!.t - turn)).toBeLessThan(1e-8);
    expect(Math.abs(run.modeChanges[1]!.t - turn - Math.LN2)).toBeLessThan(1e-8);
    expect(run.modeChanges.map(({ switches }) => switches[0]!.evidence)).toEqual([
      'sampled',
      'proved',
    ]);
    expect([run.status, run.reason]).toEqual(['stopped', 'back at 0']);
    expect(run.modeChanges[1]!.stop).toBe('back at 0');
  },
);

test('a curved surface is cut where its function is zero, whatever the polynomial of the samples says', () => {
  // z = cos(9x) − 0.2 on x = t turns several times within a step of length 1
  const wave = (x: number): number => Math.cos(9 * x) - 0.2;
  const { modeChanges } = solve(
    {
      rhs: (_t, _y, out) => void (out[0] = 1),
      y0: [0],
      t0: 0,
      t1: 3,
      modes: {
        count: 1,
        initial: () => ({ mode: 0 }),
        curved: () => [1],
        surfaces: (_t, y, out) => void (out[0] = wave(y[0]!)),
        onSwitch: (_t, _y, _switches, mode: number) => ({ mode: mode + 1 }),
      },
    },
    { maxStep: 0.3 },
  );
  const first = Math.acos(0.2);
  const zeros = Array.from({ length: 5 }, (_, k) => [
    (2 * Math.PI * k + first) / 9,
    (2 * Math.PI * (k + 1) - first) / 9,
  ])
    .flat()
    .filter((t) => t < 3);
  expect(modeChanges).toHaveLength(zeros.length);
  modeChanges.forEach(({ t }, k) => expect(Math.abs(t - zeros[k]!)).toBeLessThan(1e-13));
});

test('velocities are asked for with the right-hand side at the start, and decide where a zero goes', () => {
  const asked: number[] = [];
  // at y = 0 on its surface; 2^60·y − 2^60·y + y: of values near the start rounding leaves little
  const run = (velocities: boolean) =>
    solve(
      {
        rhs: (_t, _y, out, mode: number) => void (out[0] = mode),
        y0: [0],
        t0: 0,
        t1: 1,
        modes: {
          count: 1,
          initial: () => ({ mode: 1, onSurface: [{ index: 0, order: 1 }] }),
          surfaces: (t, y, out) => void (out[0] = y[0]! - 0.5 * t),
          ...(velocities && {
            velocities(_t: number, _y: Float64Array, v: Float64Array, out: Float64Array) {
              asked.push(v[0]!);
              out[0] = v[0]! - 0.5;
            },
          }),
          onSwitch: () => 'stop' as const,
        },
      },
      {},
    );
  const [given, read] = [run(true), run(false)];
  expect(asked[0]).toBe(1);
  expect(given.modeChanges).toEqual([]);
  expect(given.y).toEqual(read.y);
});

test.each([
  [0, 1],
  [1e-9, 0],
])('with noise %f a guard that begins at 0 and trembles switches %i times', (noise, count) => {
  const { modeChanges } = solve(
    {
      rhs: (_t, _y, out) => void (out[0] = 1),
      y0: [0],
      t0: 0,
      t1: 1,
      modes: {
        count: 0,
        surfaces() {},
        initial: () => ({ mode: 0 }),
        guardCount: (mode: number) => 1 - mode,
        guards: (t, _y, out) => void (out[0] = t === 0 ? 0 : t - 1e-12),
        guardNoise: (_t, _y, out) => void (out[0] = noise),
        onSwitch: () => ({ mode: 1 }),
      },
    },
    { firstStep: 1e-12 },
  );
  expect(modeChanges).toHaveLength(count);
});

test('the answer retry forgets the step and its switch, and the step size returns', () => {
  const contexts: SwitchContext[] = [];
  const steps: number[] = [];
  const { modeChanges, statistics, y } = solve(
    thereAndBack({
      onSwitch(_t, _y, [first], _mode, context) {
        contexts.push(context);
        if (first!.index === 1) return 'stop';
        return contexts.length <= 3 ? 'retry' : turned;
      },
    }),
    { ...strict, observe: (t) => void steps.push(t) },
  );
  const plain = solve(thereAndBack(), strict);
  expect(contexts).toHaveLength(5);
  expect(modeChanges).toHaveLength(2);
  expect(Math.abs(y.at(-1)![0]!)).toBeLessThan(1e-12);
  // steps shortened by retries do not stay short
  expect(statistics.accepted).toBeLessThan(plain.statistics.accepted + 15);
  for (const { rtol, atol, interval } of contexts) {
    expect([rtol, atol, interval]).toEqual([1e-10, 1e-12, 10]);
  }
});

test('for ever answered with retry the integration ends, saying so', () => {
  const run = (): unknown => solve(thereAndBack({ onSwitch: () => 'retry' }), { fixedStep: 0.9 });
  expect(run).toThrow(IntegrationError);
  expect(run).toThrow(
    /answered 'retry'; allowed: for switches within a step, 8 times in succession/,
  );
});

test('a switch is told the last whole step that nothing had shortened', () => {
  let seen: SwitchContext | undefined;
  const ends: number[] = [0];
  solve(
    thereAndBack({
      onSwitch(_t, _y, _switches, _mode, context) {
        seen ??= context;
        return 'stop';
      },
    }),
    { ...strict, observe: (t) => void ends.push(t) },
  );
  // the last of the list is the cut
  expect(seen!.ordinaryStep).toBeCloseTo(ends.at(-2)! - ends.at(-3)!, 14);
  expect(seen!.theta).toBeGreaterThan(0);
});

/** A point that slides round the unit circle with growing speed. */
const circle: InitialValueProblem<number> = {
  rhs(t, y, out) {
    out[0] = -(1 + t) * y[1]!;
    out[1] = (1 + t) * y[0]!;
  },
  y0: [1, 0],
  t0: 0,
  t1: 4,
  modes: {
    count: 0,
    surfaces() {},
    initial: () => ({ mode: 0 }),
    onSwitch: () => 'stop',
    project(_t, y) {
      const radius = Math.hypot(y[0]!, y[1]!);
      y[0] = y[0]! / radius;
      y[1] = y[1]! / radius;
    },
  },
};

test('what is saved between steps is on the surfaces that the mode slides on', () => {
  const saveAt = Array.from({ length: 41 }, (_, k) => k / 10);
  const saved = solve(circle, { saveAt });
  const dense = solve(circle, { dense: true });
  for (const [k, t] of saveAt.entries()) {
    for (const y of [saved.y[k]!, dense.at(t)]) {
      expect(Math.abs(Math.hypot(y[0]!, y[1]!) - 1)).toBeLessThan(1e-15);
    }
  }
});

/** As many surfaces as the mode says: mode k watches y = 1, …, y = k, all of which matter to it. */
const staircase = (from?: Checkpoint) =>
  integrate(
    {
      rhs: (_t, y, out) => void (out[0] = 0.3 + y[0]!),
      y0: [0.5],
      t0: 0,
      t1: 3,
      modes: {
        count: (mode: number) => mode,
        initial: () => ({ mode: 1 }),
        surfaces(_t, y, out, mode) {
          for (let i = 0; i < mode; i++) out[i] = y[0]! - i - 1;
        },
        onSwitch: (_t, _y, _switches, mode) => ({
          mode: mode + 1,
          onSurface: [{ index: mode - 1, order: 1 as const, side: 1 as const }],
          notes: [mode],
        }),
      },
    },
    { ...strict, ...(from && { from }) },
  );

test('the number of surfaces may change with the mode, also across checkpoints', () => {
  const whole = staircase();
  let saved: string | undefined;
  while (whole.next()) if (whole.y[0]! > 3.2) saved ??= JSON.stringify(whole.checkpoint());
  whole.modeChanges.forEach(({ t, notes: [k] }) => {
    expect(Math.abs(t - Math.log(((k as number) + 0.3) / 0.8))).toBeLessThan(1e-8);
  });
  expect(whole.modeChanges).toHaveLength(Math.floor(0.8 * Math.exp(3) - 0.3));
  const rest = staircase(JSON.parse(saved!) as Checkpoint);
  while (rest.next());
  expect([...rest.y]).toEqual([...whole.y]);
  expect(rest.modeChanges).toEqual(whole.modeChanges.slice(3));
});
