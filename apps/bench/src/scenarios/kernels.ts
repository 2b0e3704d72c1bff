import { boundError } from '../check.js';
import type { Mark } from '../mark.js';
import { peers } from '../peers/index.js';
import { peerFolder } from '../peers/install.js';
import { defineScenario, type Rates, type TimedCase } from '../scenario.js';
import { resolve } from 'node:path';
import { limitCaseName, markAgainst } from './reference-machine.js';
import { derivativeCases, derivativeMarks } from './second-derivatives.js';
import { errorLimit, prepareTask, stepsPerCall, type KernelTask } from './kernel-tasks.js';

/** Floating-point operations of matrix products, in products, gradients and steps: comparable throughout. */
export const kernels = defineScenario<KernelTask, number>({
  name: 'kernels',
  summary:
    'matrix products, loss and gradient, and descent steps, against the limit of 128-bit SIMD',
  packages: ['kernels', 'tensor'],
  cases: ({ detailed, peers: withPeers }) => [
    ...limits,
    ...products,
    ...gradients,
    ...descents,
    ...(detailed ? [...plainLoopGradients, ...derivativeCases] : []),
    ...(withPeers ? peerGradients() : []),
  ],
  prepare: prepareTask,
  check: ([error], [task]) => [boundError('relative error', error!, errorLimit(task!))],
  marks: (rates) => [
    ...limitMarks(rates),
    ...loopMarks(rates),
    ...dtypeMarks(rates),
    ...stepMarks(rates),
    ...derivativeMarks(rates),
    ...peerMarks(rates),
  ],
});

type KernelCase = TimedCase<KernelTask>;

const limits: readonly KernelCase[] = (['f64', 'f32'] as const).map((dtype) => ({
  kind: 'timed',
  unit: 'flop',
  name: limitCaseName(dtype),
  parameters: { kind: 'limit', dtype },
  baseline: true,
}));

const products: readonly KernelCase[] = (['f64', 'f32'] as const).flatMap((dtype) =>
  [64, 256].map((size) => ({
    kind: 'timed' as const,
    unit: 'flop',
    name: `matmul ${size} ${dtype}`,
    parameters: { kind: 'product' as const, size, dtype },
  })),
);

const gradients: readonly KernelCase[] = (
  [
    ['tiny', 'relu', 'f64'],
    ['tiny', 'tanh', 'f64'],
    ['small', 'relu', 'f64'],
    ['small', 'tanh', 'f64'],
    ['deep-small', 'relu', 'f64'],
    ['medium', 'relu', 'f64'],
    ['medium', 'relu', 'f32'],
    ['large', 'relu', 'f64'],
    ['large', 'relu', 'f32'],
  ] as const
).map(([net, activation, dtype]) => ({
  kind: 'timed',
  unit: 'flop',
  name: `${net} ${activation} ${dtype}`,
  parameters: { kind: 'gradient', net, activation, dtype, by: 'kernels' },
}));

const descents: readonly KernelCase[] = (
  [
    ['study step SGD', 'SGD', 100],
    ['study step Adam', 'Adam', 100],
    ['study step, all samples', 'SGD', 'all'],
  ] as const
).map(([name, optimizer, batch]) => ({
  kind: 'timed',
  unit: 'flop',
  name,
  parameters: { kind: 'descent', optimizer, batch },
}));

const plainLoopGradients: readonly KernelCase[] = (
  [
    ['tiny', 'relu'],
    ['tiny', 'tanh'],
    ['small', 'relu'],
    ['small', 'tanh'],
    ['medium', 'relu'],
    ['large', 'relu'],
  ] as const
).map(([net, activation]) => ({
  kind: 'timed',
  unit: 'flop',
  name: `${net} ${activation} f64, plain loops`,
  parameters: { kind: 'gradient', net, activation, dtype: 'f64', by: 'plain loops' },
  baseline: true,
}));

function peerGradients(): readonly KernelCase[] {
  return (['tiny', 'small', 'medium', 'large'] as const).flatMap((net) =>
    peers
      .filter(({ name }) => name !== 'plain loops')
      .flatMap(({ name, dtypes }) =>
        dtypes.map((dtype) => ({
          kind: 'timed' as const,
          unit: 'flop',
          name: `${net} relu ${dtype}, ${name}`,
          parameters: {
            kind: 'gradient' as const,
            net,
            activation: 'relu' as const,
            dtype,
            by: name,
            folder: resolve(peerFolder),
          },
          baseline: true,
        })),
      ),
  );
}

function limitMarks(rates: Rates): readonly Mark[] {
  return [
    ...ratio(rates, 'medium relu f64', 'limit f64', 0.85),
    ...ratio(rates, 'large relu f64', 'limit f64', 0.8),
  ];
}

function loopMarks(rates: Rates): readonly Mark[] {
  const marks = {
    'tiny relu': 22,
    'tiny tanh': 7,
    'small relu': 20,
    'small tanh': 7,
    'medium relu': 10,
    'large relu': 10,
  };
  return Object.entries(marks).flatMap(([name, mark]) =>
    ratio(rates, `${name} f64`, `${name} f64, plain loops`, mark),
  );
}

function dtypeMarks(rates: Rates): readonly Mark[] {
  return ['medium', 'large'].flatMap((net) =>
    ratio(rates, `${net} relu f32`, `${net} relu f64`, 1.7),
  );
}

/** PyTorch's seconds per step of the study in float32 on one core. */
const pytorchSteps = [
  { name: 'study step SGD', batch: 100, seconds: 460e-6, mark: 20 },
  { name: 'study step Adam', batch: 100, seconds: 1000e-6, mark: 20 },
  { name: 'study step, all samples', batch: 'all', seconds: 2300e-6, mark: 1 },
] as const;

function stepMarks(rates: Rates): readonly Mark[] {
  return pytorchSteps.flatMap(({ name, batch, seconds, mark }) => {
    const call = rates.call(name);
    const own = call === undefined ? undefined : call / stepsPerCall(batch);
    return markAgainst('PyTorch', seconds, rates, { name, seconds: own }, mark);
  });
}

/** Against the fastest peer that was measured, in either precision. */
function peerMarks(rates: Rates): readonly Mark[] {
  return ['medium', 'large'].flatMap((net) => {
    const own = rates.peak(`${net} relu f64`);
    const found = peerGradients()
      .filter(({ name }) => name.startsWith(`${net} relu f64`))
      .flatMap(({ name }) => rates.peak(name) ?? []);
    if (own === undefined || found.length === 0) return [];
    return [
      {
        quantity: `${net} relu f64 ÷ fastest peer in f64`,
        ratio: own / Math.max(...found),
        mark: 10,
      },
    ];
  });
}

function ratio(rates: Rates, over: string, under: string, mark: number): readonly Mark[] {
  const [a, b] = [rates.peak(over), rates.peak(under)];
  return a === undefined || b === undefined
    ? []
    : [{ quantity: `${over} ÷ ${under.replace(`${over}, `, '')}`, ratio: a / b, mark }];
}
