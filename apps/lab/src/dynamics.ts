import { gradientFlow, normalize, normalizedDescent, normalizedFlow } from '@nonsmooth/flows';
import { ArgumentError } from '@nonsmooth/core';
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
import { approximation } from './approximation.js';
import { Columns } from './columns.js';
import { descent } from './descent.js';
import { generalizedDescent } from './generalized-descent.js';
import { flowRun, type Follow } from './flow-run.js';
import type { Run } from './hooks.js';
import type { Problem } from './problem.js';
import { recorder, type Recorder } from './recorder.js';
import type { Dynamics, Study } from './study.js';

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

/** One entry per kind of dynamics; a new kind without one does not compile. */
const dynamics: {
  readonly [Kind in Dynamics['kind']]: (
    problem: Problem,
    given: OfKind<Kind>,
    record: Recorder,
  ) => Run;
} = {
  gradientFlow({ risk, theta0 }, given, record) {
    const { method, kinks, choice } = given;
    const options = {
      ...(method && { method: methods[method] }),
      ...(choice && { choice }),
    };
    const meetsKinks = isEmpiricalRisk(risk) && !risk.smooth;
    if (kinks === 'itinerary' && !meetsKinks) {
      throw new ArgumentError(
        'dynamics.kinks',
        kinks,
        'left out for smooth risks and the population risk',
      );
    }
    if (meetsKinks && kinks !== 'ignored' && risk.dtype === 'f32') {
      throw new ArgumentError(
        'network.dtype',
        risk.dtype,
        'f64 for flows across kinks; any with dynamics.kinks: ignored',
      );
    }
    const located = kinks === 'ignored' ? kinks : 'located';
    const follow: Follow = (more) =>
      gradientFlow(risk, theta0, { ...options, kinks: located, ...more });
    return flowRun(follow, given, record, risk);
  },

  normalizedFlow({ net, risk, theta0 }, given, record) {
    const start = normalize(net, theta0);
    return flowRun((more) => normalizedFlow(net, risk, start, more), given, record);
  },

  descent,
  generalizedDescent,
  approximation,

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
  const record = recorder(problem, study);
  return (dynamics[given.kind] as (problem: Problem, given: Dynamics, record: Recorder) => Run)(
    problem,
    given,
    record,
  );
}
