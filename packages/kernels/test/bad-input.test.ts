import { expect, test, vi } from 'vitest';
import {
  activationNames,
  ArgumentError,
  DisposedError,
  losses,
  lossNames,
  MemoryLimitError,
  referenceKernels,
  ShapeError,
  wasmKernels,
  type ActivationName,
  type DenseProblem,
  type DenseRisk,
  type LossName,
} from '@nonsmooth/kernels';
import { kernelsOfBuild } from '../src/wasm/kernels.js';
import { simdBinary } from '../src/wasm/module.js';
import { webAssembly } from '../src/wasm/webassembly.js';
import { numbers, randomTargets } from './random-problems.js';

const both = [referenceKernels, wasmKernels()].map((kernels) => ({
  kernels,
  kernel: kernels.name,
}));

function problem(changes: Partial<DenseProblem> = {}): DenseProblem {
  return {
    widths: [2, 5, 3],
    activation: { name: 'relu' },
    loss: 'squared',
    dtype: 'f64',
    batchNormalization: false,
    inputs: numbers('f64', 1, 2 * 7),
    targets: numbers('f64', 2, 3 * 7),
    ...changes,
  };
}

const dimension = 5 * 3 + 3 * 6;

const refused: readonly (readonly [Partial<DenseProblem>, typeof ArgumentError, RegExp])[] = [
  [{ widths: [2] }, ArgumentError, /widths = \[2\]/],
  [{ widths: [2, 0, 3] }, ArgumentError, /widths/],
  [{ widths: [2, 1.5, 3] }, ArgumentError, /widths/],
  [{ activation: { name: 'sine' as ActivationName } }, ArgumentError, /activation = "sine"/],
  [{ activation: { name: 'elu', parameter: NaN } }, ArgumentError, /activation.parameter = NaN/],
  [{ loss: 'hinge' as LossName }, ArgumentError, /loss = "hinge".*crossEntropy/],
  [{ kinks: { relu: 2 } }, ArgumentError, /kinks.relu = 2/],
  [{ inputs: new Float64Array(0), targets: new Float64Array(0) }, ShapeError, /inputs.length = 0/],
  [{ inputs: new Float64Array(13) }, ShapeError, /inputs.length = 13.*multiple of 2/],
  [{ targets: new Float64Array(20) }, ShapeError, /targets.length = 20; allowed: 21/],
  [{ loss: 'relativeL2', targets: new Float64Array(21) }, ArgumentError, /not all zero/],
  [{ loss: 'crossEntropy', targets: new Float64Array(7).fill(3) }, ArgumentError, /0 to 2/],
  [{ loss: 'crossEntropy', targets: new Float64Array(7).fill(0.5) }, ArgumentError, /targets\[0\]/],
];

test.each(
  both.flatMap((b) => refused.map(([changes, error, text]) => ({ ...b, changes, error, text }))),
)('$kernel refuses a problem: $text', ({ kernels, changes, error, text }) => {
  expect(() => kernels.denseNetwork(problem(changes))).toThrow(error);
  expect(() => kernels.denseNetwork(problem(changes))).toThrow(text);
});

test.each(both)('$kernel refuses parameters and outputs of the wrong length', ({ kernels }) => {
  const risk = kernels.denseNetwork(problem());
  const theta = new Float64Array(dimension);
  const short = new Float64Array(dimension - 1);
  expect(() => risk.value(short)).toThrow(/theta.length = 32; allowed: 33/);
  expect(() => risk.gradient(theta, short)).toThrow(ShapeError);
  expect(() => risk.batchGradient(theta, Uint32Array.of(), theta)).toThrow(/indices.length = 0/);
  expect(() => risk.batchGradient(theta, Uint32Array.of(7), theta)).toThrow(/indices\[0\] = 7/);
  expect(() => risk.realize(theta, new Float64Array(3))).toThrow(ShapeError);
  expect(() => risk.hessianVector(theta, short, theta)).toThrow(ShapeError);
});

test.each(both)('$kernel: a disposed risk refuses to work', ({ kernels }) => {
  const risk = kernels.denseNetwork(problem());
  risk.dispose();
  risk.dispose();
  expect(() => risk.value(new Float64Array(dimension))).toThrow(DisposedError);
});

test.each(both)('$kernel: a NaN sample gives a NaN loss and a NaN gradient', ({ kernels }) => {
  for (const name of activationNames) {
    for (const loss of lossNames) {
      const targets = randomTargets(losses[loss].targets, 'f64', 2, 7, 3);
      for (const bad of ['inputs', 'targets'] as const) {
        const data = { inputs: numbers('f64', 1, 14), targets: targets.slice() };
        data[bad][6] = Number.NaN;
        const risk = kernels.denseNetwork(problem({ activation: { name }, loss, ...data }));
        const theta = numbers('f64', 3, dimension);
        const gradient = new Float64Array(dimension);
        expect(risk.gradient(theta, gradient)).toBeNaN();
        if (bad === 'inputs') expect(gradient.some(Number.isNaN)).toBe(true);
        const clean = Uint32Array.of(0, 1);
        expect(risk.batchGradient(theta, clean, gradient)).not.toBeNaN();
        expect(gradient.every(Number.isFinite)).toBe(true);
      }
    }
  }
});

test('a shallow network keeps NaN in the gradient of every neuron', () => {
  const risk = wasmKernels().denseNetwork(
    problem({
      widths: [1, 6, 1],
      inputs: Float64Array.of(1, Number.NaN, 2),
      targets: Float64Array.of(0, 0, 0),
    }),
  );
  const gradient = new Float64Array(19);
  expect(risk.gradient(numbers('f64', 4, 19), gradient)).toBeNaN();
  expect(gradient.every(Number.isNaN)).toBe(true);
});

test('a problem beyond 4 GiB is refused with the numbers, before anything is allocated', () => {
  const large = problem({ widths: [2, 20_000, 20_000, 3] });
  expect(() => wasmKernels().denseNetwork(large)).toThrow(MemoryLimitError);
  expect(() => wasmKernels().denseNetwork(large)).toThrow(/4294967296/);
});

test('an engine without memory is told from other failures of a build', () => {
  const small = problem({ widths: [2, 3, 3] });
  const broken = { name: 'broken', text: btoa('\u0003\u0000') }; // deflated: no bytes at all
  const kernels = kernelsOfBuild('broken', { binary: broken });
  expect(() => kernels.denseNetwork(small)).toThrow(/build = "broken"/);
  const refuses = vi.spyOn(webAssembly, 'Memory').mockImplementation(function () {
    throw new RangeError('could not allocate memory');
  });
  try {
    const another = kernelsOfBuild('another', { binary: { ...simdBinary } });
    expect(() => another.denseNetwork(small)).toThrow(MemoryLimitError);
    expect(() => another.denseNetwork(small)).toThrow(/could not be allocated/);
  } finally {
    refuses.mockRestore();
  }
});

test('memory is what the README says', () => {
  const random = [
    { widths: [1, 16, 1], samples: 256 },
    { widths: [2, 128, 128, 1], samples: 1024 },
    { widths: [784, 64, 10], samples: 300 },
  ];
  for (const { widths, samples } of random) {
    const risk = wasmKernels().denseNetwork(
      problem({
        widths,
        inputs: numbers('f64', 1, samples * widths[0]!),
        targets: numbers('f64', 2, samples * widths.at(-1)!),
      }),
    );
    const lines = Math.ceil(Math.min(128, Math.ceil(samples / 4) * 4) / 8);
    const columns = 8 * (lines % 2 ? lines : lines + 1);
    const first = widths[0]!;
    const last = widths.at(-1)!;
    const hidden = widths.slice(1, -1).reduce((a, b) => a + b, 0);
    const widest = Math.max(...widths);
    const perColumn = first + last + 2 * hidden + last + 2 * widest;
    const numbersHeld =
      2 * risk.dimension + samples * (first + last) + columns * perColumn + 4 * widest;
    const spline = widths.length === 3 && first === 1 ? 2 * 8 * samples + 88 * hidden : 0;
    const bytes = 8 * numbersHeld + 4 * samples + spline;
    expect(Math.abs(risk.memoryBytes - bytes)).toBeLessThan(64 * (20 + 3 * widths.length));
  }
});

test.each(both)('$kernel refuses wrong batches, steps and states', ({ kernels }) => {
  const risk = kernels.denseNetwork(problem());
  const theta = numbers('f64', 3, dimension);
  const rule = { name: 'sgd', learningRate: 0.1 } as const;
  for (const key of [5, 'abc', [1], [1, -1], [0.5, 1], undefined]) {
    const batch = { size: 3, key: key as unknown as readonly [number, number] };
    expect(() => risk.descent(theta, { rule, batch })).toThrow(/batch.key/);
  }
  for (const indices of [[-1], [0.5], [7], [NaN]]) {
    const wrong = indices as unknown as Uint32Array;
    expect(() => risk.batchGradient(theta, wrong, theta.slice())).toThrow(/indices\[0\]/);
  }
  const loop = risk.descent(theta, { rule });
  for (const steps of [-3, 0.5, NaN]) {
    expect(() => loop.restore({ ...loop.state(), steps })).toThrow(/state.steps/);
  }
  expect(() => loop.restore({ ...loop.state(), moments: [theta] })).toThrow(/state.moments/);
});

test('problems that share a memory do not disturb each other, nor do those that take the place of others', () => {
  const kernels = wasmKernels();
  const make = (seed: number): DenseRisk =>
    kernels.denseNetwork(problem({ targets: numbers('f64', seed, 21) }));
  const theta = numbers('f64', 3, dimension);
  const alone = [5, 6, 7].map((seed) => make(seed).value(theta));
  const risks = [5, 6, 7].map(make);
  risks[1]!.dispose();
  const heir = make(9);
  const loop = risks[0]!.descent(theta, { rule: { name: 'adam', learningRate: 0.1 } });
  heir.value(theta);
  loop.run(10);
  risks[2]!.hessianVector(theta, theta, new Float64Array(dimension));
  expect([risks[0]!.value(theta), risks[2]!.value(theta)]).toEqual([alone[0], alone[2]]);
  expect(heir.value(theta)).toBe(make(9).value(theta));
  risks[0]!.dispose();
  make(11);
  const again = make(5).descent(theta, { rule: { name: 'adam', learningRate: 0.1 } });
  again.run(10);
  expect(loop.state()).toEqual(again.state());
});

test('memory of collected and of thousands of live problems is no problem', () => {
  const live = Array.from({ length: 20_000 }, () => wasmKernels().denseNetwork(problem()));
  const theta = numbers('f64', 3, dimension);
  const values = new Set(live.map((risk) => risk.value(theta)));
  expect(values.size).toBe(1);
});
