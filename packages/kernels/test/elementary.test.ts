import { expect, test } from 'vitest';
import {
  erf,
  activationNames,
  scalarActivation,
  wasmKernels,
  type ActivationName,
  type FloatArray,
  type UnaryName,
} from '@nonsmooth/kernels';
import * as exact from './double-double.js';
import { numbers } from './random-problems.js';

// Errors in units in the last place of the exact value, against 30 digits (f64) and against f64 (f32).
// The bounds stated here are the ones the package promises.

const points = 1_000_000;
const kernels = wasmKernels();

/** Unit in the last place of numbers of the size of x. */
function ulp(x: number, digits: number, smallest: number): number {
  const size = Math.abs(x);
  let e = Math.floor(Math.log2(size));
  if (2 ** e > size) e--;
  if (2 ** (e + 1) <= size) e++;
  return Math.max(2 ** (e - digits + 1), smallest);
}
const ulp64 = (x: number): number => (x === 0 ? 2 ** -1074 : ulp(x, 53, 2 ** -1074));
const ulp32 = (x: number): number => (x === 0 ? 2 ** -149 : ulp(x, 24, 2 ** -149));

/** Half of the points uniform on [low, high], half with uniform exponents from 2^smallest on. */
function samplePoints(
  dtype: 'f64' | 'f32',
  low: number,
  high: number,
  smallest = dtype === 'f64' ? -1074 : -149,
): FloatArray {
  const u = numbers('f64', 5, points);
  const v = numbers('f64', 6, points);
  const x = dtype === 'f64' ? new Float64Array(points) : new Float32Array(points);
  for (let i = 0; i < points; i++) {
    if (i % 2 === 0) {
      x[i] = low + ((u[i]! + 1) / 2) * (high - low) + v[i]! * 1e-7 * (high - low);
      x[i] = Math.min(high, Math.max(low, x[i]!));
    } else {
      const side = high === 0 || (v[i]! < 0 && low < 0) ? low : high;
      const top = Math.log2(Math.abs(side));
      const e = smallest + ((u[i]! + 1) / 2) * (top - smallest);
      x[i] = Math.sign(side) * Math.min(Math.abs(side), exact.scale(2 ** (e % 1), Math.trunc(e)));
    }
  }
  return x;
}

/** Σ of what a reference left: the exact value is (high + low)·2^exponent; its difference to `got`, in ulp. */
function errorInUlp(got: number, exponent: number): number {
  const value = exact.scale(exact.high, exponent);
  if (value === got) {
    return Math.abs(exact.scale(exact.low, exponent)) / ulp64(value);
  }
  // subnormal and huge values: compare after scaling, where differences are exact
  const scaled = exact.scale(got, -exponent);
  return Math.abs(scaled - exact.high - exact.low) / exact.scale(ulp64(value), -exponent);
}

function unary(dtype: 'f64' | 'f32', name: UnaryName, x: FloatArray): FloatArray {
  const space = kernels.workspace(dtype, [x.length, x.length]);
  space.arrays[0]!.set(x);
  space.unary(name, space.arrays[0]!, space.arrays[1]!);
  return space.arrays[1]!;
}

function activation(dtype: 'f64' | 'f32', name: ActivationName, x: FloatArray) {
  const space = kernels.workspace(dtype, [x.length, x.length, x.length]);
  const [input, value, slope] = space.arrays as [FloatArray, FloatArray, FloatArray];
  input.set(x);
  space.activation({ name }, input, value, slope);
  return { value, slope };
}

/** Largest error over every step-th argument. */
function worst(x: FloatArray, y: FloatArray, reference: (x: number) => number, step = 1): number {
  let most = 0;
  for (let i = 0; i < x.length; i += step) {
    const e = reference(x[i]!);
    most = Math.max(most, errorInUlp(y[i]!, e)); // NaN stays
  }
  return most;
}

/** A reference that leaves high + low. */
const plain =
  (f: (x: number) => void) =>
  (x: number): number => {
    f(x);
    return 0;
  };

/** A reference of x ≥ 0 for an odd function. */
const odd =
  (f: (x: number) => void) =>
  (x: number): number => {
    f(Math.abs(x));
    return 0;
  };

test('exp is right to 1.2 ulp from −745 to 709.7, subnormal results included', () => {
  const x = samplePoints('f64', -745, 709.7);
  const error = worst(x, unary('f64', 'exp', x), (t) => {
    exact.exp(t);
    return exact.exponent;
  });
  expect(error).toBeLessThan(1.2);
});

test('expm1 is right to 1.3 ulp', () => {
  const x = samplePoints('f64', -45, 690);
  expect(worst(x, unary('f64', 'expm1', x), plain(exact.expm1))).toBeLessThan(1.3);
});

test('log is right to 1.2 ulp', () => {
  const x = samplePoints('f64', 5e-324, 1e3);
  expect(worst(x, unary('f64', 'log', x), plain(exact.log))).toBeLessThan(1.2);
});

test('log1p is right to 1.2 ulp', () => {
  const x = samplePoints('f64', -0.9999999, 100);
  expect(worst(x, unary('f64', 'log1p', x), plain(exact.log1p))).toBeLessThan(1.2);
});

test('erf is right to 2 ulp', () => {
  const x = samplePoints('f64', -5.9, 5.9, -1000);
  const y = unary('f64', 'erf', x).map(Math.abs);
  expect(worst(x, y, odd(exact.erf))).toBeLessThan(2);
});

const activations64: {
  readonly name: ActivationName;
  readonly range: readonly [number, number];
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
  readonly valueBound: number;
  readonly slopeBound: number;
  readonly size?: boolean;
}[] = [
  {
    name: 'tanh',
    range: [-330, 330],
    value: odd(exact.tanh),
    slope: odd(exact.tanhSlope),
    valueBound: 1.9,
    slopeBound: 2,
    size: true,
  },
  {
    name: 'tanh',
    range: [-3, 3],
    value: odd(exact.tanh),
    slope: odd(exact.tanhSlope),
    valueBound: 1.9,
    slopeBound: 2,
    size: true,
  },
  {
    name: 'logistic',
    range: [-690, 690],
    value: plain(exact.logistic),
    slope: plain(exact.logisticSlope),
    valueBound: 1.1,
    slopeBound: 2,
  },
  {
    name: 'elu',
    range: [-40, 40],
    value: plain(exact.elu),
    slope: plain(exact.eluSlope),
    valueBound: 1.3,
    slopeBound: 1.2,
  },
  {
    name: 'softsign',
    range: [-1000, 1000],
    value: plain(exact.softsign),
    slope: plain(exact.softsignSlope),
    valueBound: 1.5,
    slopeBound: 3.5,
  },
  {
    name: 'softplus',
    range: [-690, 690],
    value: plain(exact.softplus),
    slope: plain(exact.logistic),
    valueBound: 1.3,
    slopeBound: 2,
  },
  {
    name: 'softplus',
    range: [-5, 5],
    value: plain(exact.softplus),
    slope: plain(exact.logistic),
    valueBound: 1.3,
    slopeBound: 2,
  },
];

test.each(activations64)(
  '$name on $range is right to $valueBound ulp, its derivative to $slopeBound',
  ({ name, range, value, slope, valueBound, slopeBound, size }) => {
    const x = samplePoints('f64', range[0], range[1]);
    const y = activation('f64', name, x);
    const values = size ? y.value.map(Math.abs) : y.value;
    expect(worst(x, values, value)).toBeLessThan(valueBound);
    expect(worst(x, y.slope, slope, 3)).toBeLessThan(slopeBound);
  },
);

// The derivatives of swish and mish have zeros, as that of gelu.
test.each([
  { name: 'swish', low: -690, high: 690, value: exact.swish, bound: 2 },
  { name: 'swish', low: -5, high: 5, value: exact.swish, bound: 2 },
  { name: 'mish', low: -690, high: 690, value: exact.mish, bound: 4 },
  { name: 'mish', low: -5, high: 5, value: exact.mish, bound: 4 },
] as const)(
  '$name from $low to $high is right to $bound ulp',
  ({ name, low, high, value, bound }) => {
    const x = samplePoints('f64', low, high, -1000);
    expect(worst(x, activation('f64', name, x).value, plain(value), 3)).toBeLessThan(bound);
  },
);

test.each([
  [-8, 0, 1.8],
  [-37, -8, 3],
  [0, 12, 1.7],
])('gelu from %d to %d is right to %d ulp', (low, high, bound) => {
  const x = samplePoints('f64', low, high);
  expect(worst(x, activation('f64', 'gelu', x).value, plain(exact.gelu), 3)).toBeLessThan(bound);
});

// Φ + xφ has a zero, near which an error relative to the sum cannot be promised.
test('the derivative of gelu is right to 3.5 units of 2^−53·max(Φ, |x|φ)', () => {
  const x = samplePoints('f64', -12, 12);
  const { slope } = activation('f64', 'gelu', x);
  let most = 0;
  for (let i = 0; i < points; i += 7) {
    exact.geluSlope(x[i]!);
    const error = Math.abs(slope[i]! - exact.high - exact.low);
    exact.normalDistribution(x[i]!);
    const size = exact.high;
    exact.normalDensity(x[i]!);
    most = Math.max(most, error / Math.max(size, Math.abs(x[i]! * exact.high)));
  }
  expect(most * 2 ** 53).toBeLessThan(3.5);
});

const unary32: readonly (readonly [UnaryName, number, number, number, (x: number) => number])[] = [
  ['exp', -103, 88.7, 1.2, Math.exp],
  ['expm1', -20, 88.7, 1.6, Math.expm1],
  ['log', 1e-45, 1e6, 1.2, Math.log],
  ['log1p', -0.9999999, 1e6, 1.2, Math.log1p],
  ['erf', -4, 4, 2.5, erf],
];

test.each(unary32)('in f32 %s on [%d, %d] is right to %d ulp', (name, low, high, bound, f) => {
  const x = samplePoints('f32', low, high);
  expect(worst32(x, unary('f32', name, x), f)).toBeLessThan(bound);
});

const activations32: readonly (readonly [ActivationName, number, number, number])[] = [
  ['tanh', 43, 1.5, 2.1],
  ['logistic', 86, 1.1, 2.1],
  ['softplus', 86, 1.6, 2.3],
  ['swish', 86, 3, Infinity],
  ['mish', 86, 4, Infinity],
  ['elu', 86, 2, 2],
  ['softsign', 1e6, 1.5, 3.5],
];

test.each(activations32)(
  'in f32 %s on ±%d is right to %d ulp, its derivative to %d',
  (name, range, valueBound, slopeBound) => {
    const x = samplePoints('f32', -range, range);
    const f = scalarActivation({ name });
    const { value, slope } = activation('f32', name, x);
    expect(worst32(x, value, (t) => f.value(t))).toBeLessThan(valueBound);
    expect(worst32(x, slope, (t) => f.derivative(t))).toBeLessThanOrEqual(slopeBound);
  },
);

test.each([
  [12, 1.7],
  [13, 7],
])('in f32 gelu on ±%d is right to %d ulp', (range, bound) => {
  const x = samplePoints('f32', -range, range);
  const f = scalarActivation({ name: 'gelu' });
  expect(worst32(x, activation('f32', 'gelu', x).value, (t) => f.value(t))).toBeLessThan(bound);
});

/** Largest error in units of the last place of f32. */
function worst32(x: FloatArray, y: FloatArray, f: (x: number) => number): number {
  let most = 0;
  for (let i = 0; i < x.length; i++) {
    const value = f(x[i]!);
    most = Math.max(most, Math.abs(y[i]! - value) / ulp32(value)); // NaN stays
  }
  return most;
}

const special: readonly (readonly [UnaryName, readonly number[], readonly number[]])[] = [
  ['exp', [-Infinity, -746, -0, Infinity, 709.8, NaN], [0, 0, 1, Infinity, Infinity, NaN]],
  ['expm1', [-Infinity, -0, 5e-324, -5e-324, Infinity], [-1, -0, 5e-324, -5e-324, Infinity]],
  ['expm1', [709.8, NaN, 0], [Infinity, NaN, 0]],
  [
    'log',
    [0, -0, -1, Infinity, 1, NaN, 5e-324],
    [-Infinity, -Infinity, NaN, Infinity, 0, NaN, Math.log(5e-324)],
  ],
  ['log1p', [-1, -2, Infinity, -0, 5e-324, NaN], [-Infinity, NaN, Infinity, -0, 5e-324, NaN]],
  ['erf', [Infinity, -Infinity, -0, 30, NaN], [1, -1, -0, 1, NaN]],
];

test.each(special)('%s of %j', (name, x, expected) => {
  expect([...unary('f64', name, Float64Array.from(x))]).toEqual(expected);
});

// At ±∞: the limits of A and A'.
const limits: { readonly [Name in ActivationName]?: readonly [number, number, number, number] } = {
  identity: [-Infinity, 1, Infinity, 1],
  relu: [0, 0, Infinity, 1],
  leakyRelu: [-Infinity, 0.01, Infinity, 1],
  tanh: [-1, 0, 1, 0],
  logistic: [0, 0, 1, 0],
  softplus: [0, 0, Infinity, 1],
  gelu: [0, 0, Infinity, 1],
  swish: [0, 0, Infinity, 1],
  mish: [0, 0, Infinity, 1],
  elu: [-1, 0, Infinity, 1],
  softsign: [-1, 0, 1, 0],
};

test.each(activationNames)('%s: both kernels have the same limits at ±∞', (name) => {
  const f = scalarActivation({ name });
  for (const x of [-Infinity, Infinity, NaN]) {
    const { value, slope } = activation('f64', name, Float64Array.of(x));
    expect([value[0]! + 0, slope[0]! + 0]).toEqual([f.value(x) + 0, f.derivative(x) + 0]);
  }
});

test.each(Object.keys(limits) as ActivationName[])('%s at ±∞ and at NaN', (name) => {
  for (const dtype of ['f64', 'f32'] as const) {
    const x = dtype === 'f64' ? new Float64Array(3) : new Float32Array(3);
    x.set([-Infinity, Infinity, NaN]);
    const { value, slope } = activation(dtype, name, x);
    const [left, leftSlope, right, rightSlope] = limits[name]!;
    const round = (t: number): number => (dtype === 'f64' ? t : Math.fround(t)) + 0;
    expect([...value].map((t) => t + 0)).toEqual([left, right, NaN].map(round));
    expect([...slope].map((t) => t + 0)).toEqual([leftSlope, rightSlope, NaN].map(round));
  }
});

// Tables end at such arguments; beyond them formulas take over, for the lanes of a vector that need them.
const ends = [7.9999, 8, 8.0001, 12, 12.0001, 16, 16.0001, 19.125, 19.2, 38.3, 800, Infinity, NaN];

test.each(Object.keys(limits) as ActivationName[])(
  'the value of %s at a number does not depend on its neighbours',
  (name) => {
    for (const dtype of ['f64', 'f32'] as const) {
      const array = (entries: number[]): FloatArray =>
        dtype === 'f64' ? Float64Array.from(entries) : Float32Array.from(entries);
      const x = [...ends, ...ends.map((t) => -t), 0, -0, 0.3, -2.5, 1e-310, -1e-40];
      const alone = x.map((t) => activation(dtype, name, array([t, t, t, t])));
      const order = Array.from(numbers('f64', 9, 200), (u) => Math.floor(Math.abs(u) * x.length));
      const { value, slope } = activation(dtype, name, array(order.map((k) => x[k]!)));
      expect([...value]).toEqual(order.map((k) => alone[k]!.value[0]));
      expect([...slope]).toEqual(order.map((k) => alone[k]!.slope[0]));
    }
  },
);
