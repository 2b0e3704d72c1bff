// A pendulum from nearly upside down
import { solve, verner76 } from '@nonsmooth/ode';

const solution = solve(
  {
    rhs(_t, [angle, speed], out) {
      out[0] = speed!;
      out[1] = -Math.sin(angle!);
    },
    y0: [3, 0],
    t0: 0,
    t1: 50,
  },
  { method: verner76, rtol: 1e-10, atol: 1e-12 },
);
const energy = ([angle, speed]: ArrayLike<number> & Iterable<number>): number =>
  speed! ** 2 / 2 - Math.cos(angle!);

// energy is conserved, though nobody told the method
console.log(Math.abs(energy(solution.y.at(-1)!) - energy([3, 0])) < 1e-8);

export const curves = {
  x: { name: 't', values: solution.t },
  y: { name: 'angle', values: solution.y.map((y) => y[0]!) },
};

// prints
// true
