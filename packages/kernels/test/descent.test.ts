import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ArgumentError,
  drawBatch,
  floatArray,
  referenceKernels,
  wasmKernels,
  type DenseProblem,
  type DescentOptions,
  type DescentRule,
  type Key,
} from '@nonsmooth/kernels';
import { randomProblems, relativeDistance } from './random-problems.js';

const wasm = wasmKernels();

const rules = fc.constantFrom<DescentRule>(
  { name: 'sgd', learningRate: 0.02 },
  { name: 'sgd', learningRate: 0.01, momentum: 0.8, dampening: 0.2, weightDecay: 0.03 },
  { name: 'sgd', learningRate: 0.01, momentum: 0.8, nesterov: true },
  { name: 'adam', learningRate: 0.01, weightDecay: 0.02 },
  { name: 'adam', learningRate: 0.01, beta1: 0.5, beta2: 0.9, amsgrad: true },
  { name: 'adamW', learningRate: 0.01 },
  { name: 'rmsprop', learningRate: 0.003, momentum: 0.5 },
  { name: 'rmsprop', learningRate: 0.003, centered: true, epsilon: 1e-3 },
  { name: 'adagrad', learningRate: 0.05, learningRateDecay: 0.1, initialAccumulator: 0.1 },
);

const batches = fc.option(
  fc.record({
    size: fc.integer({ min: 1, max: 150 }),
    key: fc.tuple(fc.nat(2 ** 31), fc.nat(2 ** 31)) as fc.Arbitrary<Key>,
  }),
  { nil: undefined },
);

const samplesOf = ({ inputs, widths }: DenseProblem): number => inputs.length / widths[0]!;

const descents = fc.tuple(randomProblems, rules, batches).map(([random, rule, batch]) => ({
  ...random,
  options: (batch
    ? { rule, batch: { ...batch, size: 1 + (batch.size % samplesOf(random.problem)) } }
    : { rule }) satisfies DescentOptions,
}));

test('every rule moves the parameters in wasm as in the reference', () => {
  fc.assert(
    fc.property(descents, ({ problem, theta, options }) => {
      const ends = [wasm, referenceKernels].map((kernels) => {
        const loop = kernels.denseNetwork(problem).descent(theta, options);
        const loss = loop.run(3) + loop.run(2, options.rule.learningRate / 2);
        const end = floatArray(problem.dtype, theta.length);
        loop.read(end);
        expect(loop.steps).toBe(5);
        return { loss, end };
      });
      const [fast, slow] = ends as [(typeof ends)[0], (typeof ends)[0]];
      if (!slow.end.every(Number.isFinite)) {
        // steps too long for the problem
        expect(fast.end.every(Number.isFinite)).toBe(false);
        return;
      }
      // sign-like first steps of Adam turn rounding errors of vanishing gradients into whole steps
      const allowed = problem.dtype === 'f64' ? 1e-7 : 2e-2;
      expect(relativeDistance(fast.end, slow.end)).toBeLessThanOrEqual(allowed);
      expect(Math.abs(fast.loss - slow.loss)).toBeLessThanOrEqual(allowed * slow.loss);
    }),
    { seed: 1, numRuns: 250 },
  );
});

test('step n draws its batch from counter n, exactly as drawBatch does', () => {
  const cases = fc.tuple(randomProblems, fc.integer({ min: 1, max: 70 }), fc.nat(2 ** 32 - 1));
  fc.assert(
    fc.property(cases, ([{ problem, theta }, drawn, word]) => {
      const size = 1 + (drawn % samplesOf(problem));
      const risk = wasm.denseNetwork(problem);
      const key: Key = [word, 7];
      const rule = { name: 'sgd', learningRate: 0 } as const;
      const loop = risk.descent(theta, { rule, batch: { size, key } });
      const indices = new Uint32Array(size);
      const gradient = floatArray(problem.dtype, theta.length);
      for (const step of [0, 1, 2, 2 ** 32 - 1, 2 ** 32 + 5]) {
        loop.restore({ ...loop.state(), steps: step });
        drawBatch(key, step, risk.samples, indices);
        expect(loop.run(1)).toBe(risk.batchGradient(theta, indices, gradient));
      }
    }),
    { seed: 2, numRuns: 50 },
  );
});

test('blocks, interleaved loops, and checkpoints do not change one bit', () => {
  fc.assert(
    fc.property(
      descents,
      fc.array(fc.nat(6), { maxLength: 5 }),
      ({ problem, theta, options }, cuts) => {
        const total = cuts.reduce((a, b) => a + b, 0);
        const risk = wasm.denseNetwork(problem);
        const whole = risk.descent(theta, options);
        const loss = whole.run(total);
        const parts = risk.descent(theta, options);
        const other = risk.descent(theta, options);
        let last = Number.NaN;
        for (const steps of cuts) {
          if (steps > 0) last = parts.run(steps);
          other.run(1);
          risk.value(theta);
        }
        expect(last).toBe(loss);
        expect(parts.state()).toEqual(whole.state());

        const resumed = wasm.denseNetwork(problem).descent(theta, options);
        resumed.restore(whole.state());
        expect(resumed.run(2)).toBe(whole.run(2));
        expect(resumed.state()).toEqual(whole.state());
      },
    ),
    { seed: 3, numRuns: 100 },
  );
});

test('settings that PyTorch refuses are refused', () => {
  const risk = wasm.denseNetwork({
    widths: [1, 1],
    activation: { name: 'relu' },
    loss: 'squared',
    dtype: 'f64',
    batchNormalization: false,
    inputs: Float64Array.of(1),
    targets: Float64Array.of(1),
  });
  const theta = new Float64Array(2);
  const wrong: readonly DescentOptions[] = [
    { rule: { name: 'sgd', learningRate: -1 } },
    { rule: { name: 'sgd', learningRate: 1, nesterov: true } },
    { rule: { name: 'adam', learningRate: 1, beta1: 1 } },
    { rule: { name: 'rmsprop', learningRate: 1, epsilon: Number.NaN } },
    { rule: { name: 'other' as 'sgd', learningRate: 1 } },
    { rule: { name: 'sgd', learningRate: 1 }, batch: { size: 0, key: [0, 0] } },
  ];
  for (const options of wrong) expect(() => risk.descent(theta, options)).toThrow(ArgumentError);
  const loop = risk.descent(theta, { rule: { name: 'sgd', learningRate: 1 } });
  expect(() => loop.run(1.5)).toThrow(/steps = 1.5/);
  expect(() => loop.run(1, Number.NaN)).toThrow(/learningRate = NaN/);
});
