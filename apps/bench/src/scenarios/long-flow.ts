import { largest } from '@nonsmooth/core';
import { ndf, radauIIA5, solve, type Method } from '@nonsmooth/ode';
import { ensemble } from '../case.js';
import { boundError } from '../check.js';
import type { Work } from '../work.js';
import { flowProblem, tanhFlow } from './tanh-flow.js';

interface Answer {
  readonly error: number;
  readonly rightHandSides: number;
  readonly hessians: number;
}

const mark = 'NDF, tanh flow to t = 1e6, error ≤ 1e-4';

/** The flow to t = 10⁶ by NDF. */
export const longFlow = ensemble<null, Answer>({
  name: 'tanh flow to t = 1e6',
  unit: 'integrations',
  singleThread: true,
  runs: [null],
  prepare: integration,
  check: ([answer]) => [
    boundError('θ(1e6) by NDF against Radau IIA', answer!.error, 1e-4, 'absolute'),
  ],
  marks: ([answer]) => [
    {
      quantity: `${mark}: right-hand sides`,
      ratio: answer!.rightHandSides,
      mark: 2500,
      atMost: true,
    },
    { quantity: `${mark}: Hessians`, ratio: answer!.hessians, mark: 200, atMost: true },
  ],
});

function integration(): Work<Answer> {
  const risk = tanhFlow.risk();
  const t1 = 1e6;
  const problem = flowProblem(risk, tanhFlow.start, t1, 'Hessians');
  const integrate = (method: Method, rtol: number, atol: number) =>
    solve(problem, { method, rtol, atol, saveAt: [t1] });
  let found = { y: [] as readonly Float64Array[], statistics: { rhs: 0, jacobians: 0 } };
  return {
    units: 1,
    run: () => void (found = integrate(ndf, 1e-6, 1e-8)),
    answer() {
      // another method, good to 2e−6 by comparison with stricter runs
      const exact = integrate(radauIIA5, 1e-4, 1e-6).y[0]!;
      return {
        error: largest(found.y[0]!.map((value, i) => Math.abs(value - exact[i]!))),
        rightHandSides: found.statistics.rhs,
        hessians: found.statistics.jacobians,
      };
    },
    fingerprint: () => [found.y[0]!],
    dispose: () => risk.dispose(),
  };
}
