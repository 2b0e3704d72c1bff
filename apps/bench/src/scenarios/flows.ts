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
import { limitCaseName, markAgainst } from './reference-machine.js';

const starts = 64;

/** Gradient flows, smooth and across kinks, and ensembles of Euler steps. */
export const flows = defineScenario<FlowTask, FlowAnswer>({
  name: 'flows',
  summary: `the 1-16-1 tanh flow to t = 100, ${starts} × ${eulerSteps} Euler steps of it, and flows across kinks`,
  packages: ['flows', 'ode', 'nets', 'kernels', 'tensor'],
  cases: ({ detailed }) => [...(detailed ? [limit] : []), smooth, euler, ...kinked],
  prepare: prepareFlow,
  check: (answers, [task]) => checkFlow(task!, answers),
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

const euler: Case<FlowTask> = {
  kind: 'ensemble',
  unit: 'trajectories',
  name: 'Euler steps',
  runs: Array.from({ length: starts }, (_, run) => ({ task: 'euler', run })),
};

const kinked: readonly Case<FlowTask>[] = kinkedFlows.map((name) => ({
  kind: 'timed',
  unit: 'flows',
  name: `ReLU flow, ${name}`,
  parameters: { task: 'kinked', name },
}));

function systemMarks(rates: Rates): readonly Mark[] {
  const flow = { name: smooth.name, seconds: rates.call(smooth.name) };
  const perSecond = rates.throughput(euler.name, 1);
  const trajectory = {
    name: euler.name,
    seconds: perSecond === undefined ? undefined : 1 / perSecond,
  };
  return [
    ...markAgainst('SciPy LSODA', 52e-3, rates, flow, 4),
    ...markAgainst("JAX's compiled loop", 1 / 84, rates, trajectory, 1),
  ];
}

function scalingMarks(rates: Rates): readonly Mark[] {
  const speedup = rates.speedup(euler.name, 2);
  return speedup === undefined
    ? []
    : [{ quantity: `${euler.name} on 2 threads ÷ 1 thread`, ratio: speedup, mark: 1.9 }];
}
