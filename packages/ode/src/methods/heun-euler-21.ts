import { explicitMethod, type ExplicitMethod } from '../explicit/pair.js';

/** Heun's method with Euler's embedded, and the quadratic interpolant of both stages. */
export const heunEuler21: ExplicitMethod = explicitMethod({
  name: 'Heun–Euler 2(1)',
  order: 2,
  embeddedOrder: 1,
  stages: 2,
  c: [0, 1],
  a: [[], [1]],
  b: [1 / 2, 1 / 2],
  e: [-1 / 2, 1 / 2],
  firstSameAsLast: false,
  interpolant: {
    order: 2,
    p: [
      [1, -1 / 2],
      [0, 1 / 2],
    ],
  },
  citation:
    'Heun, "Neue Methoden zur approximativen Integration der Differentialgleichungen", Z. Math. Phys. 45 (1900) 23–38.',
});
