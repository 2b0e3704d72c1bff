import type { InitialValueProblem } from '@nonsmooth/ode';

/** A problem with its solution in closed form. */
export interface ClosedFormProblem {
  readonly name: string;
  readonly problem: InitialValueProblem;
  readonly exact: (t: number) => readonly number[];
}

/** Kepler's orbit of eccentricity ε from its nearest point: r = (cos u − ε, √(1−ε²) sin u), u − ε sin u = t. */
function kepler(name: string, eccentricity: number): ClosedFormProblem {
  const e = eccentricity;
  const minor = Math.sqrt(1 - e * e);
  return {
    name,
    problem: {
      rhs(_t, [x, y, vx, vy], out) {
        const r3 = (x! * x! + y! * y!) ** 1.5;
        out[0] = vx!;
        out[1] = vy!;
        out[2] = -x! / r3;
        out[3] = -y! / r3;
      },
      y0: [1 - e, 0, 0, Math.sqrt((1 + e) / (1 - e))],
      t0: 0,
      t1: 20,
    },
    exact(t) {
      let u = t;
      for (let k = 0; k < 60; k++) u -= (u - e * Math.sin(u) - t) / (1 - e * Math.cos(u));
      const speed = 1 / (1 - e * Math.cos(u));
      return [
        Math.cos(u) - e,
        minor * Math.sin(u),
        -Math.sin(u) * speed,
        minor * Math.cos(u) * speed,
      ];
    },
  };
}

const scalar = (
  name: string,
  f: (t: number, y: number) => number,
  y0: number,
  exact: (t: number) => number,
): ClosedFormProblem => ({
  name,
  problem: {
    rhs(t, y, out) {
      out[0] = f(t, y[0]!);
    },
    y0: [y0],
    t0: 0,
    t1: 20,
  },
  exact: (t) => [exact(t)],
});

/** e^(At) y0 by scaling and squaring of the exponential series. */
function linear(
  name: string,
  a: readonly (readonly number[])[],
  y0: readonly number[],
): ClosedFormProblem {
  const n = y0.length;
  const times = (p: number[][], q: number[][]): number[][] =>
    p.map((row) => q[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * q[k]![j]!, 0)));
  return {
    name,
    problem: {
      rhs(_t, y, out) {
        for (let i = 0; i < n; i++)
          out[i] = a[i]!.reduce((sum, value, j) => sum + value * y[j]!, 0);
      },
      y0,
      t0: 0,
      t1: 20,
    },
    exact(t) {
      const small = a.map((row) => row.map((value) => (value * t) / 2 ** 20));
      // e^A − 1 is doubled as (x + 2)x, without cancellation
      let term = small.map((row) => [...row]);
      let sum = term.map((row) => [...row]);
      for (let k = 2; k < 14; k++) {
        term = times(term, small).map((row) => row.map((value) => value / k));
        sum = sum.map((row, i) => row.map((value, j) => value + term[i]![j]!));
      }
      for (let k = 0; k < 20; k++) {
        const square = times(sum, sum);
        sum = sum.map((row, i) => row.map((value, j) => 2 * value + square[i]![j]!));
      }
      return y0.map((value, i) => value + sum[i]!.reduce((s, x, j) => s + x * y0[j]!, 0));
    },
  };
}

const chain = Array.from({ length: 10 }, (_, i) =>
  Array.from({ length: 10 }, (_unused, j) => (i === j ? (i < 9 ? -1 : 0) : i === j + 1 ? 1 : 0)),
);
const diffusion = Array.from({ length: 10 }, (_, i) =>
  Array.from({ length: 10 }, (_unused, j) => (i === j ? -2 : Math.abs(i - j) === 1 ? 1 : 0)),
);
const unit = Array.from({ length: 10 }, (_, i) => (i === 0 ? 1 : 0));

/**
 * Problems of the set DETEST that have closed forms: Hull, Enright, Fellen, Sedgwick, "Comparing numerical methods
 * for ordinary differential equations", SIAM J. Numer. Anal. 9 (1972) 603–637.
 */
export const closedFormProblems: readonly ClosedFormProblem[] = [
  scalar(
    'A1',
    (_t, y) => -y,
    1,
    (t) => Math.exp(-t),
  ),
  scalar(
    'A2',
    (_t, y) => -(y ** 3) / 2,
    1,
    (t) => 1 / Math.sqrt(t + 1),
  ),
  scalar(
    'A3',
    (t, y) => y * Math.cos(t),
    1,
    (t) => Math.exp(Math.sin(t)),
  ),
  scalar(
    'A4',
    (_t, y) => (y / 4) * (1 - y / 20),
    1,
    (t) => 20 / (1 + 19 * Math.exp(-t / 4)),
  ),
  {
    name: 'B3 from y₁ = 0',
    problem: {
      rhs(_t, [a, b], out) {
        out[0] = -a!;
        out[1] = a! - b! * b!;
        out[2] = b! * b!;
      },
      y0: [0, 1, 0],
      t0: 0,
      t1: 20,
    },
    exact: (t) => [0, 1 / (1 + t), t / (1 + t)],
  },
  linear('C1', chain, unit),
  linear('C3', diffusion, unit),
  kepler('D1', 0.1),
  kepler('D2', 0.3),
  kepler('D3', 0.5),
  kepler('D4', 0.7),
  kepler('D5', 0.9),
];
