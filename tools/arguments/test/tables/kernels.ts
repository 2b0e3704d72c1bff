// oxlint-disable typescript/unbound-method -- these methods are functions that use no `this`
import * as kernels from '@nonsmooth/kernels';
import { call, made, type Entry, type Table } from '../entry.js';

const problem = (): kernels.DenseProblem => ({
  widths: [1, 2, 1],
  activation: { name: 'tanh' },
  loss: 'squared',
  dtype: 'f64',
  batchNormalization: false,
  inputs: Float64Array.of(0, 0.5, 1),
  targets: Float64Array.of(1, 2, 3),
});
const theta = (): Float64Array => Float64Array.of(1, 2, 3, 4, 5, 6, 7);
const out = (): Float64Array => new Float64Array(7);
const adam = {
  name: 'adam',
  learningRate: 0.1,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0,
  amsgrad: true,
};
const descentOptions = () => ({ rule: adam, batch: { size: 2, key: [1, 2] } });

/** Everything that a backend computes, on problems prepared once. */
function backend(name: string, backend: kernels.Kernels): Table {
  const risk = backend.denseNetwork(problem());
  const frozen = backend.frozenNetwork(problem());
  const loop = () => risk.descent(theta(), descentOptions() as unknown as kernels.DescentOptions);
  const entries: Readonly<Record<string, Entry>> = {
    matmul: call(backend.matmul, () => [
      Float64Array.of(1, 2),
      Float64Array.of(3, 4),
      new Float64Array(1),
      1,
      2,
      1,
    ]),
    denseNetwork: call(backend.denseNetwork, () => [problem()], { options: [0] }),
    frozenNetwork: call(backend.frozenNetwork, () => [problem()], { options: [0] }),
    'frozenNetwork().gradient': call(frozen.gradient, () => [theta(), out()]),
    workspace: call(backend.workspace, () => ['f64', [2, 3], 2]),
    'denseNetwork().value': call(risk.value, () => [theta()]),
    'denseNetwork().gradient': call(risk.gradient, () => [theta(), out()]),
    'denseNetwork().batchGradient': call(risk.batchGradient, () => [
      theta(),
      Uint32Array.of(0, 2),
      out(),
    ]),
    'denseNetwork().hessianVector': call(risk.hessianVector, () => [theta(), theta(), out()]),
    'denseNetwork().hessian': call(risk.hessian, () => [theta(), new Float64Array(49)]),
    'denseNetwork().realize': call(risk.realize, () => [theta(), Float64Array.of(1, 2)]),
    'denseNetwork().descent': call(risk.descent, () => [theta(), descentOptions()], {
      options: [1],
    }),
    'denseNetwork().descent().run': made(
      () => loop().run,
      () => [2, 0.1],
    ),
    'denseNetwork().descent().read': made(
      () => loop().read,
      () => [out()],
    ),
    'denseNetwork().descent().restore': made(
      () => loop().restore,
      () => [loop().state()],
      { options: [0] },
    ),
  };
  return Object.fromEntries(
    Object.entries(entries).map(([label, entry]) => [`${name}.${label}`, entry]),
  );
}

export const kernelsTable: Table = {
  ...backend('defaultKernels', kernels.defaultKernels),
  ...backend('referenceKernels', kernels.referenceKernels),
  activationKinks: call(kernels.activationKinks, () => [{ name: 'leakyRelu', parameter: 0.1 }]),
  activationParameter: call(kernels.activationParameter, () => [{ name: 'elu', parameter: 2 }]),
  requireKinks: call(kernels.requireKinks, () => [kernels.defaultKinks], { options: [0] }),
  resolveLoss: call(kernels.resolveLoss, () => [{ name: 'squared' }], { options: [0] }),
  descentLoop: call(
    kernels.descentLoop,
    () => [kernels.referenceKernels.denseNetwork(problem()), theta(), descentOptions()],
    { options: [2] },
  ),
  drawBatch: call(kernels.drawBatch, () => [[1, 2], 3, 10, new Uint32Array(4)]),
  erf: call(kernels.erf, () => [0.5]),
  erfc: call(kernels.erfc, () => [0.5]),
  floatArray: call(kernels.floatArray, () => ['f64', 3]),
  peakLoop: call(kernels.peakLoop, () => ['f64']),
  requireFinite: call(kernels.requireFinite, () => ['x', [1]], { anything: [0] }),
  scalarActivation: call(kernels.scalarActivation, () => [
    { name: 'leakyRelu', parameter: 0.1 },
    0,
  ]),
  settingsOf: call(kernels.settingsOf, () => [adam], { options: [0] }),
  wasmKernels: call(kernels.wasmKernels, () => []),
};
