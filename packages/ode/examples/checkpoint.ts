import { integrate, type Checkpoint, type InitialValueProblem } from '@nonsmooth/ode';

// Step by step; stop, store, and go on as if nothing had happened.
const problem: InitialValueProblem = {
  rhs(_t, [x, y, z], out) {
    out[0] = 10 * (y - x);
    out[1] = x * (28 - z) - y;
    out[2] = x * y - (8 / 3) * z;
  },
  y0: [1, 1, 1],
  t0: 0,
  t1: 30,
};
const whole = integrate(problem, { rtol: 1e-8 });
let stored = '';
for (const { end } of whole) {
  if (end > 15 && stored === '') stored = JSON.stringify(whole.checkpoint());
}
const resumed = integrate(problem, { rtol: 1e-8, from: JSON.parse(stored) as Checkpoint });
while (resumed.next());
console.log(
  'the same chaos to the last bit:',
  resumed.y.every((value, i) => value === whole.y[i]),
);
