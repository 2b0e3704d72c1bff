// oxlint-disable typescript/unbound-method -- these methods are functions that use no `this`
import { trace, objective, square, sub, sum } from '@nonsmooth/autodiff';
import * as flows from '@nonsmooth/flows';
import { empiricalRisk, network, populationRisk } from '@nonsmooth/nets';
import { heunEuler21 } from '@nonsmooth/ode';
import { key } from '@nonsmooth/tensor';
import { call, type Table } from '../entry.js';

const f = objective(
  trace((x) => sum(square(sub(x, [1, 2]))), [[2]]),
  2,
);
const net = network([1, 2, 1], { activation: 'relu' });
const data = () => ({ inputs: [0, 0.5, 1], targets: [1, 2, 3], loss: 'squared' as const });
const risk = empiricalRisk(net, data());
const population = populationRisk(net, { interval: [0, 1], target: [1] });
const theta = (): number[] => [1, -1, 0.5, 0.25, 1, 2, 0.5];
const point = (): number[] => [0.5, 0.25];
// Few steps, so that wrong ends come soon.
const few = { maxSteps: 60 };
const until = () => ({ time: 2, gradientNorm: 1e-9, steps: 40 });
const options = () => ({ ...few, until: until(), rtol: 1e-4, atol: 1e-6, method: heunEuler21 });
const flow = flows.gradientFlow(f, point(), {
  ...few,
  until: { time: 2 },
  saveAt: flows.logarithmicTimes(0.1, 2, 12),
});
const kept = () => ({ t: flow.t, y: flow.y, loss: flow.loss, speed: flow.speed });
const trajectory = () => ({ ...flows.trajectoryOf(flow) });
const descentOptions = () => ({ steps: 3, every: 1, batch: { size: 2, key: key(1) } });
const descent = flows.descend(risk, theta(), flows.sgd({ learningRate: 0.1 }), {
  steps: 3,
  every: 1,
});
const normalized = (): Float64Array => flows.normalize(net, theta());
const neurons = () => flows.hiddenNeurons(net);
const flat = empiricalRisk(net, { inputs: [0, 0.5], targets: [1, 1], loss: 'squared' });
const { certificate } = flows.certifyConvergence(flat, theta());

export const flowsTable: Table = {
  activationSeries: call(flows.activationSeries, () => [{ name: 'tanh' }, 0.5, 4]),
  adagrad: call(flows.adagrad, () => [{ learningRate: 0.1 }], { options: [0] }),
  adam: call(flows.adam, () => [{ learningRate: 0.1, beta1: 0.9 }], { options: [0] }),
  adamW: call(flows.adamW, () => [{ learningRate: 0.1, weightDecay: 0.1 }], { options: [0] }),
  boundedness: call(flows.boundedness, () => [kept()]),
  certifyConvergence: call(
    flows.certifyConvergence,
    () => [{ ...risk }, theta(), { kinds: ['theorem'] }],
    { options: [2] },
  ),
  classify: call(
    flows.classify,
    () => [trajectory(), { window: 0.5, objective: { ...f }, proofs: false }],
    { options: [1] },
  ),
  cosineDecay: call(flows.cosineDecay, () => [0.1, 10]),
  defaultMethod: call(flows.defaultMethod, () => [{ ...f }, 1e-4]),
  descend: call(
    flows.descend,
    () => [{ ...risk }, theta(), { name: 'sgd', learningRate: 0.1 }, descentOptions()],
    { options: [3] },
  ),
  distanceToManifold: call(flows.distanceToManifold, () => [net, normalized()]),
  evaluatePolynomial: call(flows.evaluatePolynomial, () => [
    [{ coefficient: 2, exponents: [1, 0] }],
    [1, 2],
  ]),
  gradientFlow: call(flows.gradientFlow, () => [{ ...f }, point(), options()], { options: [2] }),
  'gradientFlow(risk)': call(
    flows.gradientFlow,
    () => [{ ...risk }, theta(), { ...few, until: { time: 1 }, kinks: 'located' }],
    { options: [2] },
  ),
  hiddenNeurons: call(flows.hiddenNeurons, () => [net]),
  invariants: call(flows.invariants, () => [net]),
  'invariants().values': call(flows.invariants(net).values, () => [
    Float64Array.from(theta()),
    new Float64Array(2),
  ]),
  inverseDecay: call(flows.inverseDecay, () => [0.1, 10]),
  largestStableStep: call(
    flows.largestStableStep,
    () => [
      { ...flat },
      flows.lyapunov(net, [1]),
      theta(),
      { certified: 1e-9, steps: 3, accuracy: 1e3 },
    ],
    { options: [3] },
  ),
  linearDecay: call(flows.linearDecay, () => [0.1, 0.01, 10]),
  logarithmicTimes: call(flows.logarithmicTimes, () => [0.1, 10, 3]),
  lyapunov: call(flows.lyapunov, () => [net, [1]]),
  normalize: call(flows.normalize, () => [net, theta()]),
  normalizedDescent: call(
    flows.normalizedDescent,
    () => [net, { ...risk }, normalized(), { learningRate: 0.1, steps: 3, retraction: 'sphere' }],
    { options: [3] },
  ),
  normalizedFlow: call(
    flows.normalizedFlow,
    () => [net, { ...risk }, normalized(), { ...few, until: { time: 1 } }],
    { options: [3] },
  ),
  polynomialRealization: call(
    flows.polynomialRealization,
    () => [[{ coefficient: 2, exponents: [2] }], 'tanh', { centre: 0.5 }],
    { options: [2] },
  ),
  projectTangent: call(flows.projectTangent, () => [
    neurons(),
    Float64Array.from(theta()),
    new Float64Array(7).fill(1),
  ]),
  reluFlow: call(flows.reluFlow, () => [net, data(), theta(), { ...few, until: { time: 1 } }], {
    options: [3],
  }),
  retract: call(flows.retract, () => [neurons(), Float64Array.from(theta()), 'sphere']),
  rmsprop: call(flows.rmsprop, () => [{ learningRate: 0.1, smoothing: 0.9 }], { options: [0] }),
  sgd: call(flows.sgd, () => [{ learningRate: 0.1, momentum: 0.5 }], { options: [0] }),
  stepDecay: call(flows.stepDecay, () => [0.1, 0.5, 10]),
  stepSizeCertificate: call(flows.stepSizeCertificate, () => [net, 1, [0, 0.5, 1], theta()]),
  'stepSizeCertificate(population)': call(flows.stepSizeCertificate, () => [
    net,
    1,
    population,
    theta(),
  ]),
  thresholdStudy: call(
    flows.thresholdStudy,
    () => [{ ...f }, [point()], { ...few, until: 1, optimum: 0, reached: 1e-6 }],
    { options: [2] },
  ),
  trajectoryOf: call(flows.trajectoryOf, () => [kept()]),
  trajectoryOfDescent: call(flows.trajectoryOfDescent, () => [
    { ...risk },
    { records: descent.records },
    0.1,
  ]),
  univariate: call(flows.univariate, () => [[1, 2]]),
  verifyConvergence: call(flows.verifyConvergence, () => [flat, certificate]),
  warmUp: call(flows.warmUp, () => [3, () => 0.1]),
};
