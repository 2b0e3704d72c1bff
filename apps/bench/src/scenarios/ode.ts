import { boundError, report, type Check } from '../check.js';
import { defineScenario, type Case } from '../scenario.js';
import {
  checkEqualError,
  equalErrorCase,
  equalErrorMarks,
  prepareEqualError,
  type EqualErrorAnswer,
  type EqualErrorTask,
} from './equal-error.js';
import { integrationProblems, type ProblemName } from './integration-problems.js';
import {
  checkLongFlow,
  longFlowCase,
  longFlowMarks,
  prepareLongFlow,
  type LongFlowAnswer,
  type LongFlowTask,
} from './long-flow.js';
import {
  checkMonitoring,
  monitoringCase,
  monitoringMarks,
  prepareMonitoring,
  type MonitoringAnswer,
  type MonitoringTask,
} from './step-monitoring.js';
import {
  checkIntegrations,
  prepareIntegration,
  workPrecisionFigures,
  workPrecisionTasks,
  type IntegrationAnswer,
  type IntegrationTask,
} from './work-precision.js';

type Task = IntegrationTask | EqualErrorTask | LongFlowTask | MonitoringTask;
type Answer = IntegrationAnswer | EqualErrorAnswer | LongFlowAnswer | MonitoringAnswer;

/** Integrations of initial value problems, compared with known end points; in detail, work against precision. */
export const ode = defineScenario<Task, Answer>({
  name: 'ode',
  summary: 'integration of the 1-16-1 tanh flow to t = 100 and of two classical problems',
  packages: ['ode', 'nets', 'kernels', 'tensor'],

  cases: ({ detailed, peers }) => [
    ...classical,
    ...(detailed
      ? [
          equalErrorCase,
          longFlowCase,
          monitoringCase,
          {
            kind: 'ensemble' as const,
            unit: 'integrations',
            name: 'work and precision',
            alone: true,
            runs: workPrecisionTasks(peers),
          },
        ]
      : []),
  ],

  prepare(task, seed) {
    switch (task.task) {
      case 'integration':
        return prepareIntegration(task);
      case 'equal error':
        return prepareEqualError(task, seed);
      case 'long flow':
        return prepareLongFlow();
      default:
        return prepareMonitoring(task);
    }
  },

  check(answers, tasks) {
    switch (tasks[0]!.task) {
      case 'integration':
        return tasks.length > 1
          ? checkIntegrations(answers as IntegrationAnswer[], tasks as IntegrationTask[])
          : checkIntegration(answers[0] as IntegrationAnswer, tasks[0] as IntegrationTask);
      case 'equal error':
        return checkEqualError(answers as EqualErrorAnswer[], tasks as EqualErrorTask[]);
      case 'long flow':
        return checkLongFlow(answers[0] as LongFlowAnswer);
      default:
        return checkMonitoring(answers as MonitoringAnswer[], tasks as MonitoringTask[]);
    }
  },

  figures: (answers, tasks) =>
    tasks.length > 1 && tasks[0]!.task === 'integration'
      ? workPrecisionFigures(answers as IntegrationAnswer[], tasks as IntegrationTask[])
      : [],

  marks: (rates) => [...equalErrorMarks(rates), ...longFlowMarks(rates), ...monitoringMarks(rates)],
});

const classical = (Object.keys(integrationProblems) as ProblemName[])
  .filter((name) => integrationProblems[name]().kind !== 'stiff')
  .map((problem): Case<Task> => ({
    kind: 'timed',
    unit: 'integrations',
    name: `${problem}, Dormand–Prince 5(4)`,
    parameters: {
      task: 'integration',
      problem,
      integrator: 'Dormand–Prince 5(4)',
      tolerance: integrationProblems[problem]().usual.tolerance,
      folder: '',
    },
  }));

function checkIntegration(
  { error, rightHandSides }: IntegrationAnswer,
  { problem }: IntegrationTask,
): readonly Check[] {
  return [
    boundError('end point', error, integrationProblems[problem]().usual.limit),
    report('right-hand sides', rightHandSides),
  ];
}
