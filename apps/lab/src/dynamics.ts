import { gradientFlow, logarithmicTimes, normalize, normalizedFlow } from '@nonsmooth/flows';
import type { Flow, FlowOptions } from '@nonsmooth/flows';
import { Columns } from './columns.js';
import { descent } from './descent.js';
import type { Hooks, Part } from './hooks.js';
import type { Problem } from './problem.js';
import { recorder, type Recorder } from './recorder.js';
import type { Dynamics, Study } from './study.js';

type OfKind<Kind extends Dynamics['kind']> = Extract<Dynamics, { kind: Kind }>;

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
  gradientFlow({ risk, theta0 }, given, record) {
    const options = flowOptions(given);
    return () => partOf(gradientFlow(risk, theta0, options), record);
  },

  normalizedFlow({ net, risk, theta0 }, given, record) {
    const options = flowOptions(given);
    const start = normalize(net, theta0);
    return () => partOf(normalizedFlow(net, risk, start, options), record);
  },

  descent,
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
  const saveAt = logarithmicTimes(save.from ?? until * 1e-8, until, save.perDecade);
  return { until, rtol, atol, saveAt: [0, ...saveAt], energy: false };
}

function partOf(flow: Flow, record: Recorder): Part {
  const columns = new Columns(['t', ...record.names]);
  let firstWrong = NaN;
  flow.y.forEach((theta, i) => {
    const [t, loss, speed] = [flow.t[i]!, flow.loss[i]!, flow.speed[i]!];
    columns.add([t, ...record.row(theta, { loss, speed })]);
    if (!Number.isFinite(loss) && Number.isNaN(firstWrong)) firstWrong = t;
  });
  const overflowed = !Number.isNaN(firstWrong);
  return {
    columns: columns.read(),
    theta: flow.theta,
    moments: [],
    status: overflowed ? 'failed' : flow.status,
    reason: overflowed ? `the loss is not finite at t = ${firstWrong}` : flow.reason,
    gradients: flow.statistics.rhs,
    steps: flow.statistics.accepted,
    events: [],
  };
}
