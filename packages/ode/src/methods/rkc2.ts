import { predictive } from '../control/controller.js';
import type { Method } from '../method.js';
import { chebyshev2 } from '../stabilized/chebyshev.js';
import { stabilizedStepper } from '../stabilized/stepper.js';

/**
 * Runge–Kutta–Chebyshev, order 2: explicit, stable on the real axis to about 0.65 s² with s stages, which every step
 * chooses by the spectral radius. An error in one stage is hardly amplified, whatever their number.
 */
export const rkc2: Method = {
  name: 'RKC2',
  order: 2,
  interpolantOrder: 2,
  coarseInterpolant: true,
  adaptive: true,
  controller: predictive,
  citation:
    'Sommeijer, Shampine, Verwer, "RKC: an explicit solver for parabolic PDEs", J. Comput. Appl. Math. 88 (1997) 315–326.',
  stepper: (system) => stabilizedStepper(chebyshev2, system),
};
