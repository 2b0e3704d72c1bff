import { grad, objective, sum, square, abs, type Value } from '@nonsmooth/autodiff';
import { dormandPrince54, solve, type Solution } from '@nonsmooth/ode';

/** The motion of a unit mass in a potential that autodiff differentiates: q″ = −∇V(q). */
export function motion(
  potential: (q: Value) => Value,
  start: readonly number[],
  until: number,
): Solution {
  const n = start.length;
  const force = objective(potential, n);
  const gradient = new Float64Array(n);
  return solve(
    {
      rhs: (_t, y, out) => {
        force.gradient(y.subarray(0, n), gradient);
        for (let i = 0; i < n; i++) {
          out[i] = y[n + i]!;
          out[n + i] = -(gradient[i] ?? 0);
        }
      },
      y0: [...start, ...start.map(() => 0)],
      t0: 0,
      t1: until,
    },
    { method: dormandPrince54, rtol: 1e-10, atol: 1e-12 },
  );
}

/** |q|²: after √2·π everything is where it was. */
export const harmonic = (q: Value): Value => sum(square(q));

/** The slope of |x| that a backward sweep answers. */
export function slopeOfSize(x: number): number {
  return grad((v: Value) => sum(abs(v)))([x]).data[0] ?? NaN;
}
