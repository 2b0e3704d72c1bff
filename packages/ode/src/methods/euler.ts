import { explicitMethod, type ExplicitMethod } from '../explicit/pair.js';

/** Euler's method, with a linear interpolant. Has no error estimate: for fixed steps. */
export const euler: ExplicitMethod = explicitMethod({
  name: 'Euler',
  order: 1,
  embeddedOrder: 0,
  stages: 1,
  c: [0],
  a: [[]],
  b: [1],
  firstSameAsLast: false,
  interpolant: { order: 1, p: [[1]] },
  citation: 'Euler, Institutionum calculi integralis, vol. I, 1768.',
});
