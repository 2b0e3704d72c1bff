import { norm2 } from '@nonsmooth/core';
import {
  adagrad,
  adam,
  adamW,
  descend,
  gradientFlow,
  logarithmicTimes,
  normalize,
  normalizedFlow,
  rmsprop,
  sgd,
  type Flow,
  type FlowOptions,
} from '@nonsmooth/flows';
import type { Problem } from './problem.js';
import type { Dynamics } from './study.js';

/** What was saved along a run: one row per time, from 0 on. */
export interface Trajectory {
  /** Time of a flow, number of steps of a descent. */
  readonly t: Float64Array;
  /** The risk. */
  readonly loss: Float64Array;
  /** Norm of the (projected) gradient. */
  readonly speed: Float64Array;
  /** ‖θ‖. */
  readonly norm: Float64Array;
  readonly theta: Float64Array;
  readonly status: string;
  readonly reason: string;
  /** Gradients, those of rejected steps included. */
  readonly gradients: number;
}

type OfKind<Kind extends Dynamics['kind']> = Extract<Dynamics, { kind: Kind }>;

/** What is left to do when a problem and its dynamics were found to fit. */
export type Run = () => Trajectory;

/** One entry per kind of dynamics; a new kind without one does not compile. */
const dynamics: {
  readonly [Kind in Dynamics['kind']]: (problem: Problem, given: OfKind<Kind>) => Run;
} = {
  gradientFlow({ risk, theta0 }, given) {
    const options = flowOptions(given);
    return () => trajectoryOf(gradientFlow(risk, theta0, options));
  },

  normalizedFlow({ net, risk, theta0 }, given) {
    const options = flowOptions(given);
    const start = normalize(net, theta0);
    return () => trajectoryOf(normalizedFlow(net, risk, start, options));
  },

  descent: (problem, given) => () => descent(problem, given),
};

function descent(
  { risk, theta0, batchKey }: Problem,
  { rule, learningRate, steps, batch, every }: OfKind<'descent'>,
): Trajectory {
  const make = { sgd, adam, adamW, rmsprop, adagrad }[rule];
  const run = descend(risk, theta0, make({ learningRate }), {
    steps,
    every,
    ...(batch !== undefined && { batch: { size: batch, key: batchKey } }),
  });
  const gradient = new Float64Array(risk.dimension);
  const rows = run.records.map(({ step, theta }) => ({
    t: step,
    loss: risk.gradient(theta, gradient),
    speed: norm2(gradient),
    norm: norm2(theta),
  }));
  return {
    t: Float64Array.from(rows, ({ t }) => t),
    loss: Float64Array.from(rows, ({ loss }) => loss),
    speed: Float64Array.from(rows, ({ speed }) => speed),
    norm: Float64Array.from(rows, ({ norm }) => norm),
    theta: run.theta,
    status: run.status,
    reason: run.status === 'nonFinite' ? 'loss or parameters overflowed' : `${steps} steps`,
    gradients: rows.at(-1)!.t,
  };
}

/** @throws ArgumentError if the dynamics do not fit the problem. */
export function prepare(problem: Problem, given: Dynamics): Run {
  return (dynamics[given.kind] as (problem: Problem, given: Dynamics) => Run)(problem, given);
}

function flowOptions({
  until,
  rtol,
  atol,
  save,
}: OfKind<'gradientFlow' | 'normalizedFlow'>): FlowOptions {
  const saveAt = logarithmicTimes(save.from ?? until * 1e-8, until, save.perDecade);
  return { until, rtol, atol, saveAt: [0, ...saveAt], energy: false };
}

function trajectoryOf(flow: Flow): Trajectory {
  return {
    t: flow.t,
    loss: flow.loss,
    speed: flow.speed,
    norm: Float64Array.from(flow.y, norm2),
    theta: flow.theta,
    status: flow.status,
    reason: flow.reason,
    gradients: flow.statistics.rhs,
  };
}
