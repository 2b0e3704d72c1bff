import {
  dormandPrince54,
  integrate,
  rkc2,
  rock2,
  rock4,
  solve,
  type Checkpoint,
  type InitialValueProblem,
  type Method,
} from '@nonsmooth/ode';
import { describe, expect, test } from 'vitest';
import { chebyshev2 } from '../src/stabilized/chebyshev.js';
import { orthogonal2 } from '../src/stabilized/orthogonal.js';
import { orthogonal4 } from '../src/stabilized/orthogonal4.js';
import { stabilityPolynomial } from '../src/stabilized/stability-polynomial.js';
import type { StabilizedScheme } from '../src/stabilized/stepper.js';
import { exact, interpolationOrder, observedOrder, testProblem } from './observed-order.js';
import { heat } from './heat.js';
import { errorAtEnd, tanhFlow, tanhFlowWithHessian } from './tanh-flow.js';

interface Case {
  readonly method: Method;
  readonly scheme: StabilizedScheme;
  readonly stageNumbers: readonly number[];
  /** How much h times an error in one right-hand side is amplified at most along the fastest component, by the stages. */
  readonly amplification: (stages: number) => number;
  /** How many steps of heat conduction may be too long. */
  readonly rejected: number;
}

const upTo50 = Array.from({ length: 49 }, (_, i) => i + 2);

const cases: readonly Case[] = [
  { method: rkc2, scheme: chebyshev2, stageNumbers: upTo50, amplification: () => 1.1, rejected: 2 },
  {
    method: rock2,
    scheme: orthogonal2,
    stageNumbers: upTo50.slice(1),
    amplification: (stages) => 4 + 0.07 * stages ** 3,
    rejected: 2,
  },
  {
    method: rock4,
    scheme: orthogonal4,
    stageNumbers: Array.from({ length: 21 }, (_, i) => i + 5),
    amplification: (stages) => 1 + 6.6e-5 * stages ** 7,
    rejected: 7,
  },
];

/** One step of 1 with the given number of stages for y' = −z·y + the disturbance, one component for every z. */
function oneStep(
  { method, scheme }: Case,
  stages: number,
  z: readonly number[],
  y0: number,
  disturbance: (call: number) => number,
): { y: Float64Array; calls: number } {
  let calls = 0;
  const integration = integrate(
    {
      rhs(_t, y, out) {
        const extra = disturbance(calls++);
        for (let i = 0; i < z.length; i++) out[i] = extra - z[i]! * y[i]!;
      },
      y0: z.map(() => y0),
      t0: 0,
      t1: 1,
      spectralRadius: () => scheme.boundary(stages) * (1 - 1e-12),
    },
    { method, fixedStep: 1 },
  );
  integration.next();
  return { y: integration.y, calls };
}

const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const grid = (end: number, points: number): number[] =>
  Array.from({ length: points + 1 }, (_, i) => (end * i) / points);

describe.each(cases)('$method.name', (one) => {
  const { method, scheme, stageNumbers } = one;

  test('the order is as stated with few stages and with many', () => {
    expect(observedOrder(method)).toBeGreaterThan(method.order - 0.1);
    for (const stages of [stageNumbers[0]!, 5, 12, Math.min(40, stageNumbers.at(-1)!)]) {
      const error = (steps: number): number => {
        const { y } = solve(
          {
            ...testProblem,
            spectralRadius: () => (scheme.boundary(stages) * (1 - 1e-12) * steps) / 2,
          },
          { method, fixedStep: 2 / steps, saveAt: [2] },
        );
        return Math.max(...exact(2).map((value, i) => Math.abs(value - y[0]![i]!)));
      };
      const order = Math.log2(error(64) / error(128));
      expect(order).toBeGreaterThan(method.order - 0.2);
      expect(order).toBeLessThan(method.order + 0.5);
    }
  });

  test('the order of the interpolant is as stated', () => {
    expect(interpolationOrder(method)).toBeGreaterThan(method.interpolantOrder + 0.6);
  });

  test('is stable on the real axis as far as it says, and not much farther', () => {
    for (const stages of stageNumbers) {
      const end = scheme.boundary(stages);
      const { y } = oneStep(one, stages, grid(end, 40 * stages), 1, () => 0);
      expect(largest(y)).toBeLessThanOrEqual(1 + 1e-12);
      const beyond = oneStep(one, stages, [1.5 * end], 1, () => 0);
      expect(Math.abs(beyond.y[0]!)).toBeGreaterThan(1);
    }
  });

  test('takes as many stages as the step needs', () => {
    for (const x of [0, 0.1, 1, 3, 10, 33, 100, 1000, 4321]) {
      const stages = scheme.stages(x);
      if (stages > scheme.largestStages) continue;
      expect(scheme.boundary(stages)).toBeGreaterThanOrEqual(x);
      if (stages > stageNumbers[0]!) expect(scheme.boundary(stages - 1)).toBeLessThan(x);
    }
  });

  test('an error in one stage is amplified no more than stated', () => {
    for (const x of [10, 20, 100, 200, 300, 1000, 5000]) {
      const stages = scheme.stages(x);
      if (stages > scheme.largestStages) continue;
      // along slow components up to twice as much: the weight of the first stage alone is about −1 for RKC2
      const z = [x, ...grid(scheme.boundary(stages), 200)];
      const { calls } = oneStep(one, stages, z, 0, () => 0);
      expect(calls).toBeGreaterThanOrEqual(stages);
      for (let wrong = 0; wrong < calls; wrong++) {
        const { y } = oneStep(one, stages, z, 0, (call) => (call === wrong ? 1 : 0));
        expect(Math.abs(y[0]!)).toBeLessThan(one.amplification(stages));
        expect(largest(y)).toBeLessThan(2 * one.amplification(stages));
      }
    }
  });

  test('heat conduction: the error asked for, for far fewer right-hand sides than by Dormand–Prince', () => {
    const { problem, exactAt } = heat(127);
    const options = { rtol: 1e-4, atol: 1e-6 };
    const { y, t, statistics } = solve(problem, { ...options, method });
    const plain = solve(problem, { ...options, method: dormandPrince54 }).statistics;
    y.forEach((state, k) => {
      const errors = exactAt(t[k]!).map((value, i) => value - state[i]!);
      expect(largest(errors)).toBeLessThan(1e-3);
    });
    expect(statistics.rhs).toBeLessThan(plain.rhs / 15);
    expect(statistics.rejected).toBeLessThanOrEqual(one.rejected);
  });

  test('a spectral radius that grows between its estimates is noticed', () => {
    // y = cos t attracts at the growing rate 10 + t^4
    const problem: InitialValueProblem = {
      rhs(t, [value], out) {
        out[0] = -(10 + t ** 4) * (value! - Math.cos(t)) - Math.sin(t);
      },
      y0: [1],
      t0: 0,
      t1: 20,
    };
    const options = { method, rtol: 1e-4, atol: 1e-4, saveAt: [20] };
    const { y, statistics } = solve(problem, options);
    expect(Math.abs(y[0]![0]! - Math.cos(20))).toBeLessThan(1e-4);
    const known = solve({ ...problem, spectralRadius: (t) => 10 + t ** 4 }, options).statistics;
    expect(known.spectralRadii).toBeGreaterThan(0);
    // at the border of stability rounding decides about rejections: 0.8 to 1.6
    expect(statistics.rhs).toBeLessThan(2 * known.rhs);
  });

  test('a checkpoint as JSON continues with the same bits', () => {
    const { problem } = heat(31);
    const whole = integrate(problem, { method, rtol: 1e-5 });
    let saved = '';
    let count = 0;
    while (whole.next()) if (++count === 7) saved = JSON.stringify(whole.checkpoint());
    const from = JSON.parse(saved) as Checkpoint;
    const rest = integrate(problem, { method, rtol: 1e-5, from });
    while (rest.next());
    expect([...rest.y]).toEqual([...whole.y]);
    expect(rest.statistics).toEqual(whole.statistics);
  });

  test('runs backward in time where the problem is then the damped one', () => {
    const { y } = solve(
      { rhs: (_t, [v], out) => void (out[0] = 300 * v!), y0: [1], t0: 1, t1: 0 },
      { method, rtol: 1e-6, atol: 1e-9 },
    );
    expect(Math.abs(y.at(-1)![0]!)).toBeLessThan(1e-8);
  });
});

test('a spectral radius that is no number ≥ 0 is reported', () => {
  const { problem } = heat(3);
  for (const value of [Number.NaN, -1, Infinity]) {
    expect(() => solve({ ...problem, spectralRadius: () => value }, { method: rkc2 })).toThrow(
      `spectralRadius = ${value} is not a finite number ≥ 0`,
    );
  }
});

test('from one slow wave the power method still finds the largest eigenvalue', () => {
  // the right-hand side is then an eigenvector, of the eigenvalue nearest 0
  const wave = Array.from({ length: 63 }, (_, i) => Math.sin((Math.PI * (i + 1)) / 64));
  const { problem } = heat(63);
  const { statistics } = solve({ ...problem, y0: wave }, { method: rkc2, rtol: 1e-3 });
  expect(statistics.rejected).toBe(0);
});

test('on the tanh flow to t = 100 the error 1e−3 costs ≤ 1/8 of the 4200 right-hand sides of Dormand–Prince', () => {
  const { y, statistics } = solve(tanhFlow, {
    method: rkc2,
    rtol: 4e-4,
    atol: 4e-6,
    saveAt: [100],
  });
  expect(errorAtEnd(y[0]!)).toBeLessThan(1e-3);
  expect(statistics.rhs).toBeLessThan(4200 / 8);
});

test('Hessian–vector products take the place of the difference quotients of the power method', () => {
  const options = { method: rkc2, rtol: 4e-4, atol: 4e-6, saveAt: [100] };
  const plain = solve(tanhFlow, options).statistics;
  const { statistics } = solve(tanhFlowWithHessian, options);
  expect(statistics.jacobianVectors).toBeGreaterThan(5);
  expect(statistics.rhs + statistics.jacobianVectors).toBe(plain.rhs);
});

test('on the tanh flow to t = 100 the error 1e−4 costs ≤ 1/5 of the 4200 right-hand sides of Dormand–Prince', () => {
  const { y, statistics } = solve(tanhFlow, {
    method: rock2,
    rtol: 2.5e-5,
    atol: 2.5e-5,
    saveAt: [100],
  });
  expect(errorAtEnd(y[0]!)).toBeLessThan(1e-4);
  expect(statistics.rhs).toBeLessThan(4200 / 5);
});

test('the stability polynomials of ROCK2 of every degree are damped away from 0, on more than 0.8·s²', () => {
  for (let s = 3; s <= orthogonal2.largestStages; s++) {
    const { boundary, mu, nu, sigma, tau } = stabilityPolynomial(s);
    let most = 0;
    let nearZero = true;
    let before = 1;
    for (let i = 1; i <= 20 * s; i++) {
      const z = (boundary / 2) * (Math.cos((Math.PI * i) / (20 * s)) - 1);
      let [last, current] = [1, 1 + mu[0]! * z];
      for (let j = 1; j < s - 2; j++) {
        [last, current] = [current, (mu[j]! * z + nu[j]!) * current + (1 - nu[j]!) * last];
      }
      const size = Math.abs(current * (1 + 2 * sigma * z + tau * z * z));
      if (size > before) nearZero = false;
      before = size;
      if (!nearZero) most = Math.max(most, size);
    }
    expect(most).toBeGreaterThan(0.94);
    expect(most).toBeLessThan(s < 5 ? 0.99 : 0.952);
    if (s >= 14) expect(boundary / (s * s)).toBeGreaterThan(0.8);
    // a complex pair of zeros, as order 2 asks for
    expect(tau).toBeGreaterThan(sigma * sigma);
  }
});
