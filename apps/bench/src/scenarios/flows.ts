import { descend, gradientFlow, sgd } from '@nonsmooth/flows';
import { initialize, xavierUniform } from '@nonsmooth/nets';
import { foldIn, key } from '@nonsmooth/tensor';
import { boundError, report, type Check } from '../check.js';
import { defineScenario, type Rates, type Work } from '../scenario.js';
import { limitCaseName, limitWork, markAgainst } from './reference-machine.js';
import { relativeError } from './five-nets.js';
import { checkTanhFlow, tanhFlow } from './tanh-flow.js';

type Way = 'flow to t = 100' | 'Euler steps' | 'limit';

interface Parameters {
  readonly way: Way;
  readonly run: number;
}

interface Answer {
  readonly error: number;
  readonly loss: number;
  readonly rightHandSides: number;
}

const starts = 64;
const eulerSteps = 1000;
const stepSize = 0.01;

/** The gradient flow of the 1-16-1 tanh network, and ensembles of its Euler steps. */
export const flows = defineScenario<Parameters, Answer>({
  name: 'flows',
  summary: `the 1-16-1 tanh flow to t = 100, and ${starts} trajectories of ${eulerSteps} Euler steps`,
  packages: ['flows', 'ode', 'nets', 'kernels', 'tensor'],

  cases: ({ detailed }) => [
    ...(detailed
      ? [
          {
            kind: 'timed' as const,
            unit: 'flop',
            name: limitCaseName('f64'),
            parameters: { way: 'limit' as const, run: 0 },
            baseline: true,
          },
        ]
      : []),
    {
      kind: 'timed',
      unit: 'trajectories',
      name: 'flow to t = 100',
      parameters: { way: 'flow to t = 100', run: 0 },
    },
    {
      kind: 'ensemble',
      unit: 'trajectories',
      name: 'Euler steps',
      runs: Array.from({ length: starts }, (_, run) => ({ way: 'Euler steps' as const, run })),
    },
  ],

  prepare({ way, run }, seed) {
    if (way === 'limit') return limit();
    return way === 'Euler steps' ? eulerTrajectory(run, seed) : flow();
  },

  check(answers, [parameters]) {
    if (parameters!.way === 'limit') return [boundError('error', answers[0]!.error, 0)];
    return parameters!.way === 'Euler steps' ? checkEuler(answers) : checkFlow(answers[0]!);
  },

  marks(rates) {
    const speedup = rates.speedup('Euler steps', 2);
    const trajectories = rates.throughput('Euler steps', 1);
    return [
      ...markAgainst('SciPy LSODA', 52e-3, rates, timeOf('flow to t = 100', rates), 4),
      ...markAgainst(
        "JAX's compiled loop",
        1 / 84,
        rates,
        { name: 'Euler steps', seconds: trajectories === undefined ? undefined : 1 / trajectories },
        1,
      ),
      ...(speedup === undefined
        ? []
        : [{ quantity: 'Euler steps on 2 threads ÷ 1 thread', ratio: speedup, mark: 1.9 }]),
    ];
  },
});

function timeOf(name: string, rates: Rates) {
  return { name, seconds: rates.call(name) };
}

function limit(): Work<Answer> {
  const work = limitWork('f64');
  return {
    ...work,
    answer: () => ({ error: work.answer(), loss: 0, rightHandSides: 0 }),
  };
}

function flow() {
  const risk = tanhFlow.risk();
  const integrate = () =>
    gradientFlow(risk, tanhFlow.start, { until: tanhFlow.until, rtol: 1e-6, atol: 1e-9 });
  let solution = integrate();
  const end = () => solution.y[solution.y.length - 1]!;
  return {
    units: 1,
    run: () => void (solution = integrate()),
    answer: () => ({
      error: tanhFlow.errorOf(end()),
      loss: solution.loss[solution.loss.length - 1]!,
      rightHandSides: solution.statistics.rhs,
    }),
    fingerprint: () => [end()],
    dispose: () => risk.dispose(),
  };
}

function checkFlow({ error, loss, rightHandSides }: Answer): readonly Check[] {
  return [...checkTanhFlow(error, loss, 1e-5), report('right-hand sides', rightHandSides)];
}

/** Gradient descent is Euler's method; compared with the same steps done one by one in JavaScript. */
function eulerTrajectory(run: number, seed: number) {
  const risk = tanhFlow.risk();
  const start = initialize(risk.network, xavierUniform, foldIn(foldIn(key(seed), 5), run));
  let theta = start;
  return {
    units: 1,
    run() {
      theta = descend(risk, start, sgd({ learningRate: stepSize }), { steps: eulerSteps }).theta;
    },
    answer() {
      const expected = start.slice();
      const gradient = new Float64Array(start.length);
      for (let step = 0; step < eulerSteps; step++) {
        risk.gradient(expected, gradient);
        for (let i = 0; i < expected.length; i++) expected[i]! -= stepSize * gradient[i]!;
      }
      return {
        error: relativeError(theta, expected),
        loss: risk.value(theta),
        rightHandSides: eulerSteps,
      };
    },
    fingerprint: () => [theta],
    dispose: () => risk.dispose(),
  };
}

function checkEuler(answers: readonly Answer[]): readonly Check[] {
  return [
    boundError(
      'largest error against single steps',
      Math.max(...answers.map(({ error }) => error)),
      1e-12,
    ),
    report('largest loss', Math.max(...answers.map(({ loss }) => loss))),
  ];
}
