import type { Objective } from '@nonsmooth/autodiff';
import { deepReluFlow, descend, gradientFlow, reluFlow, sgd } from '@nonsmooth/flows';
import { initialize, network, xavierUniform, type EmpiricalRisk } from '@nonsmooth/nets';
import { foldIn, key, normal } from '@nonsmooth/tensor';
import { boundError, claim, report, type Check } from '../check.js';
import kinked from '../data/relu-flows.json' with { type: 'json' };
import type { Work } from '../scenario.js';
import { relativeError } from './five-nets.js';
import { limitWork } from './reference-machine.js';
import { checkTanhFlow, tanhFlow } from './tanh-flow.js';

export type FlowTask =
  /** The gradient flow of the tanh network to t = 100. */
  | { readonly task: 'flow' }
  /** 1000 Euler steps of that flow from a start of its own. */
  | { readonly task: 'euler'; readonly run: number }
  /** A flow of a ReLU network across its kinks. */
  | { readonly task: 'kinked'; readonly name: string }
  /** The flow of a ReLU network with two hidden layers. */
  | { readonly task: 'deep' }
  | { readonly task: 'limit' };

export interface FlowAnswer {
  readonly error: number;
  readonly loss: number;
  readonly rightHandSides: number;
  /** What happened at kinks, compared with the reference. */
  readonly itinerary?: string;
  readonly split?: Split;
}

/** Where the milliseconds of a flow go, and how many evaluations there were. */
export interface Split {
  readonly gradients: Part;
  readonly hessians: Part;
  /** All that is not spent in the objective. */
  readonly method: number;
}

interface Part {
  readonly count: number;
  readonly milliseconds: number;
}

export const eulerSteps = 1000;
const everyChecked = 32;
export const kinkedFlows: readonly string[] = kinked.cases.map(({ name }) => name);

export function prepareFlow(task: FlowTask, seed: number): Work<FlowAnswer> {
  switch (task.task) {
    case 'flow':
      return smoothFlow();
    case 'euler':
      return eulerTrajectory(task.run, seed);
    case 'kinked':
      return kinkedFlow(task.name);
    case 'deep':
      return deepFlow(seed);
    default:
      return limit();
  }
}

export function checkFlow(task: FlowTask, answers: readonly FlowAnswer[]): readonly Check[] {
  const { error, loss, rightHandSides, split, itinerary = '' } = answers[0]!;
  switch (task.task) {
    case 'flow':
      return [
        ...checkTanhFlow(error, loss, 3e-7),
        report('right-hand sides', rightHandSides),
        ...(split ? reportSplit(split) : []),
      ];
    case 'euler':
      return [
        boundError(
          `against single steps, one in ${everyChecked} trajectories`,
          Math.max(...answers.map((one) => one.error)),
          1e-12,
        ),
        report('largest loss', Math.max(...answers.map((one) => one.loss))),
      ];
    case 'deep':
      return [
        boundError('θ(20) against itself at rtol 1e-10', error, 1e-4, 'absolute'),
        report('right-hand sides', rightHandSides),
        report('crossings, slides and exits', itinerary),
      ];
    case 'kinked':
      return [
        boundError('θ at the reference times', error, 1e-7, 'absolute'),
        claim('itinerary', itinerary, 'as in the reference'),
        report('right-hand sides', rightHandSides),
      ];
    default:
      return [boundError('error', error, 0)];
  }
}

/** To the accuracy that SciPy's LSODA had in the time it is compared with. */
function smoothFlow(): Work<FlowAnswer> {
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

function reportSplit({ gradients, hessians, method }: Split): readonly Check[] {
  return [
    report(`milliseconds in ${gradients.count} gradients`, gradients.milliseconds),
    report(`milliseconds in ${hessians.count} Hessians`, hessians.milliseconds),
    report('milliseconds in the method', method),
  ];
}

/** Gradient descent is Euler's method; some compared with the same steps done one by one in JavaScript. */
function eulerTrajectory(run: number, seed: number): Work<FlowAnswer> {
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
      rightHandSides: eulerSteps,
    }),
    fingerprint: () => [theta],
    dispose: () => risk.dispose(),
  };
}

function kinkedFlow(name: string): Work<FlowAnswer> {
  const reference = kinked.cases.find((one) => one.name === name)!;
  const net = network(reference.widths, { activation: 'relu' });
  const data = { inputs: reference.x, targets: reference.y };
  const follow = () =>
    reluFlow(net, data, reference.theta0, {
      until: reference.times.at(-1)!,
      saveAt: reference.times,
      rtol: 1e-8,
      atol: 1e-10,
    });
  let flow = follow();
  const isAsExpected = (): boolean => {
    const found = flow.itinerary.map(({ neuron, input, kind }) => [neuron, input[0], kind]);
    const expected = reference.itinerary.map(([, neuron, x, kind]) => [neuron, x, kind]);
    return JSON.stringify(found) === JSON.stringify(expected);
  };
  return {
    units: 1,
    run: () => void (flow = follow()),
    answer: () => ({
      error: Math.max(
        ...reference.theta.flatMap((theta, i) => theta.map((x, k) => Math.abs(x - flow.y[i]![k]!))),
      ),
      loss: 0,
      rightHandSides: flow.statistics.rhs,
      itinerary: isAsExpected() ? 'as in the reference' : 'another one',
    }),
    fingerprint: () => flow.y,
  };
}

/** A 1-8-8-1 network on 20 random samples to t = 20. */
function deepFlow(seed: number): Work<FlowAnswer> {
  const net = network([1, 8, 8, 1], { activation: 'relu' });
  const draw = (use: number) => foldIn(foldIn(key(seed), 7), use);
  const data = { inputs: normal(draw(0), [20]), targets: normal(draw(1), [20]) };
  const start = initialize(net, xavierUniform, draw(2));
  const follow = (rtol: number) =>
    deepReluFlow(net, data, start, { until: 20, saveAt: [20], rtol, atol: rtol / 100 });
  let flow = follow(1e-6);
  return {
    units: 1,
    run: () => void (flow = follow(1e-6)),
    answer() {
      const { theta } = follow(1e-10);
      return {
        error: theta.reduce((worst, x, i) => Math.max(worst, Math.abs(x - flow.theta[i]!)), 0),
        loss: flow.loss[0]!,
        rightHandSides: flow.statistics.rhs,
        itinerary: String(flow.itinerary.length),
      };
    },
    fingerprint: () => [flow.theta],
  };
}

function limit(): Work<FlowAnswer> {
  const work = limitWork('f64');
  return { ...work, answer: () => ({ error: work.answer(), loss: 0, rightHandSides: 0 }) };
}
