import {
  dormandPrince54,
  dormandPrince853,
  integrate,
  IntegrationError,
  ndf,
  rodas43,
  solve,
  type InitialValueProblem,
  type Method,
  type RightHandSide,
  type SolveOptions,
} from '@nonsmooth/ode';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allMethods } from './all-methods.js';

const adaptive = allMethods.filter((method) => method.adaptive);
const optionsFor = (method: Method, rtol = 1e-6): SolveOptions => ({
  method,
  rtol,
  atol: rtol / 100,
  ...(!method.adaptive && { fixedStep: 0.05 }),
});

/** y' = −λ(y − cos ωt), and what rounding of t does to it. */
const forced = (lambda: number, t0: number, t1: number): InitialValueProblem => ({
  rhs: (t, y, out) => void (out[0] = -lambda * (y[0]! - Math.cos(t - t0))),
  y0: [0.5],
  t0,
  t1,
});

/** Its solution at time s after the start. */
const forcedAt = (lambda: number, s: number): number => {
  const square = 1 + lambda * lambda;
  const slow = (x: number): number => (lambda * (lambda * Math.cos(x) + Math.sin(x))) / square;
  return slow(s) + (0.5 - slow(0)) * Math.exp(-lambda * s);
};

describe.each(allMethods)('$name', (method) => {
  test('evaluates the right-hand side nowhere outside of the interval, whichever way', () => {
    for (const [t0, t1] of [
      [0, 1],
      [-0.1, 0.7],
      [1e8, 1e8 + 2],
      [3, 1.3],
      [-1e-3, 17],
    ] as const) {
      const seen = { least: Infinity, most: -Infinity };
      const problem = forced(20 * Math.sign(t1 - t0), t0, t1);
      solve(
        {
          ...problem,
          rhs(t, y, out) {
            seen.least = Math.min(seen.least, t);
            seen.most = Math.max(seen.most, t);
            problem.rhs(t, y, out, undefined);
          },
        },
        {
          ...optionsFor(method),
          dense: true,
          events: [{ value: (_t, y) => y[0]! - 0.3 }],
          saveAt: [t0, (t0 + t1) / 2, t1],
        },
      );
      expect(seen).toEqual({ least: Math.min(t0, t1), most: Math.max(t0, t1) });
    }
  });

  test('takes the same steps from t0 = 1e9 on, but for the rounding of times', () => {
    const run = (t0: number) => solve(forced(3, t0, t0 + 4), { ...optionsFor(method, 1e-4) });
    const [here, there] = [run(0), run(2 ** 30)];
    const apart = Math.abs(there.t.length - here.t.length);
    expect(apart).toBeLessThanOrEqual(1 + 0.1 * here.t.length);
    expect(Math.abs(there.end.y[0]! - forcedAt(3, 4))).toBeLessThan(
      2 * Math.abs(here.end.y[0]! - forcedAt(3, 4)) + 1e-6,
    );
  });

  test('crosses the shortest intervals there are', () => {
    for (const t1 of [Number.MIN_VALUE, -1e-322, 1e-310, 3e-308]) {
      for (const [velocity, autonomous] of [
        [1, false],
        [1, true],
        [-2e300, false],
        [0, false],
      ] as const) {
        for (const start of [0, 3]) {
          const { end } = solve(
            {
              rhs(_t, y, out) {
                out[0] = velocity;
                out[1] = -1e6 * y[1]!;
              },
              y0: [start, 1],
              t0: 0,
              t1,
              autonomous,
            },
            { ...optionsFor(method), ...(!method.adaptive && { fixedStep: Math.abs(t1) }) },
          );
          expect(end.t).toBe(t1);
          expect(end.y[0]).toBeCloseTo(start + velocity * t1, 12);
          expect(end.y[1]).toBe(1);
        }
      }
    }
  });

  test('stands still at rest, and crosses intervals of few ulps, at any time', () => {
    for (const t0 of [0, 1.7e9, -1e15]) {
      const rest = solve(
        { rhs: (_t, _y, out) => void (out[0] = 0), y0: [1], t0, t1: t0 + 100 },
        { ...optionsFor(method), ...(!method.adaptive && { fixedStep: 25 }) },
      );
      expect([...rest.end.y, rest.end.t]).toEqual([1, t0 + 100]);
    }
    for (let ulps = 1; ulps <= 20; ulps++) {
      const t1 = 1.7e9 + ulps * 2 ** -22;
      const run = solve(
        { rhs: (_t, y, out) => void (out[0] = -y[0]!), y0: [1], t0: 1.7e9, t1 },
        { ...optionsFor(method), ...(!method.adaptive && { fixedStep: 1e-6 }) },
      );
      expect(run.end.t).toBe(t1);
      expect(Math.abs(run.end.y[0]! - Math.exp(1.7e9 - t1))).toBeLessThan(1e-9);
    }
  });
});

test('an autonomous solution does not drift from its time, whatever t0: error of fixed steps at 1.7e9', () => {
  for (const t0 of [0, 1e6, 1.7e9]) {
    const { end } = solve(
      {
        rhs(_t, y, out) {
          out[0] = y[1]!;
          out[1] = -y[0]!;
        },
        y0: [0, 1],
        t0,
        t1: t0 + 10,
      },
      { method: dormandPrince853, fixedStep: 1e-3 },
    );
    expect(Math.abs(end.y[0]! - Math.sin(10))).toBeLessThan(2e-13);
  }
});

test('fixed steps divide every interval evenly, with no step of rounding size', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3000 }),
      fc.constantFrom(0, 0.1, -7.3, 1e3, 1e6, 1.7e9),
      fc.constantFrom(0.1, 0.3, 1e-2, 1 / 3, 0.7, 1e-3),
      fc.constantFrom(1, -1),
      (count, t0, size, direction) => {
        const t1 = t0 + direction * count * size;
        const { t } = solve(
          { rhs: (_t, _y, out) => void (out[0] = 1), y0: [0], t0, t1 },
          { fixedStep: size },
        );
        expect(t.length - 1).toBe(count);
        t.forEach((time, k) => {
          if (k > 0) expect(Math.abs(time - t[k - 1]!)).toBeGreaterThan(0.99 * size - 1e-6);
        });
      },
    ),
    { seed: 1, numRuns: 60 },
  );
});

/** Problems whose solution scales with u: y' = u·f(y/u). */
const scaled: Readonly<Record<string, (u: number) => InitialValueProblem>> = {
  'decay like 1/t': (u) => ({
    rhs: (_t, y, out) => void (out[0] = -(100 / u) * y[0]! ** 2),
    y0: [u],
    t0: 0,
    t1: 1,
  }),
  'two rates, forced': (u) => ({
    rhs(t, y, out) {
      out[0] = -50 * (y[0]! - u * Math.cos(t)) + y[1]! ** 2 / u;
      out[1] = -y[1]! + 0.1 * y[0]!;
    },
    y0: [0, u],
    t0: 0,
    t1: 3,
  }),
  'van der Pol': (u) => ({
    rhs(_t, y, out) {
      out[0] = y[1]!;
      out[1] = 5 * (1 - (y[0]! / u) ** 2) * y[1]! - y[0]!;
    },
    y0: [2 * u, 0],
    t0: 0,
    t1: 4,
  }),
};

// Powers of two scale without rounding.
const scales = [2 ** -66, 2 ** -30, 2 ** 30, 2 ** 66];

const solvers = adaptive.flatMap((method) => {
  const kinds = /BDF|NDF|Radau|Rodas|Kennedy/.test(method.name)
    ? (['direct', 'krylov'] as const)
    : [undefined];
  return kinds.map((linearSolver) => ({ method, linearSolver }));
});

test.each(
  solvers.flatMap((one) =>
    Object.keys(scaled).map((problem) => ({ ...one, name: one.method.name, problem })),
  ),
)('$name ($linearSolver) takes the same steps at every scale of $problem', (one) => {
  const { method, linearSolver, problem } = one;
  const run = (u: number) =>
    solve(scaled[problem]!(u), {
      method,
      rtol: 1e-5,
      atol: 1e-8 * u,
      ...(linearSolver && { linearSolver }),
    });
  const model = run(1);
  for (const u of scales) {
    const other = run(u);
    expect([...other.t]).toEqual([...model.t]);
    expect(Array.from(other.end.y, (y) => y / u)).toEqual([...model.end.y]);
    expect(other.statistics).toEqual(model.statistics);
  }
});

test('with an absolute tolerance that does not fit, a tiny solution is still right', () => {
  for (const u of [1e-20, 1e-10]) {
    for (const linearSolver of ['direct', 'krylov'] as const) {
      const { end } = solve(scaled['decay like 1/t']!(u), {
        method: rodas43,
        linearSolver,
        rtol: 1e-4,
        atol: 0,
      });
      expect(Math.abs(end.y[0]! / (u / 101) - 1)).toBeLessThan(1e-3);
    }
  }
});

/** Three coupled components, the second in units of its own. */
const coupled = (u: number): InitialValueProblem => ({
  rhs(_t, y, out) {
    out[0] = -y[0]! - 1e-3 * y[0]! ** 2;
    out[1] = -20 * y[1]! + y[0]! * u;
    out[2] = y[1]! / u - y[2]! - (y[1]! / u) ** 2;
  },
  y0: [1, 0, 0],
  t0: 0,
  t1: 2,
});

test.each(solvers.map((one) => ({ ...one, name: one.method.name })))(
  '$name ($linearSolver) does not depend on the units of one component',
  ({ method, linearSolver }) => {
    const run = (u: number) =>
      solve(coupled(u), {
        method,
        rtol: 1e-5,
        atol: [1e-8, 1e-8 * u, 1e-8],
        ...(linearSolver && { linearSolver }),
      });
    const model = run(1);
    for (const u of [1e-20, 1e-7, 1e10, 1e20]) {
      const { end, statistics } = run(u);
      expect(Math.abs(end.y[1]! / u - model.end.y[1]!)).toBeLessThan(1e-5);
      expect(Math.abs(end.y[2]! - model.end.y[2]!)).toBeLessThan(1e-5);
      expect(statistics.accepted).toBeLessThan(1.1 * model.statistics.accepted + 3);
    }
  },
);

test.each(adaptive)('$name leaves 0 without an absolute tolerance', (method) => {
  for (const [speed, exact] of [
    [() => 1, 1],
    [Math.cos, Math.sin(1)],
  ] as const) {
    const { end } = solve(
      { rhs: (t, _y, out) => void (out[0] = speed(t)), y0: [0], t0: 0, t1: 1 },
      { method, rtol: 1e-4, atol: 0, maxSteps: 3000 },
    );
    expect(Math.abs(end.y[0]! - exact)).toBeLessThan(1e-3);
  }
});

/** Problems in time t·τ: y' = f(t/τ, y)/τ, with the state scaled by u. */
const timed: Readonly<Record<string, (tau: number, u: number) => InitialValueProblem>> = {
  'forced from 0': (tau, u) => ({
    rhs: (t, y, out) => void (out[0] = (-3 * y[0]! + u * Math.cos(t / tau)) / tau),
    y0: [0],
    t0: 0,
    t1: 4 * tau,
  }),
  'ramp from rest': (tau, u) => ({
    rhs: (t, _y, out) => void (out[0] = (u * (t / tau)) / tau),
    y0: [0],
    t0: 0,
    t1: 3 * tau,
  }),
  'forced from t0 < 0, beside a fast component': (tau, u) => ({
    rhs(t, y, out) {
      out[0] = (-y[0]! + u * Math.sin(t / tau)) / tau;
      out[1] = (-40 * (y[1]! - y[0]!)) / tau;
    },
    y0: [u, 0],
    t0: -tau,
    t1: 2 * tau,
  }),
  'van der Pol backwards': (tau, u) => ({
    rhs(_t, y, out) {
      out[0] = y[1]! / tau;
      out[1] = (2 * (1 - (y[0]! / u) ** 2) * y[1]! - y[0]!) / tau;
    },
    y0: [u, u / 2],
    t0: 3 * tau,
    t1: tau,
  }),
};

test.each(
  solvers.flatMap((one) =>
    Object.keys(timed).map((problem) => ({ ...one, name: one.method.name, problem })),
  ),
)('$name ($linearSolver) takes the same steps in every unit of time and state: $problem', (one) => {
  const { method, linearSolver, problem } = one;
  const run = (tau: number, u: number) =>
    solve(timed[problem]!(tau, u), {
      method,
      rtol: 1e-5,
      atol: 1e-8 * u,
      ...(linearSolver && { linearSolver }),
    });
  const model = run(1, 1);
  fc.assert(
    fc.property(
      fc.integer({ min: -400, max: 400 }),
      fc.constantFrom(-66, 0, 40),
      (ofTime, ofState) => {
        const [tau, u] = [2 ** ofTime, 2 ** ofState];
        const other = run(tau, u);
        expect(Array.from(other.t, (t) => t / tau)).toEqual([...model.t]);
        expect(Array.from(other.end.y, (y) => y / u)).toEqual([...model.end.y]);
        expect(other.statistics).toEqual(model.statistics);
      },
    ),
    {
      numRuns: 6,
      examples: [
        [40, 0],
        [-40, 0],
        [0, 40],
      ],
    },
  );
});

test.each([1e-300, 1e-20, 1e-12, 1e12, 1e20, 1e300])('time may be scaled by %d', (scale) => {
  for (const method of adaptive) {
    const run = (tau: number) =>
      solve(
        {
          rhs: (t, y, out) => void (out[0] = (-5 * (y[0]! - Math.cos(t / tau))) / tau),
          y0: [0.5],
          t0: 0,
          t1: 4 * tau,
        },
        optionsFor(method, 1e-5),
      );
    const [model, other] = [run(1), run(scale)];
    expect(Math.abs(other.end.y[0]! - forcedAt(5, 4))).toBeLessThan(1e-3);
    expect(Math.abs(other.t.length - model.t.length)).toBeLessThanOrEqual(
      2 + 0.02 * model.t.length,
    );
  }
});

interface StiffSample {
  readonly rhs: RightHandSide;
  readonly y0: readonly number[];
  readonly exact: (t: number) => readonly number[];
}

describe('the accuracy of what is saved', () => {
  const times = Array.from({ length: 37 }, (_, k) => (k * 10) / 37);

  test.each(
    adaptive.flatMap((method) =>
      [1, 1000].map((lambda) => ({ name: method.name, method, lambda })),
    ),
  )('$name: saved and dense values are as good as the steps where the rate is $lambda', (one) => {
    const { method, lambda } = one;
    const rtol = method.order < 3 && lambda > 1 ? 1e-4 : 1e-6;
    const options = optionsFor(method, rtol);
    const error = (t: ArrayLike<number>, y: readonly Float64Array[]): number =>
      Math.max(...y.map((state, k) => Math.abs(state[0]! - forcedAt(lambda, t[k]!))));
    const problem = forced(lambda, 0, 10);
    const steps = solve(problem, options);
    const saved = solve(problem, { ...options, saveAt: times });
    const dense = solve(problem, { ...options, dense: true });
    const bound = 3 * error(steps.t, steps.y) + 3 * rtol;
    expect(error(saved.t, saved.y)).toBeLessThan(bound);
    const between = times.map((t) => dense.at(t));
    expect(error(times, between)).toBeLessThan(bound);
  });

  const atTheLimit: Readonly<Record<string, StiffSample>> = {
    'a rate of 300 beside an oscillator': {
      rhs(_t, y, out) {
        out[0] = y[1]!;
        out[1] = -y[0]!;
        out[2] = -300 * (y[2]! - y[0]! ** 2) + 2 * y[0]! * y[1]!;
      },
      y0: [0, 1, 0],
      exact: (t) => [Math.sin(t), Math.cos(t), Math.sin(t) ** 2],
    },
    'complex rates −200 ± 200i': {
      rhs(t, y, out) {
        const [u, v] = [y[0]! - Math.cos(t), y[1]! - Math.sin(t)];
        out[0] = -200 * (u + v) - Math.sin(t);
        out[1] = 200 * (u - v) + Math.cos(t);
      },
      y0: [1.01, 0],
      exact(t) {
        const decayed = 0.01 * Math.exp(-200 * t);
        const [u, v] = [Math.cos(200 * t), Math.sin(200 * t)];
        return [Math.cos(t) + decayed * u, Math.sin(t) + decayed * v];
      },
    },
  };

  test.each(
    adaptive
      .filter((method) => method.order > 2)
      .flatMap((method) =>
        Object.keys(atTheLimit).map((problem) => ({ name: method.name, method, problem })),
      ),
  )('$name: so they are where stability limits the steps: $problem', ({ method, problem }) => {
    const { rhs, y0, exact } = atTheLimit[problem]!;
    const whole = { rhs, y0, t0: 0, t1: 3 };
    const between = Array.from({ length: 101 }, (_, k) => (3 * (k + 0.5)) / 101);
    for (const rtol of [1e-4, 1e-6]) {
      const options = { method, rtol, atol: rtol };
      const error = (t: ArrayLike<number>, y: readonly Float64Array[]): number =>
        Math.max(
          ...y.map((state, k) =>
            Math.max(...exact(t[k]!).map((value, i) => Math.abs(state[i]! - value))),
          ),
        );
      const steps = solve(whole, options);
      const saved = solve(whole, { ...options, saveAt: between });
      const dense = solve(whole, { ...options, dense: true });
      const bound = 4 * error(steps.t, steps.y) + 6 * rtol;
      expect(error(saved.t, saved.y)).toBeLessThan(bound);
      expect(
        error(
          between,
          between.map((t) => dense.at(t)),
        ),
      ).toBeLessThan(bound);
    }
  });

  test.each(adaptive)('$name finds all events within its longest steps', (method) => {
    // slow decay beside a fast component that makes the steps of stabilized methods many stages long
    const { events } = solve(
      {
        rhs(_t, y, out) {
          out[0] = -0.01 * y[0]!;
          out[1] = -40 * (y[1]! - y[0]!);
        },
        y0: [1, 1],
        t0: 0,
        t1: 300,
        symmetric: false,
        jacobian(_t, _y, out) {
          out.set([-0.01, 0, 40, -40]);
        },
      },
      {
        ...optionsFor(method, 1e-3),
        events: [0.9, 0.7, 0.5, 0.3, 0.1].map((level) => ({
          value: (_t: number, y: Float64Array) => y[0]! - level,
        })),
      },
    );
    expect(events.map(({ event }) => event)).toEqual([0, 1, 2, 3, 4]);
    events.forEach(({ t, event }) => {
      expect(Math.abs(t + 100 * Math.log([0.9, 0.7, 0.5, 0.3, 0.1][event]!))).toBeLessThan(3);
    });
  });

  test.each(adaptive)('y′ = −y by $name at rtol 1e−6: saved values are within 1e−4', (method) => {
    const run = solve(
      { rhs: (_t, y, out) => void (out[0] = -y[0]!), y0: [1], t0: 0, t1: 20 },
      { method, rtol: 1e-6, atol: 1e-6, saveAt: [0.5, 1, 3, 7.5], dense: true },
    );
    run.t.forEach((t, k) => {
      expect(Math.abs(run.y[k]![0]! - Math.exp(-t))).toBeLessThan(1e-4);
      expect(Math.abs(run.at(t)[0]! - Math.exp(-t))).toBeLessThan(1e-4);
    });
  });
});

describe('options of time', () => {
  test.each(allMethods)('$name meets a jump of the right-hand side given in tstops', (method) => {
    for (const isBefore of [(t: number) => t < 1, (t: number) => t <= 1]) {
      for (const [t0, t1, y0] of [
        [0, 2, 0],
        [2, 0, -1],
      ] as const) {
        const { end, statistics } = solve(
          { rhs: (t, _y, out) => void (out[0] = isBefore(t) ? 1 : -2), y0: [y0], t0, t1 },
          { ...optionsFor(method), tstops: [1, 5] },
        );
        expect(Math.abs(end.y[0]! - (t1 === 2 ? -1 : 0))).toBeLessThan(1e-12);
        expect(statistics.rejected).toBe(0);
        expect(statistics.restarts).toBe(0);
      }
    }
  });

  test('steps end at tstops, also with fixed steps, whose grid begins anew there', () => {
    const { t } = solve(
      { rhs: (_t, _y, out) => void (out[0] = 1), y0: [0], t0: 0, t1: 1 },
      { fixedStep: 0.25, tstops: [0.6] },
    );
    expect([...t]).toEqual([0, 0.25, 0.5, 0.6, 0.85, 1]);
  });

  test('maxStep may depend on the time', () => {
    const maxStep = (t: number): number => 0.01 + 0.1 * t;
    const { t } = solve(
      { rhs: (_t, _y, out) => void (out[0] = 1), y0: [0], t0: 0, t1: 3 },
      { maxStep },
    );
    for (let k = 1; k < t.length; k++) {
      expect(t[k]! - t[k - 1]!).toBeLessThan(maxStep(t[k - 1]!) * (1 + 1e-9));
    }
    expect(() =>
      solve(
        { rhs: (_t, _y, out) => void (out[0] = 1), y0: [0], t0: 0, t1: 3 },
        { maxStep: () => -1 },
      ),
    ).toThrow(/maxStep\(0\) = -1; allowed: numbers > 0/);
  });

  test('steadyState ends where nothing moves any more, and not at a turning point', () => {
    for (const [method, time] of [
      [dormandPrince54, 1],
      [ndf, 100],
    ] as const) {
      const run = solve(
        { rhs: (_t, y, out) => void (out[0] = 1 - y[0]!), y0: [0], t0: 0, t1: 1e6 },
        { method, steadyState: time, rtol: 1e-6, atol: 1e-6 },
      );
      expect([run.status, run.reason]).toEqual(['stopped', 'steady state']);
      expect(run.end.t).toBeLessThan(300);
      expect(Math.abs(run.end.y[0]! - 1)).toBeLessThan(3e-6 / time);
    }
    const turning = solve(
      { rhs: (t, _y, out) => void (out[0] = Math.cos(t)), y0: [0], t0: 0, t1: 20 },
      { steadyState: 1e-2, rtol: 1e-6, atol: 1e-6 },
    );
    expect(turning.status).toBe('finished');
  });

  test('the end of a solution is there, saved or not', () => {
    const { end, t } = solve(forced(1, 0, 2), { saveAt: [1], rtol: 1e-8, atol: 1e-10 });
    expect([...t]).toEqual([1]);
    expect(end.t).toBe(2);
    expect(end.y[0]).toBeCloseTo(forcedAt(1, 2), 7);
  });

  test('unknown options are refused, with what may have been meant', () => {
    expect(() => solve(forced(1, 0, 1), { rTol: 1e-3 } as SolveOptions)).toThrow(
      /options\.rTol.*rtol/,
    );
    expect(() => integrate(forced(1, 0, 1), { tStops: [1] } as object)).toThrow(/tstops/);
  });
});

describe('a right-hand side that does not write what it should is refused', () => {
  const start = { y0: [1, 2], t0: 0, t1: 1 };
  test.each<readonly [string, (t: number, y: Float64Array, out: Float64Array) => unknown, RegExp]>([
    ['nothing', () => {}, /rhs did not write component 0 of 2 into out/],
    ['one of two', (_t, _y, out) => void (out[0] = 1), /rhs did not write component 1 of 2/],
    ['a list returned', (_t, y) => [y[0]!, y[1]!], /rhs returned an object of length 2/],
    ['a promise', async () => {}, /rhs returned an object/],
    ['a number', (_t, y) => -y[0]!, /rhs did not write component 0 of 2/],
    [
      'one of two from some time on',
      (t, _y, out) => {
        out[0] = 1;
        if (t < 0.5) out[1] = 1;
      },
      /rhs did not write component 1 of 2/,
    ],
    [
      'a change of the state',
      (_t, y, out) => {
        out.fill(1);
        y[1] = 9;
      },
      /rhs changed component 1 of y from 2 to 9/,
    ],
  ])('%s', (_name, rhs, message) => {
    const run = (): unknown => solve({ ...start, rhs });
    expect(run).toThrow(IntegrationError);
    expect(run).toThrow(message);
  });
});

test.each(allMethods)('$name sees a component forgotten late in a long integration', (method) => {
  for (const [from, steps] of [
    [5, 40],
    [50, 400],
  ] as const) {
    const run = (): unknown =>
      solve(
        {
          rhs(t, y, out) {
            out[0] = y[1]!;
            if (t < from) out[1] = -y[0]!;
          },
          y0: [0, 1],
          t0: 0,
          t1: 2 * from,
        },
        { ...optionsFor(method, 1e-4), ...(!method.adaptive && { fixedStep: from / steps }) },
      );
    expect(run).toThrow(/rhs did not write component 1 of 2/);
  }
});

test.each([0.3, 0.5, 0.9, 0.99])(
  'bounces with restitution %f accumulate: reason zeno, near the time',
  (restitution) => {
    const run = (): unknown =>
      solve(
        {
          rhs(_t, y, out) {
            out[0] = y[1]!;
            out[1] = -2;
          },
          y0: [0, 1],
          t0: 0,
          t1: 500,
        },
        {
          method: dormandPrince54,
          events: [
            {
              value: (_t, y) => y[0]!,
              direction: -1,
              reset: (_t, y) => {
                y[0] = 0;
                y[1] = -restitution * y[1]!;
              },
            },
          ],
        },
      );
    let error: unknown;
    try {
      run();
    } catch (one) {
      error = one;
    }
    expect(error).toBeInstanceOf(IntegrationError);
    expect((error as IntegrationError).reason).toBe('zeno');
    expect((error as IntegrationError).t).toBeCloseTo(1 / (1 - restitution), 3);
  },
);
