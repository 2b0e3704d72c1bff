import { importPeer } from './install.js';

/** y' = f(t, y), y(0) = start, in plain arrays. */
export interface ArrayProblem {
  readonly f: (t: number, y: ArrayLike<number>) => number[];
  readonly start: readonly number[];
  readonly t1: number;
}

/** Another library's integrator from t = 0. */
export interface PeerIntegrator {
  readonly name: PeerIntegratorName;
  readonly packages: Readonly<Record<string, string>>;
  /** Integrates to t1 with a tolerance; returns y(t1). */
  load(folder: string): Promise<(problem: ArrayProblem, tolerance: number) => ArrayLike<number>>;
}

/** The names of the integrators of other libraries. */
export type PeerIntegratorName = 'odex' | 'ode45-cash-karp' | 'mathjs.solveODE';

const maximalSteps = 1e6;

interface Odex {
  readonly Solver: new (dimension: number) => {
    absoluteTolerance: number;
    relativeTolerance: number;
    maxSteps: number;
    solve(
      f: ArrayProblem['f'],
      t0: number,
      y0: readonly number[],
      t1: number,
    ): { readonly y: readonly number[] };
  };
}

const odex: PeerIntegrator = {
  name: 'odex',
  packages: { odex: '2.0.4' },
  async load(folder) {
    const { default: library } = await importPeer<{ default: Odex }>(folder, 'odex');
    return ({ f, start, t1 }, tolerance) => {
      const solver = new library.Solver(start.length);
      solver.absoluteTolerance = tolerance;
      solver.relativeTolerance = tolerance;
      solver.maxSteps = maximalSteps;
      return solver.solve(f, 0, start, t1).y;
    };
  },
};

type Ode45 = (
  y0: number[],
  f: (dydt: number[], y: number[], t: number) => void,
  t0: number,
  dt: number,
  options: { tol: number },
) => { readonly y: number[]; steps(count: number, t1: number): void };

const ode45: PeerIntegrator = {
  name: 'ode45-cash-karp',
  packages: { 'ode45-cash-karp': '1.1.0' },
  async load(folder) {
    const { default: library } = await importPeer<{ default: Ode45 }>(folder, 'ode45-cash-karp');
    return ({ f, start, t1 }, tol) => {
      const derivative = (out: number[], y: number[], t: number): void => {
        const slope = f(t, y);
        for (let i = 0; i < out.length; i++) out[i] = slope[i]!;
      };
      const integrator = library([...start], derivative, 0, 1e-3, { tol });
      integrator.steps(maximalSteps, t1);
      return integrator.y;
    };
  },
};

interface MathJs {
  create(factories: unknown): {
    solveODE(
      f: ArrayProblem['f'],
      span: readonly [number, number],
      y0: readonly number[],
      options: { tol: number; maxIter: number },
    ): { readonly y: readonly (readonly number[])[] };
  };
  readonly all: unknown;
}

const mathjs: PeerIntegrator = {
  name: 'mathjs.solveODE',
  packages: { mathjs: '15.2.0' },
  async load(folder) {
    const library = await importPeer<MathJs>(folder, 'mathjs');
    const math = library.create(library.all);
    return ({ f, start, t1 }, tol) => {
      const { y } = math.solveODE(f, [0, t1], [...start], { tol, maxIter: maximalSteps });
      return y[y.length - 1]!;
    };
  },
};

/** Integrators of other libraries: adding one is one entry here. */
export const peerIntegrators: readonly PeerIntegrator[] = [odex, ode45, mathjs];
