// oxlint-disable typescript/unbound-method -- these methods are functions that use no `this`
import * as autodiff from '@nonsmooth/autodiff';
import { defaultKernels } from '@nonsmooth/kernels';
import { tensor } from '@nonsmooth/tensor';
import { call, type Entry, type Table } from '../entry.js';

const { abs, add, at, maximum, mul, norm, relu, square, sum } = autodiff;

const one = (): number[] => [0.5, 0.25];
const two = (): number[][] => [
  [0.5, 0.25, 1],
  [2, 3, 4],
];
const exported: Readonly<Record<string, unknown>> = { ...autodiff };
const each = (
  names: readonly string[],
  right: () => readonly unknown[],
  kinds: Parameters<typeof call>[2] = {},
): Table =>
  Object.fromEntries(
    names.map((name) => [
      name,
      call(exported[name] as (...args: never[]) => unknown, right, kinds),
    ]),
  );

/** The op as part of a trace, with a traced value for its first argument. */
function traced(f: (...args: never[]) => unknown, right: () => readonly unknown[]): Entry {
  return call((...rest: never[]) => {
    return autodiff.trace(
      (x) => (f as (...args: unknown[]) => autodiff.Value)(x, ...rest),
      [[2, 3]],
    );
  }, right);
}

const unary = [
  'neg',
  'exp',
  'expm1',
  'log',
  'log1p',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'tanh',
  'asinh',
  'acosh',
  'atanh',
  'erf',
  'erfc',
  'logistic',
  'softplus',
  'log1mexp',
  'logCosh',
  'logSigmoid',
  'sinc',
  'exprel',
  'abs',
  'relu',
  'square',
  'sqrt',
  'reciprocal',
  'gelu',
  'swish',
  'mish',
  'softsign',
  'sign',
  'not',
  'stopGradient',
  'ravel',
  'matrixTranspose',
];
const binary = [
  'add',
  'sub',
  'mul',
  'div',
  'atan2',
  'xlogy',
  'maximum',
  'minimum',
  'greater',
  'less',
  'greaterEqual',
  'lessEqual',
  'equal',
  'notEqual',
  'logAddExp',
  'hypot',
  'dot',
  'pow',
];
const reductions = [
  'sum',
  'mean',
  'max',
  'min',
  'norm',
  'oneNorm',
  'maximumNorm',
  'logSumExp',
  'prod',
];

const kinked = (x: autodiff.Tracer): autodiff.Value =>
  add(sum(abs(mul(x, [1, 2]))), add(maximum(at(x, 0), at(x, 1)), square(norm(x))));
const program = autodiff.trace(kinked, [[2]]);
const plain = () => ({ ...program });
const x = (): number[] => [1, -1];
const out = (): Float64Array => new Float64Array(2);
const derivative = () => ({
  kinks: { relu: 0, abs: 0, tie: 0.5 },
  recognize: true,
  debugNonFinite: false,
});
const own = () => ({
  name: 'cube',
  value: (t: number) => t ** 3,
  derivative: (t: number) => 3 * t ** 2,
  secondDerivative: (t: number) => 6 * t,
});
const f = autodiff.objective(kinked, 2);
const compiled = autodiff.compile(program);

export const autodiffTable: Table = {
  ...each(unary, () => [two()]),
  ...each(binary, () => [one(), [1, 2]]),
  ...each(reductions, () => [two(), [0, -1], { keepdims: true }], { options: [2] }),
  variance: call(autodiff.variance, () => [two(), -1, { keepdims: true, correction: 1 }], {
    options: [2],
  }),
  std: call(autodiff.std, () => [two(), -1, { keepdims: true, correction: 1 }], { options: [2] }),
  ...each(['argmax', 'argmin'], () => [two(), -1, { keepdims: false }], { options: [2] }),
  ...each(['softmax', 'logSoftmax'], () => [two(), -1]),
  ...each(['sort', 'cumsum'], () => [two(), 0]),
  absNormalProgram: call(autodiff.absNormalProgram, () => [plain()]),
  'add(traced)': traced(add, () => [two()]),
  asFunction: call(autodiff.asFunction, () => [plain()]),
  at: call(at, () => [two(), -1]),
  branch: call(autodiff.branch, () => [1, [2, 0], 3, one(), 0.5]),
  broadcastTo: call(autodiff.broadcastTo, () => [one(), [3, 2]]),
  'broadcastTo(traced)': traced(autodiff.broadcastTo, () => [[4, 2, 3]]),
  checkGradient: call(
    autodiff.checkGradient,
    () => [kinked, x(), { ...derivative(), gradient: [1, 1], direction: [1, 0] }],
    { options: [2] },
  ),
  'checkGradient(program)': call(autodiff.checkGradient, () => [plain(), x()]),
  'checkGradient(objective)': call(autodiff.checkGradient, () => [{ ...f }, x()]),
  clip: call(autodiff.clip, () => [two(), 0, 1]),
  compile: call(
    autodiff.compile,
    () => [plain(), { kernels: defaultKernels, dtype: 'f64', debugNonFinite: false }],
    { options: [1] },
  ),
  'compile().run': call(compiled.run, () => [[x()], [new Float64Array(1)]]),
  concatenate: call(autodiff.concatenate, () => [[one(), [3]], 0]),
  constantSignature: call(
    autodiff.constantSignature,
    () => [plain(), tensor(x()), { relu: 0, abs: 0, tie: 0.5 }],
    { options: [2] },
  ),
  directionalChoice: call(autodiff.directionalChoice, () => [plain(), tensor(x()), tensor(x())]),
  directionalDerivative: call(autodiff.directionalDerivative, () => [kinked]),
  'directionalDerivative()': call(autodiff.directionalDerivative(kinked), () => [x(), x()]),
  directionalProgram: call(autodiff.directionalProgram, () => [plain(), [2]]),
  directionalSignature: call(autodiff.directionalSignature, () => [
    plain(),
    tensor(x()),
    tensor(x()),
  ]),
  elementwise: call(autodiff.elementwise, () => [own(), one()]),
  elu: call(autodiff.elu, () => [two(), 0.5]),
  embed: call(autodiff.embed, () => [one(), [1], [2], [4]]),
  evaluate: call(autodiff.evaluate, () => [plain(), [x()]]),
  frozenProgram: call(autodiff.frozenProgram, () => [plain()]),
  gather: call(autodiff.gather, () => [two(), [0, 1, 1], 0]),
  ...Object.fromEntries(
    ['grad', 'valueAndGrad', 'jacobian', 'hessian', 'vjp', 'jvp', 'hvp'].flatMap((name) => {
      const derive = exported[name] as (...args: never[]) => (...args: never[]) => unknown;
      const takesSeed = name === 'vjp' || name === 'jvp' || name === 'hvp';
      const seed = name === 'vjp' ? 1 : x();
      return [
        [name, call(derive, () => [kinked, derivative()], { options: [1] })],
        [`${name}()`, call(derive(kinked as never), () => (takesSeed ? [x(), seed] : [x()]))],
        [
          `${name}(options)`,
          call(
            (options: never) => derive(kinked as never, options)(x() as never, seed as never),
            () => [derivative()],
            { options: [0] },
          ),
        ],
      ];
    }),
  ),
  ...each(['gradientProgram', 'hessianProductProgram'], () => [plain(), derivative()], {
    options: [1],
  }),
  index: call(autodiff.index, () => [two(), { start: 0, stop: 2, step: 1 }, [0, -1]]),
  'index(traced)': traced(autodiff.index, () => [-1, 'all']),
  irregularities: call(autodiff.irregularities, () => [plain(), [x()]]),
  isConstantPolicy: call(autodiff.isConstantPolicy, () => [{ relu: 0, abs: 0, tie: 0.5 }], {
    options: [0],
  }),
  keepAxes: call(autodiff.keepAxes, () => [two(), [1, 2], -1]),
  kinksOf: call(autodiff.kinksOf, () => [plain()]),
  layeredProgram: call(autodiff.layeredProgram, () => [plain()]),
  leakyRelu: call(autodiff.leakyRelu, () => [two(), 0.1]),
  matmul: call(autodiff.matmul, () => [two(), [[1], [2], [3]]]),
  objective: call(
    autodiff.objective,
    () => [
      kinked,
      2,
      {
        kernels: defaultKernels,
        dtype: 'f64',
        debugNonFinite: false,
        recognize: true,
        kinks: { relu: 0, abs: 0, tie: 0.5 },
        layout: [{ name: 'all', offset: 0, shape: [2] }],
      },
    ],
    { options: [2] },
  ),
  'objective(direction)': call(
    (options: autodiff.ObjectiveOptions) =>
      autodiff.objective(kinked, 2, options).gradient(Float64Array.from(x()), out()),
    () => [{ kinks: { direction: [1, 2] } }],
  ),
  'objective(signature)': call(
    (options: autodiff.ObjectiveOptions) =>
      autodiff.objective(kinked, 2, options).gradient(Float64Array.from(x()), out()),
    () => [{ kinks: { signature: [1, 0.5, -1] } }],
  ),
  'objective(program)': call(autodiff.objective, () => [plain(), 2]),
  'objective().value': call(f.value, () => [x()]),
  'objective().gradient': call(f.gradient, () => [x(), out()]),
  'objective().hessianVector': call(f.hessianVector!, () => [x(), x(), out()]),
  'objective().hessian': call(f.hessian!, () => [x(), new Float64Array(4)]),
  'objective().switching': call(f.switching!, () => [x(), new Float64Array(3)]),
  originOfGradient: call(autodiff.originOfGradient, () => [{ ...f }]),
  outer: call(autodiff.outer, () => [one(), [1, 2, 3]]),
  'pow(traced)': traced(autodiff.pow, () => [3]),
  print: call(autodiff.print, () => [plain()]),
  programFromData: call(autodiff.programFromData, () => [{ ...autodiff.programToData(program) }]),
  programToData: call(autodiff.programToData, () => [plain()]),
  programOfGradient: call(autodiff.programOfGradient, () => [{ ...f }]),
  rememberProgram: call(autodiff.rememberProgram, () => [{ ...f }]),
  requireObjectiveProgram: call(autodiff.requireObjectiveProgram, () => ['p', plain(), 2], {
    fixed: [0, 2],
  }),
  requireProgram: call(autodiff.requireProgram, () => ['p', plain(), { inputs: 1, outputs: 1 }], {
    fixed: [0, 2],
  }),
  reshape: call(autodiff.reshape, () => [two(), [3, -1]]),
  'reshape(traced)': traced(autodiff.reshape, () => [[3, -1]]),
  rewrite: call(autodiff.rewrite, () => [plain(), { abs: relu, maximum: add }], { options: [1] }),
  rewriteNodes: call(autodiff.rewriteNodes, () => [
    plain(),
    (node: autodiff.Node, inputs: readonly autodiff.Tracer[]) =>
      node.op === 'abs' ? relu(inputs[0]!) : undefined,
  ]),
  scatterAdd: call(autodiff.scatterAdd, () => [one(), [0, 3], 0, 4]),
  signatureGradientProgram: call(autodiff.signatureGradientProgram, () => [plain()]),
  slice: call(autodiff.slice, () => [two(), [0, 0], [2, -1], [1, 1]]),
  'slice(traced)': traced(autodiff.slice, () => [[0], [-1], [1]]),
  stack: call(autodiff.stack, () => [[one(), [3, 4]], 0]),
  'sum(traced)': traced(sum, () => [-1, { keepdims: true }]),
  switchedProgram: call(autodiff.switchedProgram, () => [plain()]),
  switchingProgram: call(autodiff.switchingProgram, () => [plain()]),
  trace: call(autodiff.trace, () => [kinked, [[2]], { recognize: true, debugNonFinite: true }], {
    options: [2],
  }),
  transpose: call(autodiff.transpose, () => [two(), [1, 0]]),
  where: call(autodiff.where, () => [[1, 0], one(), 2]),
};
