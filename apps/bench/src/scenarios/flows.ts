import type { Mark } from '../mark.js';
import { defineScenario, type Case, type Rates } from '../scenario.js';
import {
  checkFlow,
  eulerSteps,
  kinkedFlows,
  prepareFlow,
  type FlowAnswer,
  type FlowTask,
} from './flow-tasks.js';
import {
  checkGrowth,
  growthCase,
  prepareGrowth,
  type GrowthAnswer,
  type GrowthTask,
} from './growth-flows.js';
import { limitCaseName, markAgainst } from './reference-machine.js';

const starts = 64;
/** As many as the published figure has, for scenarios that were asked for by name. */
const detailedStarts = 256;

/** Gradient flows, smooth and across kinks, and ensembles of Euler steps. */
export const flows = defineScenario<FlowTask | GrowthTask, FlowAnswer | GrowthAnswer>({
  name: 'flows',
  summary: `the 1-16-1 tanh flow to t = 100, ${starts} × ${eulerSteps} Euler steps of it (in detail ${detailedStarts}), and flows across kinks`,
  packages: ['flows', 'ode', 'nets', 'kernels', 'tensor'],
  cases: ({ detailed }) => [
    limit,
    smooth,
    euler(detailed ? detailedStarts : starts),
    ...kinked,
    ...(detailed ? [deep, growthCase] : []),
  ],
  prepare: (task, seed) => (task.task === 'growth' ? prepareGrowth(task) : prepareFlow(task, seed)),
  check: (answers, tasks) =>
    tasks[0]!.task === 'growth'
      ? checkGrowth(answers as readonly GrowthAnswer[], tasks as readonly GrowthTask[])
      : checkFlow(tasks[0]!, answers as readonly FlowAnswer[]),
  marks: (rates) => [...systemMarks(rates), ...scalingMarks(rates)],
});

const limit: Case<FlowTask> = {
  kind: 'timed',
  unit: 'flop',
  name: limitCaseName('f64'),
  parameters: { task: 'limit' },
  baseline: true,
};

const smooth: Case<FlowTask> = {
  kind: 'timed',
  unit: 'flows',
  name: 'tanh flow to t = 100',
  parameters: { task: 'flow' },
};

const eulerName = 'Euler steps';

function euler(count: number): Case<FlowTask> {
  return {
    kind: 'ensemble',
    unit: 'trajectories',
    name: eulerName,
    runs: Array.from({ length: count }, (_, run) => ({ task: 'euler', run })),
  };
}

const kinked: readonly Case<FlowTask>[] = kinkedFlows.map((name) => ({
  kind: 'timed',
  unit: 'flows',
  name: `ReLU flow, ${name}`,
  parameters: { task: 'kinked', name },
}));

const deep: Case<FlowTask> = {
  kind: 'timed',
  unit: 'flows',
  name: 'ReLU flow, two hidden layers',
  parameters: { task: 'deep' },
};

function systemMarks(rates: Rates): readonly Mark[] {
  const flow = { name: smooth.name, seconds: rates.call(smooth.name) };
  const perSecond = rates.throughput(eulerName, 1);
  const trajectory = {
    name: eulerName,
    seconds: perSecond === undefined ? undefined : 1 / perSecond,
  };
  return [
    ...markAgainst('SciPy LSODA', 52e-3, rates, flow, 4),
    ...markAgainst("JAX's compiled loop", 1 / 84, rates, trajectory, 1),
  ];
}

function scalingMarks(rates: Rates): readonly Mark[] {
  const speedup = rates.speedup(eulerName, 2);
  return speedup === undefined
    ? []
    : [{ quantity: `${eulerName} on 2 threads ÷ 1 thread`, ratio: speedup, mark: 1.9 }];
}
