import type { RightHandSide } from '@nonsmooth/ode';
import { relativeError } from './five-nets.js';
import { flowProblem, tanhFlow } from './tanh-flow.js';

/** smooth: explicit methods; gradientFlow: real spectrum, stability-limited; stiff: implicit methods only. */
export type ProblemKind = 'smooth' | 'gradientFlow' | 'stiff';

/** An initial value problem from t = 0 whose end point is known. */
export interface IntegrationProblem {
  readonly kind: ProblemKind;
  readonly start: Float64Array;
  readonly t1: number;
  readonly rhs: RightHandSide;
  /** The right-hand side's Jacobian, which is symmetric, and its products with vectors. */
  readonly derivatives?: {
    readonly jacobian: (t: number, y: Float64Array, out: Float64Array) => void;
    readonly jacobianVector: (
      t: number,
      y: Float64Array,
      v: Float64Array,
      out: Float64Array,
    ) => void;
  };
  /** ‖y − y(t1)‖/‖y(t1)‖ */
  readonly errorOf: (y: ArrayLike<number>) => number;
  /** A usual tolerance and the error that it must keep to: orbits magnify local errors. */
  readonly usual: { readonly tolerance: number; readonly limit: number };
  /** The error that tolerance 1e−10 must keep to. */
  readonly limit: number;
}

/** The initial value problems, by name. */
export const integrationProblems = {
  'tanh flow': flowIntegration,
  'Arenstorf orbit': () => arenstorf,
  Brusselator: () => brusselator,
  'Robertson reaction': () => robertson,
  'van der Pol, 1000': () => vanDerPol,
  HIRES: () => hires,
} as const satisfies Record<string, () => IntegrationProblem>;

/** The name of one of them. */
export type ProblemName = keyof typeof integrationProblems;

function flowIntegration(): IntegrationProblem {
  const risk = tanhFlow.risk();
  const { rhs, jacobian, jacobianVector } = {
    ...flowProblem(risk, tanhFlow.start, tanhFlow.until, 'products'),
    ...flowProblem(risk, tanhFlow.start, tanhFlow.until, 'Hessians'),
  };
  return {
    kind: 'gradientFlow',
    start: tanhFlow.start,
    t1: tanhFlow.until,
    rhs,
    derivatives: { jacobian: jacobian!, jacobianVector: jacobianVector! },
    errorOf: tanhFlow.errorOf,
    usual: { tolerance: 1e-6, limit: 1e-6 },
    limit: 1e-9,
  };
}

const arenstorfStart = Float64Array.of(0.994, 0, 0, -2.0015851063790824);

/** Restricted three-body problem with a closed orbit: Hairer, Nørsett, Wanner, "Solving ODEs I", section II.0. */
const arenstorf: IntegrationProblem = {
  kind: 'smooth',
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
  kind: 'smooth',
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

/** Chemical reactions of very different speeds: Hairer, Wanner, "Solving ODEs II", eq. (IV.1.4). */
const robertson: IntegrationProblem = {
  kind: 'stiff',
  start: Float64Array.of(1, 0, 0),
  t1: 1e4,
  rhs: (_, [a, b, c], out) => {
    const slow = 0.04 * a! - 1e4 * b! * c!;
    const fast = 3e7 * b! * b!;
    out[0] = -slow;
    out[1] = slow - fast;
    out[2] = fast;
  },
  errorOf: (y) => relativeError(y, [0.10730042853780454, 4.800166972571701e-7, 0.892699091445493]),
  usual: { tolerance: 1e-6, limit: 1e-5 },
  limit: 1e-8,
};

/** Van der Pol's oscillator with μ = 1000. */
const vanDerPol: IntegrationProblem = {
  kind: 'stiff',
  start: Float64Array.of(2, 0),
  t1: 2000,
  rhs: (_, [x, v], out) => {
    out[0] = v!;
    out[1] = 1000 * (1 - x! * x!) * v! - x!;
  },
  errorOf: (y) => relativeError(y, [1.7061677321705173, -0.0008928097010247614]),
  usual: { tolerance: 1e-6, limit: 1e-4 },
  limit: 1e-6,
};

/** Eight species of a plant's response to light; end point as in the test set of Bari and CWI. */
const hires: IntegrationProblem = {
  kind: 'stiff',
  start: Float64Array.of(1, 0, 0, 0, 0, 0, 0, 0.0057),
  t1: 321.8122,
  rhs: (_, [a, b, c, d, e, f, g, h], out) => {
    const bound = 280 * f! * h!;
    out[0] = -1.71 * a! + 0.43 * b! + 8.32 * c! + 0.0007;
    out[1] = 1.71 * a! - 8.75 * b!;
    out[2] = -10.03 * c! + 0.43 * d! + 0.035 * e!;
    out[3] = 8.32 * b! + 1.71 * c! - 1.12 * d!;
    out[4] = -1.745 * e! + 0.43 * f! + 0.43 * g!;
    out[5] = -bound + 0.69 * d! + 1.71 * e! - 0.43 * f! + 0.69 * g!;
    out[6] = bound - 1.81 * g!;
    out[7] = -bound + 1.81 * g!;
  },
  errorOf: (y) =>
    relativeError(
      y,
      [
        0.0007371312573325668, 0.0001442485726316185, 5.888729740967575e-5, 0.001175651343283149,
        0.002386356198831331, 0.006238968252742796, 0.002849998395185769, 0.002850001604814231,
      ],
    ),
  usual: { tolerance: 1e-6, limit: 1e-3 },
  limit: 1e-6,
};
