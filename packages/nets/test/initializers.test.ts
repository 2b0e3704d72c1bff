import {
  heNormal,
  initialize,
  network,
  normalWeights,
  xavierUniform,
  zeroWeights,
} from '@nonsmooth/nets';
import { key } from '@nonsmooth/tensor';
import { expect, test } from 'vitest';

const net = network([300, 200, 100], { activation: 'gelu', batchNormalization: true });

function slice(theta: Float64Array, name: string): Float64Array {
  const { offset, shape } = net.layout.find((one) => one.name === name)!;
  return theta.subarray(offset, offset + shape.reduce((product, extent) => product * extent, 1));
}

const mean = (values: Float64Array): number => values.reduce((s, v) => s + v, 0) / values.length;
const variance = (values: Float64Array): number =>
  mean(values.map((v) => v * v)) - mean(values) ** 2;

test('Xavier-uniform weights fill ±√(6/(fanIn + fanOut)) with variance bound²/3', () => {
  const theta = initialize(net, xavierUniform, key(7));
  for (const [name, fans] of [
    ['W1', 500],
    ['W2', 300],
  ] as const) {
    const weights = slice(theta, name);
    const bound = Math.sqrt(6 / fans);
    const largest = weights.reduce((m, w) => Math.max(m, Math.abs(w)), 0);
    expect(largest).toBeLessThanOrEqual(bound);
    expect(largest).toBeGreaterThan(0.999 * bound);
    // four standard errors of the variance of n uniform numbers, (bound²/3)·√(0.8/n)
    const se = (bound ** 2 / 3) * Math.sqrt(0.8 / weights.length);
    expect(Math.abs(variance(weights) - bound ** 2 / 3)).toBeLessThan(4 * se);
  }
});

test('biases and shift start at 0, the scale of a normalized input at 1', () => {
  const theta = initialize(net, xavierUniform, key(7));
  expect(slice(theta, 'b1').every((b) => b === 0)).toBe(true);
  expect(slice(theta, 'b2').every((b) => b === 0)).toBe(true);
  expect(slice(theta, 'beta').every((b) => b === 0)).toBe(true);
  expect(slice(theta, 'gamma').every((b) => b === 1)).toBe(true);
});

test('normal weights have the asked deviation, He-normal √(2/fanIn)', () => {
  for (const [initializer, deviation] of [
    [normalWeights(0.3), 0.3],
    [heNormal, Math.sqrt(2 / 300)],
  ] as const) {
    const weights = slice(initialize(net, initializer, key(8)), 'W1');
    const se = deviation ** 2 * Math.sqrt(2 / weights.length);
    expect(Math.abs(variance(weights) - deviation ** 2)).toBeLessThan(4 * se);
    expect(Math.abs(mean(weights))).toBeLessThan((4 * deviation) / Math.sqrt(weights.length));
  }
});

test('biases can be drawn too, and zero weights are zero', () => {
  const theta = initialize(net, zeroWeights, key(9), { biases: normalWeights(1) });
  expect(slice(theta, 'W1').every((w) => w === 0)).toBe(true);
  expect(variance(slice(theta, 'b1'))).toBeGreaterThan(0.5);
});

test('parameters are a function of the key, and layers draw from different streams', () => {
  const square = network([20, 20, 20], { activation: 'relu' });
  const theta = initialize(square, xavierUniform, key(3));
  expect(initialize(square, xavierUniform, key(3))).toEqual(theta);
  expect(initialize(square, xavierUniform, key(4))).not.toEqual(theta);
  expect(theta.slice(0, 400)).not.toEqual(theta.slice(420, 820));
});

test('what is no initializer is refused', () => {
  expect(() => initialize(net, 'he' as never, key(1))).toThrow('initializer = "he"');
});

test.each([-1, NaN, Infinity])('a deviation of %s is refused', (deviation) => {
  expect(() => initialize(net, normalWeights(deviation), key(1))).toThrow(/standardDeviation/);
});

test.each([
  [() => [1], /W1\.length = 1; allowed: 200 × 300/],
  [
    (_: unknown, rows: number, columns: number) => new Float64Array(rows * columns + 1),
    /W1\.length/,
  ],
  [
    (_: unknown, rows: number, columns: number) => new Float64Array(rows * columns).fill(NaN),
    /W1\[0\] = NaN; allowed: finite/,
  ],
])('an initializer of the wrong length or with NaN is refused (%#)', (initializer, message) => {
  expect(() => initialize(net, initializer, key(1))).toThrow(message);
});
