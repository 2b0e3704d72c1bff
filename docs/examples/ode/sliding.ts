// Both sides push towards the border: the solution slides along it
import { filippov, solve } from '@nonsmooth/ode';

// y' = 1 − 2·sign(y): reaches 0 from y = 1 at t = 1, and stays there
const problem = filippov(
  {
    count: 1,
    field(_t, _y, out, [positive]) {
      out[0] = 3 - 4 * positive!;
    },
    surfaces(_t, [y], out) {
      out[0] = y!;
    },
    velocities(_t, _y, [velocity], out) {
      out[0] = velocity!;
    },
  },
  1,
);
const solution = solve({ ...problem, y0: [1], t0: 0, t1: 2 }, { rtol: 1e-8, atol: 1e-10 });
console.log(solution.modeChanges.map(({ t }) => t.toFixed(9)));
console.log(Math.abs(solution.y.at(-1)![0]!) < 1e-12);

export const curves = {
  x: { name: 't', values: solution.t },
  y: { name: 'y', values: solution.y.map((y) => y[0]!) },
};

// prints
// [ '1.000000000' ]
// true
