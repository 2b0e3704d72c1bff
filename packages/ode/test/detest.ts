import { radauIIA5, solve, verner76, type InitialValueProblem } from '@nonsmooth/ode';

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
/** The outer planets about the sun and the inner ones: C5's data in the paper. */
const planets = {
  gravity: 2.95912208286,
  sun: 1.00000597682,
  masses: [
    0.000954786104043, 0.000285583733151, 0.0000437273164546, 0.0000517759138449, 2.77777777778e-6,
  ],
  positions: [
    [3.42947415189, 3.35386959711, 1.35494901715],
    [6.6414554255, 5.97156957878, 2.18231499728],
    [11.2630437207, 14.6952576794, 6.27960525067],
    [-30.1552268759, 1.65699966404, 1.43785752721],
    [-21.123835338, 28.4465098142, 15.3882659679],
  ],
  velocities: [
    [-0.557160570446, 0.505696783289, 0.230578543901],
    [-0.415570776342, 0.365682722812, 0.169143213293],
    [-0.325325669158, 0.189706021964, 0.087726532278],
    [-0.024047625417, -0.287659532608, -0.117219543175],
    [-0.176860753121, -0.216393453025, -0.014864789309],
  ],
};

function fiveBodies(_t: number, y: Float64Array, out: Float64Array): void {
  const { gravity, sun, masses } = planets;
  const cubes = masses.map(
    (_, j) => (y[3 * j]! ** 2 + y[3 * j + 1]! ** 2 + y[3 * j + 2]! ** 2) ** 1.5,
  );
  for (let j = 0; j < 5; j++) {
    for (let i = 0; i < 3; i++) {
      out[3 * j + i] = y[15 + 3 * j + i]!;
      let sum = (-(sun + masses[j]!) * y[3 * j + i]!) / cubes[j]!;
      for (let k = 0; k < 5; k++) {
        if (k === j) continue;
        let square = 0;
        for (let l = 0; l < 3; l++) square += (y[3 * k + l]! - y[3 * j + l]!) ** 2;
        sum +=
          masses[k]! *
          ((y[3 * k + i]! - y[3 * j + i]!) / square ** 1.5 - y[3 * k + i]! / cubes[k]!);
      }
      out[15 + 3 * j + i] = gravity * sum;
    }
  }
}

const unit = Array.from({ length: 10 }, (_, i) => (i === 0 ? 1 : 0));

/** A chain of n compartments, each with its rates of inflow and outflow. */
const flowThrough = (rate: (i: number) => number): number[][] =>
  Array.from({ length: 10 }, (_, i) =>
    Array.from({ length: 10 }, (_unused, j) =>
      i === j ? (i < 9 ? -rate(i) : 0) : i === j + 1 ? rate(j) : 0,
    ),
  );
const diffusion51 = Array.from({ length: 51 }, (_, i) =>
  Array.from({ length: 51 }, (_unused, j) => (i === j ? -2 : Math.abs(i - j) === 1 ? 1 : 0)),
);

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
  linear(
    'B2',
    [
      [-1, 1, 0],
      [1, -2, 1],
      [0, 1, -1],
    ],
    [2, 0, 1],
  ),
  linear('C1', chain, unit),
  linear(
    'C2',
    flowThrough((i) => i + 1),
    unit,
  ),
  linear('C3', diffusion, unit),
  linear(
    'C4',
    diffusion51,
    Array.from({ length: 51 }, (_, i) => (i === 0 ? 1 : 0)),
  ),
  kepler('D1', 0.1),
  kepler('D2', 0.3),
  kepler('D3', 0.5),
  kepler('D4', 0.7),
  kepler('D5', 0.9),
  {
    // Bessel's equation of order ½ in x = t + 1
    name: 'E1',
    problem: {
      rhs(t, [y, slope], out) {
        const x = t + 1;
        out[0] = slope!;
        out[1] = -(slope! / x + (1 - 0.25 / x ** 2) * y!);
      },
      y0: halfBessel(1),
      t0: 0,
      t1: 20,
    },
    exact: (t) => halfBessel(t + 1),
  },
  {
    // a body that falls against the resistance of the air
    name: 'E4',
    problem: {
      rhs(_t, [, speed], out) {
        out[0] = speed!;
        out[1] = 0.032 - 0.4 * speed! ** 2;
      },
      y0: [30, 0],
      t0: 0,
      t1: 20,
    },
    exact(t) {
      const rate = Math.sqrt(0.032 * 0.4);
      return [30 + Math.log(Math.cosh(rate * t)) / 0.4, Math.sqrt(0.08) * Math.tanh(rate * t)];
    },
  },
  {
    // the linear pursuit: y₂ = sinh ln(25/(25 − t))
    name: 'E5',
    problem: {
      rhs(t, [, slope], out) {
        out[0] = slope!;
        out[1] = Math.sqrt(1 + slope! ** 2) / (25 - t);
      },
      y0: [0, 0],
      t0: 0,
      t1: 20,
    },
    exact: (t) => [
      (-25 * Math.log(1 - t / 25) - t + t ** 2 / 50) / 2,
      (25 / (25 - t) - (25 - t) / 25) / 2,
    ],
  },
];

/** √(2/πx)·sin x and its derivative. */
function halfBessel(x: number): [number, number] {
  const factor = Math.sqrt(2 / (Math.PI * x));
  return [factor * Math.sin(x), factor * (Math.cos(x) - Math.sin(x) / (2 * x))];
}

/** The others of the set: their solutions at t = 20 are what two methods of different classes agree on. */
export const computedProblems: readonly (Pick<ClosedFormProblem, 'name' | 'problem'> & {
  readonly reference: () => readonly number[];
})[] = [
  computed('A5', [4], (t, [y], out) => {
    out[0] = (y! - t) / (y! + t);
  }),
  computed('B1', [1, 3], (_t, [a, b], out) => {
    out[0] = 2 * (a! - a! * b!);
    out[1] = -(b! - a! * b!);
  }),
  computed('B4', [3, 0, 0], (_t, [x, y, z], out) => {
    const r = Math.hypot(x!, y!);
    out[0] = -y! - (x! * z!) / r;
    out[1] = x! - (y! * z!) / r;
    out[2] = x! / r;
  }),
  computed('B5', [0, 1, 1], (_t, [x, y, z], out) => {
    out[0] = y! * z!;
    out[1] = -x! * z!;
    out[2] = -0.51 * x! * y!;
  }),
  computed('C5', [...planets.positions.flat(), ...planets.velocities.flat()], fiveBodies),
  computed('E2', [2, 0], (_t, [x, v], out) => {
    out[0] = v!;
    out[1] = (1 - x! * x!) * v! - x!;
  }),
  computed('E3', [0, 0], (t, [x, v], out) => {
    out[0] = v!;
    out[1] = x! ** 3 / 6 - x! + 2 * Math.sin(2.78535 * t);
  }),
];

function computed(
  name: string,
  y0: readonly number[],
  rhs: InitialValueProblem['rhs'],
): (typeof computedProblems)[number] {
  const problem = { rhs, y0, t0: 0, t1: 20 };
  let reference: readonly number[] | undefined;
  return {
    name,
    problem,
    reference() {
      if (reference) return reference;
      const end = (options: object): Float64Array => solve(problem, options).y.at(-1)!;
      const explicitly = end({ method: verner76, rtol: 1e-13, atol: 1e-14 });
      const implicitly = end({ method: radauIIA5, rtol: 1e-11, atol: 1e-12 });
      explicitly.forEach((value, i) => {
        if (!(Math.abs(value - implicitly[i]!) <= 2e-9)) {
          throw new Error(`${name}: ${value} and ${implicitly[i]} do not agree`);
        }
      });
      return (reference = [...explicitly]);
    },
  };
}
