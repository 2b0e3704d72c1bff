import { norm2 } from '@nonsmooth/core';
import {
  adam,
  descend,
  gradientFlow,
  invariants,
  lyapunov,
  normalizedFlow,
  reluFlow,
  sgd,
  stepSizeCertificate,
  type Flow,
  type InclusionFlow,
  type KinkKind,
  type NetworkKinkEvent,
} from '@nonsmooth/flows';
import { activationKinks } from '@nonsmooth/kernels';
import { empiricalRisk, type EmpiricalRisk } from '@nonsmooth/nets';
import type { Experiment } from '../state/state.js';
import { hashOf } from './hash.js';
import { batchKey, problemOf, type Problem } from './problem.js';

/** Something that happened at a kink of a neuron. */
export interface RunEvent {
  readonly t: number;
  readonly kind: KinkKind;
  readonly layer: number;
  readonly neuron: number;
  readonly sample: number;
}

/** A computed run: columns over its times, and what is known of it. Plain data that workers can send. */
export interface Run {
  readonly experiment: Experiment;
  readonly dimension: number;
  readonly t: Float64Array;
  /** θ at the times `t`, one after the other. */
  readonly states: Float64Array;
  readonly loss: Float64Array;
  readonly speed: Float64Array;
  readonly norm: Float64Array;
  /** V, for positively homogeneous networks with constant targets. */
  readonly lyapunov: Float64Array | undefined;
  /** Largest change of a conserved quantity since the start, for positively homogeneous networks. */
  readonly invariants: Float64Array | undefined;
  /** Residual of the energy identity, from 0 to the ends of the steps; flows only. */
  readonly energy: { readonly t: Float64Array; readonly residual: Float64Array } | undefined;
  readonly events: readonly RunEvent[];
  readonly uniqueUntil: number | undefined;
  readonly atRestSince: number | undefined;
  /** Distance of 0 from Clarke's set at the end, as far as it was found. */
  readonly distance: number | undefined;
  readonly status: string;
  readonly reason: string;
  readonly method: string;
  readonly evaluations: number;
  /** Learning rates that are certified to let V fall. */
  readonly certified: { readonly learningRate: number; readonly guarantee: string } | undefined;
  /** The horizon of this run, and whether it is all that was asked for. */
  readonly horizon: number;
  readonly complete: boolean;
  /** Of all times, states and losses. */
  readonly hash: string;
}

type Core = Pick<
  Run,
  | 't'
  | 'loss'
  | 'speed'
  | 'energy'
  | 'events'
  | 'uniqueUntil'
  | 'atRestSince'
  | 'distance'
  | 'status'
  | 'reason'
  | 'method'
  | 'evaluations'
> & { readonly y: readonly Float64Array[] };

/** How many states of a descent are kept. */
const recordsOfDescent = 1000;

/** The horizon of an experiment on the clock of its charts: t, or γ·n of descents. */
export function horizonOf({ dynamics, until, learningRate, steps }: Experiment): number {
  return dynamics === 'flow' || dynamics === 'normalized' ? until : learningRate * steps;
}

/** Runs an experiment to a horizon: the same numbers in every engine. @throws what the packages throw. */
export function computeRun(experiment: Experiment, horizon: number = horizonOf(experiment)): Run {
  const problem = problemOf(experiment);
  const risk = empiricalRisk(problem.net, problem.data);
  try {
    const core =
      experiment.dynamics === 'flow' || experiment.dynamics === 'normalized'
        ? flowOf(problem, risk, experiment, horizon)
        : descentOf(problem, risk, experiment, horizon);
    return finished(core, problem, experiment, horizon);
  } finally {
    risk.dispose();
  }
}

function flowOf(
  { net, data, start }: Problem,
  risk: EmpiricalRisk,
  { dynamics, activation, rtol, choice }: Experiment,
  until: number,
): Core {
  const options = { until, rtol, atol: rtol / 100 };
  const kinked = activationKinks({ name: activation }).length > 0;
  const flow: Flow | InclusionFlow =
    dynamics === 'normalized'
      ? normalizedFlow(net, risk, start, kinked ? { ...options, choice } : options)
      : kinked
        ? reluFlow(net, data, start, { ...options, choice })
        : gradientFlow(risk, start, options);
  const inclusion = 'itinerary' in flow ? (flow as InclusionFlow) : undefined;
  return {
    t: flow.t,
    y: flow.y,
    loss: flow.loss,
    speed: flow.speed,
    energy: flow.energy?.steps,
    events: (inclusion?.itinerary ?? []).map((event) => {
      const { t, kind, layer, neuron, sample } = event as NetworkKinkEvent;
      return { t, kind, layer, neuron, sample };
    }),
    uniqueUntil: inclusion?.uniqueUntil,
    atRestSince: inclusion?.atRestSince,
    distance: inclusion?.stationarity?.distance,
    status: flow.status,
    reason: flow.reason,
    method: flow.method,
    evaluations: flow.statistics.rhs,
  };
}

function descentOf(
  { net, start }: Problem,
  risk: EmpiricalRisk,
  { dynamics, learningRate, batch, seed }: Experiment,
  horizon: number,
): Core {
  const steps = Math.max(1, Math.round(horizon / learningRate));
  const rule = dynamics === 'adam' ? adam({ learningRate }) : sgd({ learningRate });
  const { records, status } = descend(risk, start, rule, {
    steps,
    every: Math.max(1, Math.ceil(steps / recordsOfDescent)),
    ...(dynamics === 'sgd' && {
      batch: { size: Math.min(batch, risk.samples), key: batchKey(seed) },
    }),
  });
  const gradient = new Float64Array(net.dimension);
  const speed = new Float64Array(records.length);
  const loss = Float64Array.from(records, ({ theta }, i) => {
    const value = risk.gradient(theta, gradient);
    speed[i] = norm2(gradient);
    return value;
  });
  return {
    t: Float64Array.from(records, ({ step }) => learningRate * step),
    y: records.map(({ theta }) => theta),
    loss,
    speed,
    energy: undefined,
    events: [],
    uniqueUntil: undefined,
    atRestSince: undefined,
    distance: undefined,
    status,
    reason: status === 'nonFinite' ? 'loss or parameters overflowed' : `${steps} steps`,
    method: dynamics === 'adam' ? 'Adam' : dynamics === 'sgd' ? 'SGD' : 'gradient descent',
    evaluations: steps,
  };
}

function finished(
  { y, ...core }: Core,
  { net, data }: Problem,
  experiment: Experiment,
  horizon: number,
): Run {
  const { dimension } = net;
  const states = new Float64Array(y.length * dimension);
  y.forEach((theta, i) => states.set(theta, i * dimension));
  return {
    experiment,
    dimension,
    ...core,
    states,
    norm: Float64Array.from(y, norm2),
    lyapunov: lyapunovAlong(net, data, experiment, y),
    invariants: driftAlong(net, y),
    certified: certificateOf(net, data, experiment, y[0]!),
    horizon,
    complete: horizon === horizonOf(experiment),
    hash: hashOf(core.t, states, core.loss),
  };
}

/** The value that all targets share, if they do. */
function constantTarget(targets: readonly number[]): number | undefined {
  return targets.every((target) => target === targets[0]) ? targets[0] : undefined;
}

function isHomogeneous({ activation }: Problem['net']): boolean {
  return ['relu', 'leakyRelu', 'identity'].includes(activation.name);
}

function lyapunovAlong(
  net: Problem['net'],
  { targets, loss }: Problem['data'],
  { dynamics }: Experiment,
  y: readonly Float64Array[],
): Float64Array | undefined {
  const target = constantTarget(targets);
  if (target === undefined || !isHomogeneous(net) || loss !== 'squared') return undefined;
  if (dynamics === 'normalized') return undefined;
  const v = lyapunov(net, [target]);
  return Float64Array.from(y, (theta) => v.value(theta));
}

function driftAlong(net: Problem['net'], y: readonly Float64Array[]): Float64Array | undefined {
  if (!isHomogeneous(net)) return undefined;
  const conserved = invariants(net);
  return Float64Array.from(y, (theta) => conserved.drift(theta, y[0]!));
}

function certificateOf(
  net: Problem['net'],
  { inputs, targets, loss }: Problem['data'],
  { dynamics }: Experiment,
  start: Float64Array,
): Run['certified'] {
  const target = constantTarget(targets);
  const fits =
    target !== undefined &&
    loss === 'squared' &&
    net.activation.name === 'relu' &&
    net.widths.length === 3;
  if (!fits || dynamics === 'flow' || dynamics === 'normalized') return undefined;
  const { learningRate, guarantee } = stepSizeCertificate(net, target, inputs.flat(), start);
  return { learningRate, guarantee };
}
