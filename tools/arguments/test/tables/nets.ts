// oxlint-disable typescript/unbound-method -- these methods are functions that use no `this`
import * as nets from '@nonsmooth/nets';
import { defaultKernels, defaultKinks } from '@nonsmooth/kernels';
import { key, tensor } from '@nonsmooth/tensor';
import { call, type Table } from '../entry.js';

const net = nets.network([1, 2, 1], { activation: 'relu' });
const theta = (): Float64Array => Float64Array.of(1, 2, 3, 4, 5, 6, 7);
const out = (): Float64Array => new Float64Array(7);
const data = () => ({ inputs: [0, 0.5, 1], targets: [1, 2, 3], loss: 'squared' as const });
const risk = nets.empiricalRisk(net, data());
const population = nets.populationRisk(net, { interval: [0, 1], target: [0, 1] });

export const netsTable: Table = {
  applyNetwork: call(nets.applyNetwork, () => [net, tensor(theta()), tensor([[1], [2]])]),
  checkedData: call(nets.checkedData, () => [net, data()]),
  empiricalRisk: call(
    nets.empiricalRisk,
    () => [net, data(), { dtype: 'f64', kernels: defaultKernels, kinks: defaultKinks }],
    { options: [2] },
  ),
  'empiricalRisk().value': call(risk.value, () => [theta()]),
  'empiricalRisk().gradient': call(risk.gradient, () => [theta(), out()]),
  'empiricalRisk().batchGradient': call(risk.batchGradient, () => [
    theta(),
    Uint32Array.of(0, 2),
    out(),
  ]),
  'empiricalRisk().hessianVector': call(risk.hessianVector, () => [theta(), theta(), out()]),
  'empiricalRisk().hessian': call(risk.hessian, () => [theta(), new Float64Array(49)]),
  'empiricalRisk().switching': call(risk.switching, () => [theta(), new Float64Array(6)]),
  evaluatePiecewise: call(nets.evaluatePiecewise, () => [
    { knots: [0, 1, 2], pieces: [[1], [0, 1]] },
    0.5,
  ]),
  gaussLegendre: call(nets.gaussLegendre, () => [3]),
  heNormal: call(nets.heNormal, () => [key(1), 2, 3]),
  initialize: call(
    nets.initialize,
    () => [net, nets.xavierUniform, key(1), { biases: nets.heNormal }],
    { options: [3] },
  ),
  isEmpiricalRisk: call(nets.isEmpiricalRisk, () => [risk], { anything: [0] }),
  isPopulationRisk: call(nets.isPopulationRisk, () => [population], { anything: [0] }),
  network: call(
    nets.network,
    () => [
      [1, 2, 1],
      { activation: { name: 'leakyRelu', parameter: 0.1 }, batchNormalization: false },
    ],
    { options: [1] },
  ),
  normalWeights: call(nets.normalWeights, () => [0.5]),
  'normalWeights()': call(nets.normalWeights(0.5), () => [key(1), 2, 3]),
  populationRisk: call(
    nets.populationRisk,
    () => [net, { interval: [0, 1], target: [0, 1], density: [1] }],
    { options: [1] },
  ),
  'populationRisk().value': call(population.value, () => [theta()]),
  'populationRisk().gradient': call(population.gradient, () => [theta(), out()]),
  'populationRisk().hessianVector': call(population.hessianVector, () => [theta(), theta(), out()]),
  'populationRisk().hessian': call(population.hessian, () => [theta(), new Float64Array(49)]),
  realize: call(nets.realize, () => [net, theta(), [1, 2]]),
  requireNetwork: call(nets.requireNetwork, () => ['net', net], { fixed: [0] }),
  requireParameters: call(nets.requireParameters, () => [net, theta()]),
  tracedEmpiricalRisk: call(
    nets.tracedEmpiricalRisk,
    () => [net, data(), { kinks: defaultKinks }],
    {
      options: [2],
    },
  ),
  xavierUniform: call(nets.xavierUniform, () => [key(1), 2, 3]),
  zeroWeights: call(nets.zeroWeights, () => [key(1), 2, 3]),
};
