import { ndf, radauIIA5, solve, type Method } from '@nonsmooth/ode';
import { boundError, type Check } from '../check.js';
import type { Mark } from '../mark.js';
import type { EnsembleCase, Rates, Work } from '../scenario.js';
import { flowProblem, tanhFlow } from './tanh-flow.js';

/** The flow to t = 10⁶ by NDF. */
export interface LongFlowTask {
  readonly task: 'long flow';
}

export const longFlowCase: EnsembleCase<LongFlowTask> = {
  kind: 'ensemble',
  unit: 'integrations',
  name: 'tanh flow to t = 1e6',
  alone: true,
  runs: [{ task: 'long flow' }],
};

export interface LongFlowAnswer {
  readonly error: number;
  readonly rightHandSides: number;
  readonly hessians: number;
}

export function prepareLongFlow(): Work<LongFlowAnswer> {
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
        error: Math.max(...found.y[0]!.map((value, i) => Math.abs(value - exact[i]!))),
        rightHandSides: found.statistics.rhs,
        hessians: found.statistics.jacobians,
      };
    },
    fingerprint: () => [found.y[0]!],
    dispose: () => risk.dispose(),
  };
}

export function checkLongFlow({ error }: LongFlowAnswer): readonly Check[] {
  return [boundError('θ(1e6) by NDF against Radau IIA', error, 1e-4, 'absolute')];
}

export function longFlowMarks(rates: Rates): readonly Mark[] {
  const [answer] = rates.answers(longFlowCase.name) as readonly LongFlowAnswer[];
  if (!answer) return [];
  const name = 'NDF, tanh flow to t = 1e6, error ≤ 1e-4';
  return [
    {
      quantity: `${name}: right-hand sides`,
      ratio: answer.rightHandSides,
      mark: 2500,
      atMost: true,
    },
    { quantity: `${name}: Hessians`, ratio: answer.hessians, mark: 200, atMost: true },
  ];
}
