import { reluFlow } from '@nonsmooth/flows';
import { initialize, network, xavierUniform } from '@nonsmooth/nets';
import { foldIn, key, normal } from '@nonsmooth/tensor';
import { timed, type Case } from '../case.js';
import { boundError, claim, observation } from '../check.js';
import kinked from '../data/relu-flows.json' with { type: 'json' };
import type { Work } from '../work.js';

interface Answer {
  readonly error: number;
  readonly rightHandSides: number;
  /** What happened at kinks. */
  readonly itinerary: string;
}

/** Flows of ReLU networks across their kinks, with itineraries that are known. */
export const kinkedFlows: readonly Case[] = kinked.cases.map((reference) =>
  timed<Answer>({
    name: `ReLU flow, ${reference.name}`,
    unit: 'flows',
    prepare: () => kinkedFlow(reference),
    check: ({ error, rightHandSides, itinerary }) => [
      boundError('θ at the reference times', error, 1e-7, 'absolute'),
      claim('itinerary', itinerary, 'as in the reference'),
      observation('right-hand sides', rightHandSides),
    ],
  }),
);

/** A ReLU network with two hidden layers. */
export const deepKinkedFlow = timed<Answer>({
  name: 'ReLU flow, two hidden layers',
  unit: 'flows',
  prepare: deepFlow,
  check: ({ error, rightHandSides, itinerary }) => [
    boundError('θ(20) against itself at rtol 1e-10', error, 1e-4, 'absolute'),
    observation('right-hand sides', rightHandSides),
    observation('crossings, slides and exits', itinerary),
  ],
});

function kinkedFlow(reference: (typeof kinked.cases)[number]): Work<Answer> {
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
      rightHandSides: flow.statistics.rhs,
      itinerary: isAsExpected() ? 'as in the reference' : 'another one',
    }),
    fingerprint: () => flow.y,
  };
}

/** A 1-8-8-1 network on 20 random samples to t = 20. */
function deepFlow(seed: number): Work<Answer> {
  const net = network([1, 8, 8, 1], { activation: 'relu' });
  const draw = (use: number) => foldIn(foldIn(key(seed), 7), use);
  const data = { inputs: normal(draw(0), [20]), targets: normal(draw(1), [20]) };
  const start = initialize(net, xavierUniform, draw(2));
  const follow = (rtol: number) =>
    reluFlow(net, data, start, { until: 20, saveAt: [20], rtol, atol: rtol / 100 });
  let flow = follow(1e-6);
  return {
    units: 1,
    run: () => void (flow = follow(1e-6)),
    answer() {
      const { theta } = follow(1e-10);
      return {
        error: theta.reduce((worst, x, i) => Math.max(worst, Math.abs(x - flow.theta[i]!)), 0),
        rightHandSides: flow.statistics.rhs,
        itinerary: String(flow.itinerary.length),
      };
    },
    fingerprint: () => [flow.theta],
  };
}
