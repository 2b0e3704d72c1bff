import { predictive } from '../control/controller.js';
import type { Method } from '../method.js';
import { orthogonal4 } from '../stabilized/orthogonal4.js';
import { stabilizedStepper } from '../stabilized/stepper.js';

/**
 * ROCK4, order 4: explicit, stable on the real axis to about 0.35 s² with s stages, which every step chooses by the
 * spectral radius. An error in one stage is amplified by up to 6.5e−5·s⁷, which is 4e5 with 25 stages: no
 * more are used, and no steps whose h·ρ is beyond 217. Where those are long enough, for strict tolerances.
 */
export const rock4: Method = {
  name: 'ROCK4',
  order: 4,
  interpolantOrder: 3,
  coarseInterpolant: true,
  adaptive: true,
  controller: predictive,
  citation:
    'Abdulle, "Fourth order Chebyshev methods with recurrence relation", SIAM J. Sci. Comput. 23 (2002) 2041–2054.',
  stepper: (system) => stabilizedStepper(orthogonal4, system),
};
