// oxlint-disable typescript/unbound-method -- these methods are functions that use no `this`
import * as ode from '@nonsmooth/ode';
import { call, made, type Table } from '../entry.js';

const decay = (_: number, y: Float64Array, out: Float64Array): void => {
  out[0] = -y[0]!;
};
const problem = () => ({ rhs: decay, y0: [1], t0: 0, t1: 1 });
const informed = () => ({
  ...problem(),
  jacobian: (_: number, __: Float64Array, out: Float64Array) => void (out[0] = -1),
  timeDerivative: (_: number, __: Float64Array, out: Float64Array) => void (out[0] = 0),
  jacobianVector: (_: number, __: Float64Array, v: Float64Array, out: Float64Array) =>
    void (out[0] = -v[0]!),
  spectralRadius: () => 1,
  autonomous: true,
  symmetric: true,
  roundingError: () => 0,
});
// Few steps, so that wrong intervals end soon.
const few = { maxSteps: 50 };
const options = () => ({
  ...few,
  rtol: 1e-3,
  atol: [1e-6],
  norm: ode.maximumNorm,
  controller: ode.integral,
  firstStep: 0.1,
  maxStep: 0.5,
  tstops: [0.5],
  steadyState: 1e3,
  project: () => undefined,
  events: [
    { name: 'half', value: (_: number, y: Float64Array) => y[0]! - 0.5, direction: -1 as const },
  ],
});
const switched = () => ({
  count: 1,
  field: (_: number, __: Float64Array, out: Float64Array, activation: Float64Array) =>
    void (out[0] = 1 - 2 * activation[0]!),
  surfaces: (_: number, y: Float64Array, out: Float64Array) => void (out[0] = y[0]!),
  velocities: (_: number, __: Float64Array, v: Float64Array, out: Float64Array) =>
    void (out[0] = v[0]!),
});
const modes = () => ({
  count: 1,
  initial: () => ({ mode: 0 }),
  surfaces: (_: number, y: Float64Array, out: Float64Array) => void (out[0] = y[0]! - 0.5),
  onSwitch: () => 'stop' as const,
});
const sliding = ode.filippov(switched(), 1);
const begun = ode.integrate(problem(), few);
begun.next();
const checkpoint = begun.checkpoint();

export const odeTable: Table = {
  backwardDifferentiation: call(ode.backwardDifferentiation, () => [
    { name: 'own', kappa: [0, 0], maximumOrder: 2, citation: 'nobody' },
  ]),
  blockNorm: call(ode.blockNorm, () => [[1, 2]]),
  checkedSaveAt: call(ode.checkedSaveAt, () => [[0, 0.5, 1], 0, 1]),
  diagonallyImplicitMethod: call(ode.diagonallyImplicitMethod, () => [
    { ...ode.kennedyCarpenter43 },
  ]),
  digitalFilter: call(
    ode.digitalFilter,
    () => ['own', [0.7, -0.4, 0], { safety: 0.9, smallestFactor: 0.2, largestFactor: 5 }],
    { fixed: [0], options: [2] },
  ),
  explicitMethod: call(ode.explicitMethod, () => [{ ...ode.heunEuler21 }]),
  filippov: call(ode.filippov, () => [switched(), 1]),
  inLogTime: call(ode.inLogTime, () => [informed(), { scale: 2, roundoff: 1e-16 }], {
    options: [1],
  }),
  integrate: call(
    (...args: Parameters<typeof ode.integrate>) => [...ode.integrate(...args)],
    () => [problem(), { ...options(), dense: true, segments: true, saveAt: [0.5, 1] }],
    { options: [1] },
  ),
  'integrate(from)': call(
    (...args: Parameters<typeof ode.integrate>) => [...ode.integrate(...args)],
    () => [problem(), { ...few, from: checkpoint }],
    { options: [1] },
  ),
  integrateSmooth: call(
    (...args: Parameters<typeof ode.integrateSmooth>) => [...ode.integrateSmooth(...args)],
    () => {
      const { events: _events, ...rest } = options();
      return [problem(), { ...rest, dense: true, segments: true, saveAt: [0.5, 1] }];
    },
    { options: [1] },
  ),
  rosenbrockMethod: call(ode.rosenbrockMethod, () => [{ ...ode.rodas43 }]),
  switching: call(ode.switching, () => [ode.dormandPrince54, ode.ndf, { isStiff: false }]),
  solve: call(ode.solve, () => [problem(), { ...options(), dense: true, saveAt: [0.5, 1] }], {
    options: [1],
  }),
  'solve(modes)': call(ode.solve, () => [{ ...problem(), modes: modes() }, { ...few }], {
    options: [1],
  }),
  'solve(filippov)': call(
    ode.solve,
    () => [{ rhs: sliding.rhs, modes: sliding.modes, y0: [1], t0: 0, t1: 2 }, { ...few }],
    { options: [1] },
  ),
  ...Object.fromEntries(
    [ode.auto, ode.ndf, ode.radauIIA5, ode.rodas43, ode.exprb53, ode.rkc2, ode.rock4].map(
      (method) => [
        `solve(${method.name})`,
        call(ode.solve, () => [informed(), { ...few, method: { ...method } }], { options: [1] }),
      ],
    ),
  ),
  'solve().at': made(
    () => {
      const { at } = ode.solve(problem(), { dense: true });
      return (t: number) => at(t);
    },
    () => [0.5],
  ),
};
