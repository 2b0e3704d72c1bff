import { exponentialRosenbrockStepper } from '../exponential/rosenbrock-stepper.js';
import type { Method } from '../method.js';

/**
 * Exponential Rosenbrock 5(3) with three stages: exact for linear problems with constant coefficients, whatever their
 * stiffness. Needs products with the Jacobian only: few where it has few large eigenvalues.
 */
export const exprb53: Method = {
  name: 'exprb53s3',
  order: 5,
  interpolantOrder: 4,
  coarseInterpolant: true,
  adaptive: true,
  citation:
    'Luan, Ostermann, "Exponential Rosenbrock methods of order five", J. Comput. Appl. Math. 255 (2014) 417–431.',
  stepper: exponentialRosenbrockStepper,
};
