import {
  diagonallyImplicitMethod,
  type DiagonallyImplicitMethod,
} from '../stiff/diagonally-implicit.js';

const gamma = 1 / 4;
const b = [82889 / 524892, 0, 15625 / 83664, 69875 / 102672, -2260 / 8211, gamma];
const embedded = [
  4586570599 / 29645900160,
  0,
  178811875 / 945068544,
  814220225 / 1159782912,
  -3700637 / 11593932,
  61727 / 225920,
];

/** The L-stable, stiffly accurate pair of order 4(3) with six stages, the first explicit, of stage order 2. */
export const kennedyCarpenter43: DiagonallyImplicitMethod = diagonallyImplicitMethod({
  name: 'Kennedy–Carpenter 4(3)',
  order: 4,
  embeddedOrder: 3,
  stages: 6,
  gamma,
  c: [0, 1 / 2, 83 / 250, 31 / 50, 17 / 20, 1],
  a: [
    [0],
    [gamma, gamma],
    [8611 / 62500, -1743 / 31250, gamma],
    [5012029 / 34652500, -654441 / 2922500, 174375 / 388108, gamma],
    [
      15267082809 / 155376265600,
      -71443401 / 120774400,
      730878875 / 902184768,
      2285395 / 8070912,
      gamma,
    ],
    b,
  ],
  e: b.map((weight, i) => weight - embedded[i]!),
  citation:
    'Kennedy, Carpenter, "Additive Runge–Kutta schemes for convection–diffusion–reaction equations", ' +
    'Appl. Numer. Math. 44 (2003) 139–181: the implicit method of ARK4(3)6L[2]SA.',
});
