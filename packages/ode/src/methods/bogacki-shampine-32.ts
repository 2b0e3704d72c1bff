import { hermite } from '../explicit/hermite.js';
import { explicitMethod, type ExplicitMethod } from '../explicit/pair.js';

const b = [2 / 9, 1 / 3, 4 / 9];

/** Bogacki–Shampine 3(2): four stages, the last of which is the first of the next step. */
export const bogackiShampine32: ExplicitMethod = explicitMethod({
  name: 'Bogacki–Shampine 3(2)',
  order: 3,
  embeddedOrder: 2,
  stages: 4,
  c: [0, 1 / 2, 3 / 4, 1],
  a: [[], [1 / 2], [0, 3 / 4], b],
  b: [...b, 0],
  e: [-5 / 72, 1 / 12, 1 / 9, -1 / 8],
  firstSameAsLast: true,
  interpolant: hermite(b, 3),
  citation:
    'Bogacki, Shampine, "A 3(2) pair of Runge–Kutta formulas", Appl. Math. Lett. 2 (1989) 321–325.',
});
