import type { Method } from '../method.js';
import { radauStepper } from '../stiff/radau.js';

/** The collocation method of three stages at the Radau nodes: L-stable, and accurate at strict tolerances. */
export const radauIIA5: Method = {
  name: 'Radau IIA 5',
  order: 5,
  interpolantOrder: 3,
  interpolantDegree: 3,
  coarseInterpolant: true,
  adaptive: true,
  citation:
    'Hairer, Wanner, Solving Ordinary Differential Equations II, section IV.8, 2nd ed. 1996.',
  stepper: radauStepper,
};
