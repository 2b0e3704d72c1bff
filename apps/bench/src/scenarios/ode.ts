import { boundError, report } from '../check.js';
import { defineScenario } from '../scenario.js';
import { integrationProblems, type ProblemName } from './integration-problems.js';
import {
  checkIntegrations,
  prepareIntegration,
  workPrecisionFigures,
  workPrecisionTasks,
  type IntegrationAnswer,
  type IntegrationTask,
} from './work-precision.js';

/** Integrations of initial value problems, compared with known end points; in detail, work against precision. */
export const ode = defineScenario<IntegrationTask, IntegrationAnswer>({
  name: 'ode',
  summary: 'integration of the 1-16-1 tanh flow to t = 100 and of two classical problems',
  packages: ['ode', 'nets', 'kernels'],

  cases: ({ detailed, peers }) => [
    ...problems.map((problem) => ({
      kind: 'timed' as const,
      unit: 'integrations',
      name: `${problem}, Dormand–Prince 5(4)`,
      parameters: {
        problem,
        integrator: 'Dormand–Prince 5(4)' as const,
        tolerance: integrationProblems[problem]().usual.tolerance,
        folder: '',
      },
    })),
    ...(detailed
      ? [
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

  prepare: prepareIntegration,

  check: (answers, tasks) =>
    tasks.length > 1
      ? checkIntegrations(answers, tasks)
      : [
          boundError(
            'end point',
            answers[0]!.error,
            integrationProblems[tasks[0]!.problem]().usual.limit,
          ),
          report('right-hand sides', answers[0]!.rightHandSides),
        ],

  figures: (answers, tasks) => (tasks.length > 1 ? workPrecisionFigures(answers, tasks) : []),
});

const problems = (Object.keys(integrationProblems) as ProblemName[]).filter(
  (name) => integrationProblems[name]().kind !== 'stiff',
);
