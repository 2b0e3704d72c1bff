import { filippov, solve } from '@nonsmooth/ode';

// Coulomb friction: a block on a moving belt, pulled back by a spring, sticks and slips.
const beltSpeed = 0.5;
const problem = filippov(
  {
    count: 1,
    // the switch is on where the block is faster than the belt: friction then brakes it
    field(_t, [position, speed], out, [faster]) {
      out[0] = speed;
      out[1] = -position + (1 - 2 * faster);
    },
    surfaces(_t, [, speed], out) {
      out[0] = speed - beltSpeed;
    },
    velocities(_t, _y, [, acceleration], out) {
      out[0] = acceleration;
    },
  },
  2,
);
const { modeChanges } = solve(
  { ...problem, y0: [0, 2], t0: 0, t1: 20 },
  { rtol: 1e-9, atol: 1e-12 },
);
for (const { t, notes } of modeChanges) {
  console.log(t.toFixed(6), notes.map(({ kind, surface }) => `${kind} ${surface}`).join(', '));
}
