import {
  checkedSaveAt,
  dormandPrince54,
  IntegrationError,
  solve,
  type RightHandSide,
} from '@nonsmooth/ode';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { allMethods } from './all-methods.js';

const decay: RightHandSide = (_t, y, out) => {
  out[0] = -y[0]!;
};
const oscillator: RightHandSide = (_t, y, out) => {
  out[0] = y[1]!;
  out[1] = -y[0]!;
};

/** y' = y·cos t, y = e^(sin t), by fixed steps of size h from t = 0 to 2. */
function errorOfFixedSteps(h: number, at?: number): number {
  const solution = solve(
    {
      rhs: (t, y, out) => {
        out[0] = y[0]! * Math.cos(t);
      },
      y0: [1],
      t0: 0,
      t1: 2,
    },
    { firstStep: h, maxStep: h, rtol: 1e3, atol: 1e3, dense: true },
  );
  if (at === undefined) return Math.abs(solution.y.at(-1)![0]! - Math.exp(Math.sin(2)));
  let worst = 0;
  for (let t = 0; t < 2; t += 2 / 997) {
    worst = Math.max(worst, Math.abs(solution.at(t)[0]! - Math.exp(Math.sin(t))));
  }
  return worst;
}

describe('Dormand–Prince 5(4)', () => {
  const { a, b, c, e, interpolant } = dormandPrince54;

  test('rows of a sum to c, weights satisfy the quadrature conditions up to order 5', () => {
    a.forEach((row, i) => expect(row.reduce((s, x) => s + x, 0)).toBeCloseTo(c[i]!, 14));
    for (let q = 1; q <= 5; q++) {
      expect(b.reduce((s, weight, i) => s + weight * c[i]! ** (q - 1), 0)).toBeCloseTo(1 / q, 14);
    }
    for (let q = 1; q <= 4; q++) {
      expect(e!.reduce((s, weight, i) => s + weight * c[i]! ** (q - 1), 0)).toBeCloseTo(0, 14);
    }
  });

  test('the interpolant ends in the step and integrates powers up to its order', () => {
    interpolant.p.forEach((row, i) => {
      expect(row.reduce((s, x) => s + x, 0)).toBeCloseTo(b[i]!, 14);
    });
    for (const theta of [0.2, 0.5, 0.9]) {
      for (let q = 1; q <= interpolant.order; q++) {
        const sum = interpolant.p.reduce(
          (s, row, i) =>
            s + row.reduce((w, x, j) => w + x * theta ** (j + 1), 0) * c[i]! ** (q - 1),
          0,
        );
        expect(sum).toBeCloseTo(theta ** q / q, 13);
      }
    }
  });

  test('the error falls like h⁵', () => {
    const slope = Math.log2(errorOfFixedSteps(0.1) / errorOfFixedSteps(0.05));
    expect(slope).toBeGreaterThan(4.7);
    expect(slope).toBeLessThan(5.5);
  });

  test('the error between the steps falls like h⁴ or faster', () => {
    const slope = Math.log2(errorOfFixedSteps(0.2, 1) / errorOfFixedSteps(0.1, 1));
    expect(slope).toBeGreaterThan(3.8);
  });
});

test('the achieved error follows the tolerance', () => {
  let previous = Infinity;
  for (const rtol of [1e-4, 1e-6, 1e-8, 1e-10]) {
    const { y } = solve({ rhs: oscillator, y0: [0, 1], t0: 0, t1: 20 }, { rtol, atol: rtol });
    const error = Math.abs(y.at(-1)![0]! - Math.sin(20));
    expect(error).toBeLessThan(100 * rtol);
    expect(error).toBeLessThan(previous);
    previous = error;
  }
});

test('time can run backward', () => {
  const { t, y } = solve(
    { rhs: decay, y0: [Math.exp(-2)], t0: 2, t1: 0 },
    { rtol: 1e-9, atol: 1e-12 },
  );
  expect(t.at(-1)).toBe(0);
  expect(y.at(-1)![0]).toBeCloseTo(1, 8);
});

test('saveAt gives exactly the times asked for, ends included', () => {
  const saveAt = [0, 0.25, 1, 1, 3];
  const { t, y } = solve(
    { rhs: decay, y0: [1], t0: 0, t1: 3 },
    { saveAt, rtol: 1e-8, atol: 1e-10 },
  );
  expect([...t]).toEqual(saveAt);
  y.forEach((state, i) => expect(state[0]).toBeCloseTo(Math.exp(-saveAt[i]!), 7));
});

test('dense output agrees with the steps and with the solution between them', () => {
  const solution = solve(
    { rhs: oscillator, y0: [0, 1], t0: 0, t1: 5 },
    { rtol: 1e-8, atol: 1e-10, dense: true },
  );
  solution.t.forEach((t, i) => {
    expect(Math.abs(solution.at(t)[0]! - solution.y[i]![0]!)).toBeLessThan(1e-14);
  });
  for (let t = 0; t <= 5; t += 0.01) expect(solution.at(t)[0]).toBeCloseTo(Math.sin(t), 7);
});

test('statistics count every call of the right-hand side', () => {
  let calls = 0;
  const { statistics } = solve({
    rhs: (t, y, out) => {
      calls++;
      decay(t, y, out);
    },
    y0: [1],
    t0: 0,
    t1: 1,
  });
  expect(statistics.rhs).toBe(calls);
  // two calls to start, six for each step tried: the first stage is the last of the step before
  expect(calls).toBe(2 + 6 * (statistics.accepted + statistics.rejected));
});

test('equal problems give equal bits', () => {
  const run = () => solve({ rhs: oscillator, y0: [0, 1], t0: 0, t1: 7 }, { rtol: 1e-7 });
  expect(run().y).toEqual(run().y);
});

test('a projection keeps every step on the manifold, and the accuracy', () => {
  const { t, y } = solve(
    { rhs: oscillator, y0: [0, 1], t0: 0, t1: 50 },
    {
      rtol: 1e-6,
      atol: 1e-6,
      project: (_t, state) => {
        const r = Math.sqrt(state[0]! ** 2 + state[1]! ** 2);
        state[0] = state[0]! / r;
        state[1] = state[1]! / r;
      },
    },
  );
  for (const state of y) expect(state[0]! ** 2 + state[1]! ** 2).toBeCloseTo(1, 14);
  expect(Math.abs(y.at(-1)![0]! - Math.sin(t.at(-1)!))).toBeLessThan(1e-4);
});

test('an absolute tolerance per component is honoured', () => {
  const rhs: RightHandSide = (_t, y, out) => {
    out[0] = -y[0]!;
    out[1] = -50 * (y[1]! - Math.cos(y[0]!));
  };
  const coarse = solve({ rhs, y0: [1, 0], t0: 0, t1: 2 }, { rtol: 1e-10, atol: [1e-10, 1] });
  const fine = solve({ rhs, y0: [1, 0], t0: 0, t1: 2 }, { rtol: 1e-10, atol: 1e-10 });
  expect(coarse.statistics.rhs).toBeLessThan(fine.statistics.rhs);
});

interface Problem {
  readonly name: string;
  readonly y0: number[];
  readonly t0: number;
  readonly t1: number;
  readonly reference: number[];
}

const problems = JSON.parse(
  readFileSync(new URL('data/initial-value-problems.json', import.meta.url), 'utf8'),
) as Problem[];

const equations: Record<string, RightHandSide> = {
  arenstorf(_t, y, out) {
    const mu = 0.012277471;
    const [x, z, vx, vz] = y as unknown as [number, number, number, number];
    const d1 = ((x + mu) ** 2 + z ** 2) ** 1.5;
    const d2 = ((x - 1 + mu) ** 2 + z ** 2) ** 1.5;
    out[0] = vx;
    out[1] = vz;
    out[2] = x + 2 * vz - ((1 - mu) * (x + mu)) / d1 - (mu * (x - 1 + mu)) / d2;
    out[3] = z - 2 * vx - ((1 - mu) * z) / d1 - (mu * z) / d2;
  },
  brusselator(_t, y, out) {
    out[0] = 1 + y[0]! ** 2 * y[1]! - 4 * y[0]!;
    out[1] = 3 * y[0]! - y[0]! ** 2 * y[1]!;
  },
};

const strict = allMethods.filter(
  ({ name, order }) => order >= 5 && !/BDF|NDF|Radau|exprb/.test(name),
);

test.each(
  Object.keys(equations).flatMap((name) =>
    strict.map((method) => ({ name, method, by: method.name })),
  ),
)('$name reaches its reference by $by', ({ name, method }) => {
  const { y0, t0, t1, reference } = problems.find((one) => one.name === name)!;
  const { y } = solve({ rhs: equations[name]!, y0, t0, t1 }, { method, rtol: 1e-11, atol: 1e-12 });
  // Arenstorf's orbit amplifies an error by some 1e6 over its period
  const tolerance = name === 'arenstorf' ? 1e-4 : 1e-9;
  reference.forEach((value, i) => expect(Math.abs(y.at(-1)![i]! - value)).toBeLessThan(tolerance));
});

const problem = { rhs: decay, y0: [1], t0: 0, t1: 1 };

test.each([
  [() => solve(problem, { rtol: -1 }), /rtol = -1; allowed: a finite number > 0/],
  [() => solve(problem, { atol: -1e-3 }), /atol = -0.001; allowed: finite numbers ≥ 0/],
  [() => solve(problem, { atol: [1, 1] }), /atol.length = 2; allowed: 1, one per component/],
  [() => solve({ ...problem, t1: 0 }), /t1 = 0; allowed: a time other than t0 = 0/],
  [() => solve({ ...problem, y0: [Number.NaN] }), /y0\[0\] = NaN; allowed: finite numbers/],
  [() => solve(problem, { saveAt: [0.5, 0.2] }), /saveAt\[1\] = 0.2; allowed: times from 0 to 1/],
  [() => solve(problem, { maxStep: 0 }), /maxStep = 0; allowed: a number > 0/],
  [() => solve(problem).at(0.5), /dense = false; allowed: true/],
  [() => solve(problem, { dense: true }).at(2), /t = 2; allowed: between 0 and 1/],
])('a wrong argument is named with what is allowed (%#)', (call, message) => {
  expect(call).toThrow(message);
});

function failure(call: () => unknown): IntegrationError {
  try {
    call();
  } catch (error) {
    if (error instanceof IntegrationError) return error;
    throw error;
  }
  throw new Error('did not fail');
}

describe('an integration that cannot go on says why, where, and the last state', () => {
  const adaptive = allMethods.filter((method) => method.adaptive && method.order > 2);

  test.each(adaptive)('$name: blow-up, y′ = y², y = 1/(1 − t), at any time', (method) => {
    for (const rtol of [1e-3, 1e-5]) {
      for (const [t0, length] of [
        [0, 2],
        [0, 1.5],
        [-7, -5],
        [1e9, 3],
      ] as const) {
        const error = failure(() =>
          solve(
            {
              rhs: (_t, y, out) => void (out[0] = Math.sign(length) * y[0]! ** 2),
              y0: [1],
              t0,
              t1: t0 + length,
            },
            { method, rtol, maxSteps: 5000 },
          ),
        );
        expect(error.reason).toBe('stepUnderflow');
        expect(Math.abs(error.t - t0 - Math.sign(length))).toBeLessThan(30 * rtol);
        expect(error.y[0]).toBeGreaterThan(1000);
      }
    }
  });

  test('a right-hand side that throws', () => {
    const error = failure(() =>
      solve({
        rhs: (t, y, out) => {
          if (t > 0.5) throw new RangeError('out of fuel');
          decay(t, y, out);
        },
        y0: [1],
        t0: 0,
        t1: 1,
      }),
    );
    expect(error.reason).toBe('rhsThrew');
    expect(error.cause).toBeInstanceOf(RangeError);
  });

  test('a right-hand side that is not finite at the start', () => {
    const error = failure(() =>
      solve({
        rhs: (_t, _y, out) => {
          out[0] = Number.NaN;
        },
        y0: [1],
        t0: 0,
        t1: 1,
      }),
    );
    expect(error.reason).toBe('nonFinite');
  });

  test('too many steps', () => {
    const error = failure(() =>
      solve({ rhs: oscillator, y0: [0, 1], t0: 0, t1: 1e6 }, { maxSteps: 100 }),
    );
    expect(error.reason).toBe('maxSteps');
    expect(error.t).toBeGreaterThan(0);
  });

  test('what was computed before a failure stays available', () => {
    const { partial } = failure(() =>
      solve(
        { rhs: oscillator, y0: [0, 1], t0: 0, t1: 1e6 },
        { maxSteps: 100, rtol: 1e-8, atol: 1e-8, dense: true },
      ),
    );
    expect(partial!.status).toBe('failed');
    expect(partial!.t.length).toBeGreaterThan(50);
    const last = partial!.t.at(-1)!;
    expect(partial!.at(last / 2)[0]).toBeCloseTo(Math.sin(last / 2), 6);
  });
});

test('times to save at are checked and copied in either direction', () => {
  const times = [2, 1, 1, 0.5];
  const checked = checkedSaveAt(times, 2, 0);
  times[0] = 9;
  expect([...checked]).toEqual([2, 1, 1, 0.5]);
  expect(() => checkedSaveAt([1, 2], 2, 0)).toThrow('saveAt[1] = 2; allowed: times from 2 to 0');
  expect(() => checkedSaveAt([Number.NaN], 0, 1)).toThrow('saveAt[0] = NaN');
  expect(() => checkedSaveAt([1.5], 0, 1)).toThrow('saveAt[0] = 1.5');
});
