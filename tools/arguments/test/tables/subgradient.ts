// oxlint-disable typescript/unbound-method -- these methods are functions that use no `this`
import * as autodiff from '@nonsmooth/autodiff';
import { empiricalRisk, network } from '@nonsmooth/nets';
import * as subgradient from '@nonsmooth/subgradient';
import { key } from '@nonsmooth/tensor';
import { call, type Entry, type Table } from '../entry.js';

const { abs, add, at, mul, relu, square, sub, sum } = autodiff;

const f = (x: autodiff.Tracer): autodiff.Value =>
  add(sub(abs(at(x, 0)), relu(at(x, 1))), mul(0.5, sum(square(x))));
const program = autodiff.trace(f, [[2]]);
const plain = () => ({ ...program });
const origin = (): number[] => [0, 0];
const net = network([1, 2, 1], { activation: 'relu' });
const risk = empiricalRisk(net, { inputs: [0, 1], targets: [1, 0], loss: 'squared' });
const theta = (): number[] => [1, -1, 0, 0, 1, 2, 0.5];
const budget = () => ({ cells: 100, tests: 1000, exactSolves: 100 });
const policy = () => ({ kind: 'deterministic' as const, sigma: 0.5 });
const form = subgradient.absNormalForm(program, origin());
const layered = subgradient.layeredAbsNormalForm(program, origin());
const certificate = () => ({ ...subgradient.certify(program, origin()).certificate });
const shift = () => ({ ...subgradient.biasShiftCertificate(risk, theta()) });
const expression = (): subgradient.Expression => ['add', ['abs', ['x', 0]], ['c', 2]];
const operations = {
  constant: (value: number) => value,
  binary: {
    add: (u: number, v: number) => u + v,
    sub: (u: number, v: number) => u - v,
    mul: (u: number, v: number) => u * v,
    div: (u: number, v: number) => u / v,
    max: Math.max,
    min: Math.min,
  },
  unary: {
    neg: (u: number) => -u,
    abs: Math.abs,
    relu: (u: number) => Math.max(u, 0),
    square: (u: number) => u * u,
    exp: Math.exp,
    sin: Math.sin,
    cos: Math.cos,
    tanh: Math.tanh,
    sqrt: Math.sqrt,
  },
};

/** Functions of a subject and a point, with options that limit the effort. */
const { clarkeSubdifferential, limitingSubdifferential, frechetSubdifferential } = subgradient;
const sets = Object.fromEntries(
  Object.entries({ clarkeSubdifferential, limitingSubdifferential, frechetSubdifferential }).map(
    ([name, set]): [string, Entry] => [
      name,
      call(set, () => [plain(), origin(), { budget: budget() }], { options: [2] }),
    ],
  ),
);

export const subgradientTable: Table = {
  ...sets,
  absNormalForm: call(subgradient.absNormalForm, () => [f, origin()]),
  activeAbsNormalForm: call(subgradient.activeAbsNormalForm, () => [plain(), origin()]),
  backwardMode: call(subgradient.backwardMode, () => ['own', { relu: 0, abs: 0, tie: 0.5 }], {
    options: [1],
    anything: [0],
  }),
  'backwardMode().gradient': call(
    subgradient.backwardMode('own', autodiff.defaultKinks).gradient,
    () => [expression(), origin()],
  ),
  biasShiftCertificate: call(
    subgradient.biasShiftCertificate,
    () => [{ ...risk }, theta(), { steps: 2, signs: [-1, 1] }],
    { options: [2] },
  ),
  certify: call(
    subgradient.certify,
    () => [
      plain(),
      origin(),
      {
        gradient: [0, 0],
        kinks: { relu: 0, abs: 0, tie: 0.5 },
        tolerance: 0,
        budget: budget(),
        refinements: 1,
      },
    ],
    { options: [2] },
  ),
  'certify(direction)': call(
    subgradient.certify,
    () => [f, origin(), { kinks: { direction: [1, 2] } }],
    { options: [2] },
  ),
  'certify(objective)': call(
    subgradient.certify,
    () => [{ ...risk }, theta(), { kinks: { relu: 0.5, abs: 0, tie: 0.5 } }],
    { options: [2] },
  ),
  certifyPolicy: call(subgradient.certifyPolicy, () => [plain(), origin(), policy(), 3, budget()], {
    options: [2, 4],
  }),
  claimOf: call(subgradient.claimOf, () => [certificate(), plain()]),
  condensedForm: call(subgradient.condensedForm, () => [layered]),
  countCells: call(
    subgradient.countCells,
    () => [
      [
        [1, 0],
        [1, 1],
      ],
      budget(),
    ],
    { options: [1] },
  ),
  evaluateExpression: call(
    subgradient.evaluateExpression,
    () => [expression(), [1, 2], operations],
    { fixed: [1, 2] },
  ),
  'approximationFamilies.at': call(subgradient.eventuallyExact.at, () => [0.5]),
  generalizedGradient: call(
    subgradient.generalizedGradient,
    () => [
      { ...risk },
      theta(),
      { family: { ...subgradient.huberFamily }, epsilon: 1, ratio: 0.5, steps: 3 },
    ],
    { options: [2] },
  ),
  layeredAbsNormalForm: call(subgradient.layeredAbsNormalForm, () => [plain(), origin()]),
  linearization: call(subgradient.linearization, () => [{ ...form }, [1, -1]]),
  'linearization(layers)': call(subgradient.linearization, () => [layered, [1, -1]]),
  minimalNorm: call(subgradient.minimalNorm, () => [
    [
      [1, 0],
      [0, 1],
    ],
  ]),
  minimalNormPoint: call(subgradient.minimalNormPoint, () => [
    [Float64Array.of(1, 0), Float64Array.of(0, 1)],
  ]),
  normalGrowth: call(subgradient.normalGrowth, () => [plain(), origin()]),
  policyGradient: call(subgradient.policyGradient, () => [plain(), 2, policy()], { options: [2] }),
  'policyGradient()': call(
    subgradient.policyGradient(program, 2, {
      kind: 'randomPerKink',
      key: key(1),
      values: 'interval',
    }),
    () => [origin(), 3],
  ),
  policySignature: call(
    subgradient.policySignature,
    () => [plain(), { kind: 'randomPerCall', key: key(1), values: 'vertices' }, 3],
    { options: [1] },
  ),
  programOfExpression: call(subgradient.programOfExpression, () => [expression(), 1]),
  readClaim: call(subgradient.readClaim, () => [
    JSON.parse(JSON.stringify(subgradient.claimOf(certificate(), program))),
  ]),
  runConformance: call(subgradient.runConformance, () => [
    subgradient.backwardMode('own', autodiff.defaultKinks),
    subgradient.conformancePrograms.slice(0, 2),
  ]),
  signatureAt: call(subgradient.signatureAt, () => [{ ...form }, 0.5]),
  signatureGradient: call(subgradient.signatureGradient, () => [{ ...form }, [0.5, 1]]),
  'signatureGradient(layers)': call(subgradient.signatureGradient, () => [layered, [0.5, 1]]),
  stationarity: call(subgradient.stationarity, () => [plain(), origin(), { budget: budget() }], {
    options: [2],
  }),
  stochasticDescent: call(
    subgradient.stochasticDescent,
    () => [
      [plain(), f],
      origin(),
      { policy: policy(), key: key(1), steps: 2, learningRate: 0.1 },
      () => undefined,
    ],
    { options: [2] },
  ),
  verdictOf: call(subgradient.verdictOf, () => [
    { frechet: 'in', limiting: 'in', bouligand: 'out', clarke: 'in' },
    false,
  ]),
  verify: call(subgradient.verify, () => [certificate(), plain()]),
  'verify(layers)': call(subgradient.verify, () => [
    { ...subgradient.certify(risk, theta()).certificate },
    risk,
  ]),
  verifyBiasShift: call(subgradient.verifyBiasShift, () => [shift(), { ...risk }]),
};
