import type { Scenario } from '../scenario.js';
import { eulerSteps, eulerTrajectories } from './euler-steps.js';
import { growthFlows } from './growth-flows.js';
import { inclusionCosts } from './inclusion-costs.js';
import { deepKinkedFlow, kinkedFlows } from './kinked-flows.js';
import { limitCases } from './reference-machine.js';
import { smoothFlow } from './smooth-flow.js';

const starts = 64;
/** As many as the published figure has, for scenarios that were asked for by name. */
const detailedStarts = 256;

/** Gradient flows, smooth and across kinks, and ensembles of Euler steps. */
export const flows: Scenario = {
  name: 'flows',
  summary: `the 1-16-1 tanh flow to t = 100, ${starts} × ${eulerSteps} Euler steps of it (in detail ${detailedStarts}), and flows across kinks`,
  packages: ['flows', 'ode', 'nets', 'kernels', 'tensor'],
  cases: ({ detailed }) => [
    limitCases.f64,
    smoothFlow,
    eulerTrajectories(detailed ? detailedStarts : starts),
    ...kinkedFlows,
    ...(detailed ? [deepKinkedFlow, ...inclusionCosts, growthFlows] : []),
  ],
};
