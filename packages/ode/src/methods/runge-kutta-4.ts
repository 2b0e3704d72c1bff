import { hermite } from '../explicit/hermite.js';
import { explicitMethod, type ExplicitMethod } from '../explicit/pair.js';

const b = [1 / 6, 1 / 3, 1 / 3, 1 / 6];

/** The classical method of order 4. Has no error estimate: for fixed steps. */
export const rungeKutta4: ExplicitMethod = explicitMethod({
  name: 'Runge–Kutta 4',
  order: 4,
  embeddedOrder: 3,
  stages: 4,
  c: [0, 1 / 2, 1 / 2, 1],
  a: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]],
  b,
  firstSameAsLast: false,
  interpolant: hermite(b, 4),
  citation:
    'Kutta, "Beitrag zur näherungsweisen Integration totaler Differentialgleichungen", Z. Math. Phys. 46 (1901) 435–453.',
});
