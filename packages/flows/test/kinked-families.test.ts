import { mul, objective } from '@nonsmooth/autodiff';
import { gradientFlow, type InclusionFlow } from '@nonsmooth/flows';
import { expect, test } from 'vitest';
import { families, kinkedProblem, type KinkedProblem } from './kinked-families.js';

/** The flow of value·f(x/scale) in its own units of time, with what is the same tolerance there. */
function flowOf({ f, start, until }: KinkedProblem, scale = 1, value = 1): InclusionFlow {
  const risk = objective((x) => mul(value, f(mul(1 / scale, x))), start.length);
  const flow = gradientFlow(
    risk,
    start.map((x) => x * scale),
    { until: (until * scale ** 2) / value, rtol: 1e-8, atol: 1e-10 * scale, maxSteps: 5000 },
  );
  return flow as InclusionFlow;
}

/** The largest difference of explicit Euler steps to a state, against the size of that. */
function eulerError({ f, start, until }: KinkedProblem, end: Float64Array, steps: number): number {
  const risk = objective(f, start.length);
  const x = Float64Array.from(start);
  const g = new Float64Array(start.length);
  for (let k = 0; k < steps; k++) {
    risk.gradient(x, g);
    for (let i = 0; i < x.length; i++) x[i] = x[i]! - (until / steps) * g[i]!;
  }
  return apart(x, end);
}

function apart(u: Float64Array, v: Float64Array): number {
  const size = v.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  return u.reduce((most, x, i) => Math.max(most, Math.abs(x - v[i]!)), 0) / size;
}

test.each(families.map(({ name }, which) => [name, which] as const))(
  '%s: flows fall at the rate of their speed, are limits of descent, and the same in other units',
  (name, which) => {
    for (const seed of [0, 1]) {
      const problem = kinkedProblem(which, seed);
      const flow = flowOf(problem);
      expect(flow.status, flow.reason).toBe('finished');
      const { residual, dissipated } = flow.energy!;
      expect(Math.abs(residual)).toBeLessThan(1e-6 * (1 + Math.abs(flow.loss[0]!) + dissipated));
      if (problem.isConvex) expect(flow.uniqueUntil).toBeUndefined();
      if (flow.uniqueUntil !== undefined) continue;
      // weights of 1000 make explicit steps unstable
      if (name !== 'very different weights') {
        const error = eulerError(problem, flow.theta, 2000);
        if (error > 2e-3) expect(eulerError(problem, flow.theta, 20_000)).toBeLessThan(0.4 * error);
      }
      const scale = seed === 0 ? 1e5 : 1e-5;
      const inOtherUnits = flowOf(problem, scale, 1 / scale);
      expect(inOtherUnits.status, inOtherUnits.reason).toBe('finished');
      const back = inOtherUnits.theta.map((x) => x / scale);
      expect(apart(back, flow.theta)).toBeLessThan(2e-7);
    }
  },
);
