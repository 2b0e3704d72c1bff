import { expect, test } from 'vitest';
import {
  ArgumentError,
  floatArray,
  NonFiniteError,
  requireBoolean,
  requireCount,
  requireDtype,
  requireFinite,
  requireFloatArray,
  requireFunction,
  requireIndex,
  requireIndices,
  requireKey,
  requireLength,
  requireNumber,
  requireNumbers,
  requireObject,
  requirePositive,
  ShapeError,
  type Dtype,
} from '../src/index.js';

const checks: readonly (readonly [
  name: string,
  check: (value: unknown) => void,
  right: readonly unknown[],
  wrong: readonly unknown[],
])[] = [
  ['requireCount', (v) => requireCount('x', v), [1, 2 ** 53 - 1], [0, -1, 0.5, NaN, '1', 1n, null]],
  ['requireIndex', (v) => requireIndex('x', v, 3), [0, 2], [-1, 3, 0.5, '1', NaN, undefined, [1]]],
  ['requireNumber', (v) => requireNumber('x', v), [0, -1e300], [NaN, Infinity, '1', null, [1]]],
  ['requirePositive', (v) => requirePositive({ x: v }), [1e-300], [0, -1, NaN, Infinity, '1']],
  ['requireBoolean', (v) => requireBoolean('x', v), [true, false, undefined], [0, 'true', null]],
  ['requireFunction', (v) => requireFunction('x', v), [Math.abs], [0, {}, 'f', undefined]],
  ['requireObject', (v) => requireObject('x', v), [{}], [null, [], 1, 'x', new Float64Array(1)]],
  ['requireDtype', (v) => requireDtype('x', v), ['f64', 'f32'], ['float64', 'F64', 64, undefined]],
  ['requireFloatArray', (v) => requireFloatArray('x', v), [new Float32Array(1)], [[1], null, 1]],
  ['requireNumbers', (v) => requireNumbers('x', v), [[1, NaN], []], ['12', [1, '2'], [[1]], null]],
  [
    'requireKey',
    (v) => requireKey('x', v),
    [[0, 2 ** 32 - 1]],
    [5, 'abc', [1], [1, 2, 3], [0, 2 ** 32], [-1, 0], [0.5, 0], null, { 0: 1, 1: 2 }],
  ],
];

test.each(checks)('%s accepts what it says and nothing else', (_, check, right, wrong) => {
  for (const value of right) expect(() => check(value)).not.toThrow();
  for (const value of wrong) {
    expect(() => check(value)).toThrow(ArgumentError);
    expect(() => check(value)).toThrow(/^x/);
  }
});

test('the first entry that is not finite is named', () => {
  expect(() => requireFinite('theta', [1, Infinity, NaN])).toThrow(
    expect.objectContaining({ name: 'NonFiniteError', argument: 'theta[1]', index: 1 }),
  );
  expect(new NonFiniteError('x', 0, NaN)).toBeInstanceOf(ArgumentError);
});

test('lengths and indices are checked', () => {
  expect(() => requireLength('out', [1, 2], 3)).toThrow('out.length = 2; allowed: 3');
  expect(() => requireLength('out', undefined as unknown as number[], 3)).toThrow(ShapeError);
  expect(() => requireIndices('indices', [], 3)).toThrow(ShapeError);
  expect(() => requireIndices('indices', [0, 3], 3)).toThrow(
    'indices[1] = 3; allowed: an integer from 0 to 2',
  );
});

test('an array of an unknown dtype is not made', () => {
  expect(() => floatArray('float64' as Dtype, 2)).toThrow(
    'dtype = "float64"; allowed: f64, f32 (did you mean f64?)',
  );
});
