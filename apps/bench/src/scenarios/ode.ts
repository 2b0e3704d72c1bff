import { dormandPrince54, solve, type Method, type RightHandSide } from '@nonsmooth/ode';
import { boundError, report } from '../check.js';
import { defineScenario } from '../scenario.js';
import { relativeError } from './five-nets.js';
import { checkTanhFlow, tanhFlow } from './tanh-flow.js';

type ProblemName = 'tanh flow' | 'Arenstorf orbit';

interface Answer {
  readonly error: number;
  readonly loss: number;
  readonly rightHandSides: number;
}

const methods: Readonly<Record<string, Method>> = { 'Dormand–Prince 5(4)': dormandPrince54 };

/** Integrations of initial value problems, compared with reference solutions. */
export const ode = defineScenario<
  { readonly problem: ProblemName; readonly method: string },
  Answer
>({
  name: 'ode',
  summary: 'integration of the 1-16-1 tanh flow to t = 100 and of a closed orbit',
  packages: ['ode', 'nets', 'kernels'],

  cases: () =>
    Object.keys(methods).flatMap((method) =>
      (['tanh flow', 'Arenstorf orbit'] as const).map((problem) => ({
        kind: 'timed',
        unit: 'integrations',
        name: `${problem}, ${method}`,
        parameters: { problem, method },
      })),
    ),

  prepare({ problem, method: name }) {
    const method = methods[name]!;
    const risk = tanhFlow.risk();
    const isFlow = problem === 'tanh flow';
    const descent: RightHandSide = (_, theta, out) => {
      risk.gradient(theta, out);
      for (let i = 0; i < out.length; i++) out[i] = -out[i]!;
    };
    const start = isFlow ? tanhFlow.start : arenstorf.start;
    const t1 = isFlow ? tanhFlow.until : arenstorf.period;
    const rhs = isFlow ? descent : arenstorf.rhs;
    const tolerances = isFlow ? { rtol: 1e-6, atol: 1e-9 } : { rtol: 1e-9, atol: 1e-12 };
    const integrate = () => solve({ rhs, y0: start, t0: 0, t1 }, { method, ...tolerances });
    let solution = integrate();
    const end = () => solution.y[solution.y.length - 1]!;
    return {
      units: 1,
      run: () => void (solution = integrate()),
      answer: () => ({
        error: isFlow ? tanhFlow.errorOf(end()) : relativeError(end(), arenstorf.start),
        loss: isFlow ? risk.value(end()) : 0,
        rightHandSides: solution.statistics.rhs,
      }),
      fingerprint: () => [end()],
      dispose: () => risk.dispose(),
    };
  },

  check: ([answer], [parameters]) => [
    ...(parameters!.problem === 'tanh flow'
      ? checkTanhFlow(answer!.error, answer!.loss, 1e-5)
      : [boundError('the orbit closes', answer!.error, 1e-4)]),
    report('right-hand sides', answer!.rightHandSides),
  ],
});

/** Restricted three-body problem with a closed orbit: Hairer, Nørsett, Wanner, "Solving ODEs I", eq. (II.0.1–2). */
const arenstorf = {
  start: Float64Array.of(0.994, 0, 0, -2.0015851063790824),
  period: 17.065216560157964,
  rhs: (_t: number, [x, y, vx, vy]: Float64Array, out: Float64Array): void => {
    const mu = 0.012277471;
    const nu = 1 - mu;
    const d1 = ((x! + mu) ** 2 + y! ** 2) ** 1.5;
    const d2 = ((x! - nu) ** 2 + y! ** 2) ** 1.5;
    out[0] = vx!;
    out[1] = vy!;
    out[2] = x! + 2 * vy! - (nu * (x! + mu)) / d1 - (mu * (x! - nu)) / d2;
    out[3] = y! - 2 * vx! - (nu * y!) / d1 - (mu * y!) / d2;
  },
};
