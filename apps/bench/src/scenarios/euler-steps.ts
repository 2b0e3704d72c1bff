import { largest } from '@nonsmooth/core';
import { descend, sgd } from '@nonsmooth/flows';
import { initialize, xavierUniform } from '@nonsmooth/nets';
import { foldIn, key } from '@nonsmooth/tensor';
import { ensemble, type Case } from '../case.js';
import { boundError, observation } from '../check.js';
import { speedup } from '../comparison.js';
import type { Work } from '../work.js';
import { relativeError } from './five-nets.js';
import { throughputAgainstScaled } from './reference-machine.js';
import { tanhFlow } from './tanh-flow.js';

interface Answer {
  readonly error: number;
  readonly loss: number;
}

/** Steps of one trajectory. */
export const eulerSteps = 1000;
const everyChecked = 32;
const name = 'Euler steps';

/** Euler steps of the tanh flow from so many starts, shared by the threads. */
export function eulerTrajectories(count: number): Case {
  return ensemble<number, Answer>({
    name,
    unit: 'trajectories',
    runs: Array.from({ length: count }, (_, run) => run),
    prepare: eulerTrajectory,
    check: (answers) => [
      boundError(
        `against single steps, one in ${everyChecked} trajectories`,
        largest(answers.map(({ error }) => error)),
        1e-12,
      ),
      observation('largest loss', largest(answers.map(({ loss }) => loss))),
    ],
    comparisons: [
      throughputAgainstScaled("JAX's compiled loop", 84, { name }, 1),
      speedup({ name }, 2, 1.9),
    ],
  });
}

/** Gradient descent is Euler's method; some compared with the same steps done one by one in JavaScript. */
function eulerTrajectory(run: number, seed: number): Work<Answer> {
  const learningRate = 0.01;
  const risk = tanhFlow.risk();
  const start = initialize(risk.network, xavierUniform, foldIn(foldIn(key(seed), 5), run));
  let theta = start;
  const singleSteps = (): Float64Array => {
    const expected = start.slice();
    const gradient = new Float64Array(start.length);
    for (let step = 0; step < eulerSteps; step++) {
      risk.gradient(expected, gradient);
      for (let i = 0; i < expected.length; i++) expected[i]! -= learningRate * gradient[i]!;
    }
    return expected;
  };
  return {
    units: 1,
    run() {
      theta = descend(risk, start, sgd({ learningRate }), { steps: eulerSteps }).theta;
    },
    answer: () => ({
      // the slow twin takes as long as the work itself, whose wall time it is part of
      error: run % everyChecked === 0 ? relativeError(theta, singleSteps()) : 0,
      loss: risk.value(theta),
    }),
    fingerprint: () => [theta],
    dispose: () => risk.dispose(),
  };
}
