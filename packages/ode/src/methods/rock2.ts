import { predictive } from '../control/controller.js';
import type { Method } from '../method.js';
import { orthogonal2 } from '../stabilized/orthogonal.js';
import { stabilizedStepper } from '../stabilized/stepper.js';

/**
 * ROCK2, order 2: explicit, stable on the real axis to about 0.81 s² with s stages, which every step chooses by the
 * spectral radius. Farther than RKC2, but an error in one stage is amplified by up to 0.07 s³.
 */
export const rock2: Method = {
  name: 'ROCK2',
  order: 2,
  interpolantOrder: 2,
  coarseInterpolant: true,
  adaptive: true,
  controller: predictive,
  citation:
    'Abdulle, Medovikov, "Second order Chebyshev methods based on orthogonal polynomials", Numer. Math. 90 (2001) 1–18.',
  stepper: (system) => stabilizedStepper(orthogonal2, system),
};
