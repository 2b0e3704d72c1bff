import {
  gradientFlow,
  logarithmicTimes,
  normalize,
  normalizedDescent,
  normalizedFlow,
  reluFlow,
  trajectoryOf,
  type Flow,
  type FlowOptions,
  type ReluFlow,
} from '@nonsmooth/flows';
import { ArgumentError, type Objective } from '@nonsmooth/core';
import { isEmpiricalRisk } from '@nonsmooth/nets';
import {
  auto,
  bdf,
  bogackiShampine32,
  dormandPrince54,
  dormandPrince853,
  exprb53,
  kennedyCarpenter43,
  ndf,
  radauIIA5,
  rock2,
  rock4,
  rodas43,
  rungeKutta4,
  tsitouras54,
  verner76,
} from '@nonsmooth/ode';
import { Columns } from './columns.js';
import { descent } from './descent.js';
import type { Hooks, Part } from './hooks.js';
import type { Problem } from './problem.js';
import { recorder, type Recorder } from './recorder.js';
import { horizon, type Dynamics, type Study } from './study.js';

type OfKind<Kind extends Dynamics['kind']> = Extract<Dynamics, { kind: Kind }>;

const methods = {
  auto,
  bdf,
  bogackiShampine32,
  dormandPrince54,
  dormandPrince853,
  exprb53,
  kennedyCarpenter43,
  ndf,
  radauIIA5,
  rock2,
  rock4,
  rodas43,
  rungeKutta4,
  tsitouras54,
  verner76,
} as const;

/** What is left to do when a problem and its dynamics were found to fit. */
export type Run = (hooks: Hooks) => Part;

/** One entry per kind of dynamics; a new kind without one does not compile. */
const dynamics: {
  readonly [Kind in Dynamics['kind']]: (
    problem: Problem,
    given: OfKind<Kind>,
    record: Recorder,
  ) => Run;
} = {
  gradientFlow({ net, risk, theta0 }, given, record) {
    const { method } = given;
    const options = {
      ...flowOptions(given),
      ...(method && { method: methods[method] }),
    };
    if (given.kinks === 'itinerary') {
      if (!isEmpiricalRisk(risk)) {
        throw new ArgumentError('dynamics.kinks', given.kinks, 'none, or the empirical risk');
      }
      return () => partOf(reluFlow(net, risk.data, theta0, options), record, risk);
    }
    if (record.names.includes('kinkEvents')) {
      throw new ArgumentError('record', 'kinkEvents', 'a gradientFlow with kinks: itinerary');
    }
    return () => partOf(gradientFlow(risk, theta0, options), record, risk);
  },

  normalizedFlow({ net, risk, theta0 }, given, record) {
    const options = flowOptions(given);
    const start = normalize(net, theta0);
    return () => partOf(normalizedFlow(net, risk, start, options), record);
  },

  descent,

  normalizedDescent({ net, risk, theta0 }, { learningRate, iterations, every }, record) {
    const start = normalize(net, theta0);
    return () => {
      const { records, theta, status } = normalizedDescent(net, risk, start, {
        learningRate,
        steps: iterations,
        every,
      });
      const columns = new Columns(['t', ...record.names]);
      for (const one of records) {
        columns.add([one.step, ...record.row(one.theta, { batchLoss: one.loss })]);
      }
      const steps = records.at(-1)!.step;
      const failed = status === 'nonFinite';
      return {
        columns: columns.read(),
        theta,
        moments: [],
        status: failed ? 'failed' : status,
        reason: failed ? `loss or parameters overflowed after step ${steps}` : `${steps} steps`,
        gradients: steps,
        steps,
        events: [],
      };
    };
  },
};

/** @throws ArgumentError if the dynamics do not fit the problem. */
export function prepare(problem: Problem, study: Study): Run {
  const given = study.dynamics;
  const record = recorder(problem, study.record);
  return (dynamics[given.kind] as (problem: Problem, given: Dynamics, record: Recorder) => Run)(
    problem,
    given,
    record,
  );
}

function flowOptions({
  until,
  rtol,
  atol,
  save,
}: OfKind<'gradientFlow' | 'normalizedFlow'>): FlowOptions {
  const end = horizon(until);
  const saveAt = logarithmicTimes(save.from ?? end * 1e-8, end, save.perDecade);
  return { until, rtol, atol, saveAt: [0, ...saveAt], energy: false };
}

/** `objective` is what the flow is the gradient flow of. */
function partOf(flow: Flow | ReluFlow, record: Recorder, objective?: Objective): Part {
  const columns = new Columns(['t', ...record.names]);
  const itinerary = 'itinerary' in flow ? flow.itinerary : undefined;
  let firstWrong = NaN;
  flow.y.forEach((theta, i) => {
    const [t, loss, speed] = [flow.t[i]!, flow.loss[i]!, flow.speed[i]!];
    columns.add([t, ...record.row(theta, { loss, speed, ...met(t) })]);
    if (!Number.isFinite(loss) && Number.isNaN(firstWrong)) firstWrong = t;
  });
  function met(t: number): { kinkEvents?: number } {
    return itinerary ? { kinkEvents: itinerary.filter((event) => event.t <= t).length } : {};
  }
  const overflowed = !Number.isNaN(firstWrong);
  return {
    columns: columns.read(),
    theta: flow.theta,
    moments: [],
    status: overflowed ? 'failed' : flow.status,
    reason: overflowed ? `the loss is not finite at t = ${firstWrong}` : flow.reason,
    gradients: flow.statistics.rhs,
    steps: flow.statistics.accepted,
    events: itinerary?.map((event) => ({ ...event })) ?? [],
    flow: { trajectory: trajectoryOf(flow), ...(objective && { objective }) },
  };
}
