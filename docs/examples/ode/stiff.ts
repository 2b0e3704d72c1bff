// A stiff problem: the method decides, not the step size
import { dormandPrince54, ndf, solve } from '@nonsmooth/ode';

const problem = {
  rhs(t: number, [y]: ArrayLike<number> & Iterable<number>, out: Float64Array) {
    out[0] = -1e5 * (y! - Math.cos(t));
  },
  y0: [1],
  t0: 0,
  t1: 3,
};
const options = { rtol: 1e-6, atol: 1e-9 };
const stiff = solve(problem, { ...options, method: ndf });
const explicit = solve(problem, { ...options, method: dormandPrince54, maxSteps: 1e6 });

console.log(stiff.statistics.rhs < 1000, explicit.statistics.rhs > 100_000);
console.log(Math.abs(stiff.y.at(-1)![0]! - Math.cos(3)) < 1e-4);

// prints
// true true
// true
