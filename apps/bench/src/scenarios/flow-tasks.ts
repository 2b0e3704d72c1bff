import { descend, gradientFlow, reluFlow, sgd } from '@nonsmooth/flows';
import { initialize, network, xavierUniform } from '@nonsmooth/nets';
import { foldIn, key } from '@nonsmooth/tensor';
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
  | { readonly task: 'limit' };

export interface FlowAnswer {
  readonly error: number;
  readonly loss: number;
  readonly rightHandSides: number;
  /** What happened at kinks, compared with the reference. */
  readonly itinerary?: string;
}

export const eulerSteps = 1000;
export const kinkedFlows: readonly string[] = kinked.cases.map(({ name }) => name);

export function prepareFlow(task: FlowTask, seed: number): Work<FlowAnswer> {
  switch (task.task) {
    case 'flow':
      return smoothFlow();
    case 'euler':
      return eulerTrajectory(task.run, seed);
    case 'kinked':
      return kinkedFlow(task.name);
    default:
      return limit();
  }
}

export function checkFlow(task: FlowTask, answers: readonly FlowAnswer[]): readonly Check[] {
  const { error, loss, rightHandSides, itinerary = '' } = answers[0]!;
  switch (task.task) {
    case 'flow':
      return [...checkTanhFlow(error, loss, 3e-7), report('right-hand sides', rightHandSides)];
    case 'euler':
      return [
        boundError('against single steps', Math.max(...answers.map((one) => one.error)), 1e-12),
        report('largest loss', Math.max(...answers.map((one) => one.loss))),
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
  const integrate = () =>
    gradientFlow(risk, tanhFlow.start, {
      until: tanhFlow.until,
      rtol: 3e-7,
      atol: 3e-9,
      energy: false,
    });
  let flow = integrate();
  return {
    units: 1,
    run: () => void (flow = integrate()),
    answer: () => ({
      error: tanhFlow.errorOf(flow.theta),
      loss: risk.value(flow.theta),
      rightHandSides: flow.statistics.rhs,
    }),
    fingerprint: () => [flow.theta],
    dispose: () => risk.dispose(),
  };
}

/** Gradient descent is Euler's method; compared with the same steps done one by one in JavaScript. */
function eulerTrajectory(run: number, seed: number): Work<FlowAnswer> {
  const learningRate = 0.01;
  const risk = tanhFlow.risk();
  const start = initialize(risk.network, xavierUniform, foldIn(foldIn(key(seed), 5), run));
  let theta = start;
  return {
    units: 1,
    run() {
      theta = descend(risk, start, sgd({ learningRate }), { steps: eulerSteps }).theta;
    },
    answer() {
      const expected = start.slice();
      const gradient = new Float64Array(start.length);
      for (let step = 0; step < eulerSteps; step++) {
        risk.gradient(expected, gradient);
        for (let i = 0; i < expected.length; i++) expected[i]! -= learningRate * gradient[i]!;
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

function limit(): Work<FlowAnswer> {
  const work = limitWork('f64');
  return { ...work, answer: () => ({ error: work.answer(), loss: 0, rightHandSides: 0 }) };
}
