import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  floatArray,
  referenceKernels,
  wasmKernels,
  type DenseProblem,
  type DenseRisk,
  type Dtype,
  type FloatArray,
} from '@nonsmooth/kernels';
import { numbers, relativeDistance } from './random-problems.js';

const wasm = wasmKernels();
const tolerance: { readonly [Name in Dtype]: number } = { f64: 1e-12, f32: 2e-4 };

function problem(changes: Partial<DenseProblem>): DenseProblem {
  return {
    widths: [1, 4, 1],
    activation: { name: 'relu' },
    loss: 'squared',
    dtype: 'f64',
    batchNormalization: false,
    inputs: numbers('f64', 1, 40, 2),
    targets: numbers('f64', 2, 40),
    ...changes,
  };
}

const everySample = (risk: DenseRisk): Uint32Array =>
  Uint32Array.from({ length: risk.samples }, (_, s) => s);

function gradientOf(risk: DenseRisk, theta: FloatArray): { value: number; gradient: FloatArray } {
  const gradient = floatArray(risk.dtype, risk.dimension);
  return { value: risk.gradient(theta, gradient), gradient };
}

/** The same by the kernel for batches, which evaluates every neuron at every sample. */
function panelGradientOf(
  risk: DenseRisk,
  theta: FloatArray,
): { value: number; gradient: FloatArray } {
  const gradient = floatArray(risk.dtype, risk.dimension);
  return { value: risk.batchGradient(theta, everySample(risk), gradient), gradient };
}

/** Networks with dead, active, constant and equal neurons, and repeated inputs. */
const splines = fc
  .record({
    hidden: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 37, 100)),
    samples: fc.constantFrom(16, 17, 18, 19, 31, 64, 100, 257),
    distinct: fc.constantFrom(1, 2, 7, Infinity),
    activation: fc.constantFrom<DenseProblem['activation']>(
      { name: 'relu' },
      { name: 'leakyRelu' },
      { name: 'leakyRelu', parameter: -0.5 },
      { name: 'leakyRelu', parameter: 2 },
    ),
    loss: fc.constantFrom('squared' as const, 'relativeL2' as const),
    dtype: fc.constantFrom<Dtype>('f64', 'f32'),
    scale: fc.constantFrom(1e-3, 1, 1e3),
    seed: fc.nat(1e6),
    habits: fc.array(
      fc.constantFrom('free', 'dead', 'active', 'constant', 'negative zero', 'twin', 'no bias'),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map(({ hidden, samples, distinct, activation, loss, dtype, scale, seed, habits }) => {
    const inputs = numbers(dtype, seed, samples, 2 * scale);
    inputs.forEach((_, s) => (inputs[s] = inputs[s % Math.min(distinct, samples)]!));
    const theta = numbers(dtype, seed + 1, 3 * hidden + 1);
    for (let j = 0; j < hidden; j++) {
      const habit = habits[j % habits.length];
      const b = hidden + j;
      if (habit === 'dead') theta[b] = -3 * scale;
      if (habit === 'active') theta[b] = 3 * scale;
      if (habit === 'constant') theta[j] = 0;
      if (habit === 'negative zero') theta[j] = -0;
      if (habit === 'no bias') theta[b] = 0;
      if (habit === 'twin' && j > 0) {
        theta[j] = theta[j - 1]!;
        theta[b] = theta[b - 1]!;
      }
    }
    const targets = numbers(dtype, seed + 2, samples, scale);
    const widths = [1, hidden, 1];
    return { problem: problem({ widths, activation, loss, dtype, inputs, targets }), theta, seed };
  });

test('loss and gradient of splines are those of the reference and of the batch kernel', () => {
  fc.assert(
    fc.property(splines, ({ problem: spline, theta }) => {
      const risk = wasm.denseNetwork(spline);
      const { value, gradient } = gradientOf(risk, theta);
      const others = [
        gradientOf(referenceKernels.denseNetwork(spline), theta),
        panelGradientOf(risk, theta),
      ];
      for (const other of others) {
        const allowed = tolerance[spline.dtype];
        expect(Math.abs(value - other.value)).toBeLessThanOrEqual(allowed * other.value);
        expect(relativeDistance(gradient, other.gradient)).toBeLessThanOrEqual(allowed);
      }
      expect(risk.value(theta)).toBe(value);
    }),
    { seed: 1, numRuns: 500 },
  );
});

const integers = (length: number, most: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: -most, max: most }), { minLength: length, maxLength: length });

test('with integers, many kinks on samples, loss and gradient are exact', () => {
  const cases = fc
    .record({ hidden: fc.integer({ min: 1, max: 12 }), samples: fc.constantFrom(16, 32, 64) })
    .chain(({ hidden, samples }) =>
      fc.record({
        hidden: fc.constant(hidden),
        inputs: integers(samples, 5),
        targets: integers(samples, 9),
        theta: integers(3 * hidden + 1, 3),
        activation: fc.constantFrom<DenseProblem['activation']>(
          { name: 'relu' },
          { name: 'leakyRelu', parameter: 0.25 },
        ),
      }),
    );
  fc.assert(
    fc.property(cases, ({ hidden, activation, ...data }) => {
      const inputs = Float64Array.from(data.inputs);
      const targets = Float64Array.from(data.targets);
      const spline = problem({ widths: [1, hidden, 1], activation, inputs, targets });
      const theta = Float64Array.from(data.theta);
      const { value, gradient } = gradientOf(wasm.denseNetwork(spline), theta);
      const exact = gradientOf(referenceKernels.denseNetwork(spline), theta);
      expect(value).toBe(exact.value);
      expect(gradient.map((x) => x + 0)).toEqual(exact.gradient.map((x) => x + 0));
    }),
    { seed: 2, numRuns: 300 },
  );
});

test('a neuron is active exactly where w·x + b rounds to more than 0', () => {
  const parameters = fc.tuple(
    fc.double({ min: -4, max: 4, noNaN: true }),
    fc.double({ min: -4, max: 4, noNaN: true }),
  );
  let near = 0;
  fc.assert(
    fc.property(parameters, ([w, b]) => {
      fc.pre(Math.abs(w) > 1e-6);
      const kink = -b / w;
      const inputs = Float64Array.from({ length: 41 }, (_, s) => kink * (1 + (s - 20) * 2 ** -52));
      // N = c + A with c = 1 and y = 0: r is 1 but for rounding errors, ∂b = 2/M Σ r over the active samples
      const risk = wasm.denseNetwork(
        problem({ widths: [1, 1, 1], inputs, targets: new Float64Array(41) }),
      );
      const { gradient } = gradientOf(risk, Float64Array.of(w, b, 1, 1));
      const active = inputs.reduce((count, x) => count + (w * x + b > 0 ? 1 : 0), 0);
      if (active > 0 && active < 41) near++;
      expect(Math.round((gradient[1]! * 41) / 2)).toBe(active);
    }),
    { seed: 3, numRuns: 500 },
  );
  expect(near).toBeGreaterThan(400);
});

test('neither what was evaluated before nor the order of samples changes a bit', () => {
  fc.assert(
    fc.property(splines, ({ problem: spline, theta, seed }) => {
      const risk = wasm.denseNetwork(spline);
      const walk = [1, 0.1, -1, 0].map((step, n) => {
        const change = numbers(spline.dtype, seed + n, theta.length, step);
        return theta.map((x, i) => x + change[i]!);
      });
      const fresh = walk.map((at) => gradientOf(wasm.denseNetwork(spline), at));
      for (const n of [0, 1, 2, 3, 0, 2, 1, 3, 3, 0]) {
        expect(gradientOf(risk, walk[n]!)).toEqual(fresh[n]);
      }
      const distinct = spline.inputs.slice().sort();
      distinct.forEach((_, s) => (distinct[s] = s / 7 - 2));
      const forward = wasm.denseNetwork({ ...spline, inputs: distinct });
      const backward = wasm.denseNetwork({
        ...spline,
        inputs: distinct.toReversed(),
        targets: spline.targets.toReversed(),
      });
      expect(gradientOf(backward, theta)).toEqual(gradientOf(forward, theta));
    }),
    { seed: 4, numRuns: 100 },
  );
});

/** Largest |a − b| in units of the largest of b and of the gradient, from which a Hessian that vanishes cancels. */
function distance(a: FloatArray, b: FloatArray, gradient: FloatArray): number {
  const size = Math.max(...b.map(Math.abs), ...gradient.map(Math.abs), Number.MIN_VALUE);
  return Math.max(...a.map((x, i) => Math.abs(x - b[i]!))) / size;
}

test('Hessians times vectors are those of the reference, at new and at the same parameters', () => {
  fc.assert(
    fc.property(splines, ({ problem: spline, theta, seed }) => {
      const risk = wasm.denseNetwork(spline);
      const slow = referenceKernels.denseNetwork(spline);
      const allowed = spline.dtype === 'f64' ? 1e-11 : 2e-3;
      for (const step of [1, 2, 3]) {
        const here = theta.map((x) => (step === 3 ? x / 2 : x));
        const vector = numbers(spline.dtype, seed + step, theta.length);
        const out = floatArray(spline.dtype, theta.length);
        const expected = floatArray(spline.dtype, theta.length);
        risk.hessianVector(here, vector, out);
        slow.hessianVector(here, vector, expected);
        const { gradient } = gradientOf(slow, here);
        expect(distance(out, expected, gradient)).toBeLessThanOrEqual(allowed);
        wasm.denseNetwork(spline).hessianVector(here, vector, expected);
        expect(out).toEqual(expected);
      }
    }),
    { seed: 5, numRuns: 200 },
  );
});

test('dense Hessians are those of the reference, and symmetric', () => {
  const few = splines.filter(({ problem: { widths } }) => widths[1]! <= 16);
  fc.assert(
    fc.property(few, ({ problem: spline, theta }) => {
      const d = theta.length;
      const slow = referenceKernels.denseNetwork(spline);
      const out = floatArray(spline.dtype, d * d);
      const expected = floatArray(spline.dtype, d * d);
      wasm.denseNetwork(spline).hessian(theta, out);
      slow.hessian(theta, expected);
      const allowed = spline.dtype === 'f64' ? 1e-11 : 2e-3;
      const { gradient } = gradientOf(slow, theta);
      expect(distance(out, expected, gradient)).toBeLessThanOrEqual(allowed);
      expect(out.map((_, i) => out[(i % d) * d + Math.floor(i / d)]!)).toEqual(out);
    }),
    { seed: 6, numRuns: 100 },
  );
});

test('the dense Hessian of more parameters comes column by column', () => {
  const wide = problem({ widths: [1, 101, 1] });
  const theta = numbers('f64', 8, 304);
  const out = new Float64Array(304 * 304);
  const expected = new Float64Array(304 * 304);
  wasm.denseNetwork(wide).hessian(theta, out);
  referenceKernels.denseNetwork(wide).hessian(theta, expected);
  expect(relativeDistance(out, expected)).toBeLessThanOrEqual(1e-12);
});

test('second derivatives at NaN are NaN, and sound again at numbers', () => {
  const risk = wasm.denseNetwork(problem({}));
  const theta = numbers('f64', 9, 13);
  const vector = numbers('f64', 10, 13);
  const before = new Float64Array(13);
  const after = new Float64Array(13);
  risk.hessianVector(theta, vector, before);
  for (const bad of [NaN, Infinity]) {
    risk.hessianVector(
      theta.map((x, i) => (i === 2 ? bad : x)),
      vector,
      after,
    );
    expect(after.some(Number.isNaN)).toBe(true);
    risk.hessianVector(theta, vector, after);
    expect(after).toEqual(before);
  }
  const hessian = new Float64Array(13 * 13);
  risk.hessian(
    theta.map((x, i) => (i === 2 ? NaN : x)),
    hessian,
  );
  expect(hessian.some(Number.isNaN)).toBe(true);
});

test('parameters and data that are not moderate numbers go through the batch kernel', () => {
  const theta = numbers('f64', 5, 13);
  for (const bad of [NaN, Infinity, -Infinity, 1e200, -1e61]) {
    for (const name of ['relu', 'leakyRelu'] as const) {
      const clean = wasm.denseNetwork(problem({ activation: { name } }));
      for (let i = 0; i < 13; i++) {
        const here = theta.map((x, k) => (k === i ? bad : x));
        expect(gradientOf(clean, here)).toEqual(panelGradientOf(clean, here));
      }
      for (const part of ['inputs', 'targets'] as const) {
        const data = numbers('f64', 6, 40);
        data[17] = bad;
        const risk = wasm.denseNetwork(problem({ activation: { name }, [part]: data }));
        expect(gradientOf(risk, theta)).toEqual(panelGradientOf(risk, theta));
        if (!Number.isFinite(bad)) expect(risk.value(theta)).not.toBeLessThan(Infinity);
      }
    }
  }
});

test('relu with another derivative at 0 keeps it', () => {
  const inputs = Float64Array.from({ length: 20 }, (_, s) => s - 10);
  const spline = problem({ inputs, targets: inputs, kinks: { relu: 0.5 } });
  const theta = Float64Array.of(1, -1, 2, 0, 3, 5, -4, 0, 1, 1, -1, 2, 1);
  const { gradient } = gradientOf(wasm.denseNetwork(spline), theta);
  expect(gradient).toEqual(gradientOf(referenceKernels.denseNetwork(spline), theta).gradient);
});

test('a descent loop over all samples takes the same path', () => {
  const risk = wasm.denseNetwork(problem({ widths: [1, 30, 1] }));
  const theta = numbers('f64', 7, risk.dimension);
  const loop = risk.descent(theta, { rule: { name: 'adam', learningRate: 0.01 } });
  for (let n = 0; n < 100; n++) {
    const { value } = gradientOf(risk, theta);
    expect(loop.run(1)).toBe(value);
    loop.read(theta);
  }
  expect(risk.value(theta)).toBeLessThan(0.5);
});
