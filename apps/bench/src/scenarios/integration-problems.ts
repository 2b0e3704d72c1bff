import type { RightHandSide } from '@nonsmooth/ode';
import { relativeError } from './five-nets.js';
import { tanhFlow } from './tanh-flow.js';

/** An initial value problem from t = 0 whose end point is known. */
export interface IntegrationProblem {
  readonly start: Float64Array;
  readonly t1: number;
  readonly rhs: RightHandSide;
  /** ‖y − y(t1)‖/‖y(t1)‖ */
  readonly errorOf: (y: ArrayLike<number>) => number;
  /** A usual tolerance and the error that it must keep to: orbits magnify local errors. */
  readonly usual: { readonly tolerance: number; readonly limit: number };
  /** The error that tolerance 1e−10 must keep to. */
  readonly limit: number;
}

export const integrationProblems = {
  'tanh flow': flowProblem,
  'Arenstorf orbit': () => arenstorf,
  Brusselator: () => brusselator,
} as const satisfies Record<string, () => IntegrationProblem>;

export type ProblemName = keyof typeof integrationProblems;

function flowProblem(): IntegrationProblem {
  const risk = tanhFlow.risk();
  return {
    start: tanhFlow.start,
    t1: tanhFlow.until,
    rhs: (_, theta, out) => {
      risk.gradient(theta, out);
      for (let i = 0; i < out.length; i++) out[i] = -out[i]!;
    },
    errorOf: tanhFlow.errorOf,
    usual: { tolerance: 1e-6, limit: 1e-6 },
    limit: 1e-10,
  };
}

const arenstorfStart = Float64Array.of(0.994, 0, 0, -2.0015851063790824);

/** Restricted three-body problem with a closed orbit: Hairer, Nørsett, Wanner, "Solving ODEs I", section II.0. */
const arenstorf: IntegrationProblem = {
  start: arenstorfStart,
  t1: 17.065216560157964,
  rhs: (_, [x, y, vx, vy], out) => {
    const mu = 0.012277471;
    const nu = 1 - mu;
    const d1 = ((x! + mu) ** 2 + y! ** 2) ** 1.5;
    const d2 = ((x! - nu) ** 2 + y! ** 2) ** 1.5;
    out[0] = vx!;
    out[1] = vy!;
    out[2] = x! + 2 * vy! - (nu * (x! + mu)) / d1 - (mu * (x! - nu)) / d2;
    out[3] = y! - 2 * vx! - (nu * y!) / d1 - (mu * y!) / d2;
  },
  errorOf: (y) => relativeError(y, arenstorfStart),
  usual: { tolerance: 1e-9, limit: 1e-4 },
  limit: 1e-5,
};

/** End point at t = 20 on which three codes agree to 1e−10 (rtol 1e−12 … 1e−13). */
const brusselator: IntegrationProblem = {
  start: Float64Array.of(1.5, 3),
  t1: 20,
  rhs: (_, [u, v], out) => {
    out[0] = 1 + u! * u! * v! - 4 * u!;
    out[1] = 3 * u! - u! * u! * v!;
  },
  errorOf: (y) => relativeError(y, [0.49863707126832985, 4.5967803494520165]),
  usual: { tolerance: 1e-9, limit: 1e-8 },
  limit: 1e-9,
};
