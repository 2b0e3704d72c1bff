import type { Objective } from '@nonsmooth/autodiff';
import { gradientFlow } from '@nonsmooth/flows';
import type { EmpiricalRisk } from '@nonsmooth/nets';
import { timed } from '../case.js';
import { observation, type Check } from '../check.js';
import type { Work } from '../work.js';
import { fasterThanScaled } from './reference-machine.js';
import { checkTanhFlow, tanhFlow } from './tanh-flow.js';

interface Answer {
  readonly error: number;
  readonly loss: number;
  readonly rightHandSides: number;
  readonly split: Split;
}

/** Where the milliseconds of a flow go, and how many evaluations there were. */
interface Split {
  readonly gradients: Part;
  readonly hessians: Part;
  /** All that is not spent in the objective. */
  readonly method: number;
}

interface Part {
  readonly count: number;
  readonly milliseconds: number;
}

const name = 'tanh flow to t = 100';

/** The gradient flow of the tanh network to t = 100, against LSODA. */
export const smoothFlow = timed<Answer>({
  name,
  unit: 'flows',
  prepare: tanhGradientFlow,
  check: ({ error, loss, rightHandSides, split }) => [
    ...checkTanhFlow(error, loss, 3e-7),
    observation('right-hand sides', rightHandSides),
    ...observeSplit(split),
  ],
  comparisons: [fasterThanScaled('SciPy LSODA', 52e-3, { name }, 5)],
});

/** To the accuracy that SciPy's LSODA had in the time it is compared with. */
function tanhGradientFlow(): Work<Answer> {
  const risk = tanhFlow.risk();
  const integrate = (objective: Objective = risk) =>
    gradientFlow(objective, tanhFlow.start, {
      until: tanhFlow.until,
      // the end alone: loss and speed at every step would cost a gradient each
      saveAt: [tanhFlow.until],
      rtol: 1.1e-7,
      atol: 1e-10,
      energy: false,
    });
  let flow = integrate();
  return {
    units: 1,
    run: () => void (flow = integrate()),
    answer: () => ({
      error: tanhFlow.worstErrorOf(flow.theta),
      loss: risk.value(flow.theta),
      rightHandSides: flow.statistics.rhs,
      split: splitOf(risk, integrate),
    }),
    fingerprint: () => [flow.theta],
    dispose: () => risk.dispose(),
  };
}

/** The fastest of ten runs with clocks around what the objective does. */
function splitOf(risk: EmpiricalRisk, integrate: (objective: Objective) => void): Split {
  const gradients = { count: 0, milliseconds: 0 };
  const hessians = { count: 0, milliseconds: 0 };
  const timed = <Result>(part: typeof gradients, action: () => Result): Result => {
    const begin = performance.now();
    const result = action();
    part.count++;
    part.milliseconds += performance.now() - begin;
    return result;
  };
  const objective: Objective = {
    dimension: risk.dimension,
    smooth: risk.smooth,
    value: (theta) => risk.value(theta),
    gradient: (theta, out) => timed(gradients, () => risk.gradient(theta, out)),
    hessian: (theta, out) => timed(hessians, () => risk.hessian(theta, out)),
    hessianVector: (theta, v, out) => risk.hessianVector(theta, v, out),
  };
  let fastest = Infinity;
  let split: Split = { gradients, hessians, method: 0 };
  for (let run = 0; run < 10; run++) {
    for (const part of [gradients, hessians]) part.count = part.milliseconds = 0;
    const begin = performance.now();
    integrate(objective);
    const total = performance.now() - begin;
    if (total > fastest) continue;
    fastest = total;
    const method = total - gradients.milliseconds - hessians.milliseconds;
    split = { gradients: { ...gradients }, hessians: { ...hessians }, method };
  }
  return split;
}

function observeSplit({ gradients, hessians, method }: Split): readonly Check[] {
  return [
    observation(`milliseconds in ${gradients.count} gradients`, gradients.milliseconds),
    observation(`milliseconds in ${hessians.count} Hessians`, hessians.milliseconds),
    observation('milliseconds in the method', method),
  ];
}
