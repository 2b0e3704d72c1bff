import type { Scenario } from '../scenario.js';
import { equalError } from './equal-error.js';
import { longFlow } from './long-flow.js';
import { classicalIntegrations, workPrecision } from './work-precision.js';

/** Integrations of initial value problems, compared with known end points; in detail, work against precision. */
export const ode: Scenario = {
  name: 'ode',
  summary: 'integration of the 1-16-1 tanh flow to t = 100 and of two classical problems',
  packages: ['ode', 'nets', 'kernels', 'tensor'],
  cases: ({ detailed, peers }) => [
    ...classicalIntegrations,
    ...(detailed ? [equalError, longFlow, workPrecision(peers)] : []),
  ],
};
