import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  activationNames,
  ArgumentError,
  binaryNames,
  defaultKinks,
  DisposedError,
  MemoryLimitError,
  referenceKernels,
  ShapeError,
  unaryNames,
  wasmKernels,
  type Dtype,
  type FloatArray,
  type Workspace,
} from '@nonsmooth/kernels';
import { numbers, relativeDistance } from './random-problems.js';

const wasm = wasmKernels();
const dtypes = fc.constantFrom<Dtype>('f64', 'f32');

/** Runs the same operations on both kernels' workspaces and compares every array. */
function expectTwins(
  dtype: Dtype,
  fills: readonly FloatArray[],
  largestInner: number,
  run: (space: Workspace, arrays: readonly FloatArray[]) => unknown,
): void {
  const spaces = [wasm, referenceKernels].map((kernels) => {
    const space = kernels.workspace(
      dtype,
      fills.map((x) => x.length),
      largestInner,
    );
    space.arrays.forEach((array, i) => array.set(fills[i]!));
    return { arrays: space.arrays, result: run(space, space.arrays) };
  });
  const [fast, slow] = spaces as [(typeof spaces)[0], (typeof spaces)[0]];
  const allowed = dtype === 'f64' ? 1e-13 : 1e-5;
  fast.arrays.forEach((array, i) => {
    expect(relativeDistance(array, slow.arrays[i]!)).toBeLessThanOrEqual(allowed);
  });
  if (typeof fast.result === 'number') {
    expect(fast.result).toBeCloseTo(slow.result as number, dtype === 'f64' ? 10 : 3);
  }
}

test('products in all transposed variants agree with the reference', () => {
  const extent = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 60, max: 68 }));
  const cases = fc.tuple(extent, extent, extent, dtypes, fc.boolean(), fc.boolean(), fc.boolean());
  fc.assert(
    fc.property(cases, ([m, k, n, dtype, transposeA, transposeB, add]) => {
      const fills = [m * k, k * n, m * n].map((length, i) => numbers(dtype, i, length));
      expectTwins(dtype, fills, k, (space, [a, b, out]) =>
        space.product(a!, b!, out!, { m, k, n, transposeA, transposeB, add }),
      );
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('entrywise functions agree with the reference on arrays of any length', () => {
  const cases = fc.tuple(fc.integer({ min: 1, max: 40 }), dtypes, fc.nat(1000));
  fc.assert(
    fc.property(cases, ([length, dtype, seed]) => {
      const x = numbers(dtype, seed, length, 3);
      const positive = x.map(Math.abs);
      for (const name of unaryNames) {
        const input = name === 'log' || name === 'log1p' || name === 'squareRoot' ? positive : x;
        expectTwins(dtype, [input, x], 0, (space, [a, b]) => space.unary(name, a!, b!));
      }
      for (const name of binaryNames) {
        const y = numbers(dtype, seed + 1, length, 3);
        expectTwins(dtype, [x, y, x], 0, (space, [a, b, c]) => space.binary(name, a!, b!, c!));
        const one = numbers(dtype, seed + 2, 1, 3);
        expectTwins(dtype, [x, one], 0, (space, [a, b]) => space.binary(name, a!, b!, a!));
      }
      for (const name of activationNames) {
        expectTwins(dtype, [x, x, x], 0, (space, [a, b, c]) =>
          space.activation({ name }, a!, b!, c!, { ...defaultKinks, relu: 0.5 }),
        );
      }
      expectTwins(dtype, [x, positive], 0, (space, [a, b]) => space.addMultiple(0.3, a!, b!));
    }),
    { seed: 2, numRuns: 60 },
  );
});

test('reductions agree with the reference, on subarrays too', () => {
  const cases = fc.tuple(
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 20 }),
    dtypes,
    fc.nat(1000),
  );
  fc.assert(
    fc.property(cases, ([rows, width, dtype, seed]) => {
      const x = numbers(dtype, seed, rows * width + 3);
      const y = numbers(dtype, seed + 1, rows * width + 3);
      const fills = [x, y, numbers(dtype, 1, rows), numbers(dtype, 2, width)];
      const part = (a: FloatArray | undefined): FloatArray => a!.subarray(3);
      expectTwins(dtype, fills, 0, (space, [a]) => space.sum(part(a)));
      expectTwins(dtype, fills, 0, (space, [a]) => space.largest(part(a)));
      expectTwins(dtype, fills, 0, (space, [a, b]) => space.dot(part(a), part(b)));
      expectTwins(dtype, fills, 0, (space, [a, , r]) => space.sumRows(part(a), r!));
      expectTwins(dtype, fills, 0, (space, [a, , , c]) => space.sumColumns(part(a), c!));
      expectTwins(dtype, fills, 0, (space, [a, , , c]) => space.repeatRow(c!, part(a)));
    }),
    { seed: 3, numRuns: 60 },
  );
});

test('operands of wrong shape or from elsewhere are refused', () => {
  const space = wasm.workspace('f64', [4, 3], 2);
  const [a, b] = space.arrays as [FloatArray, FloatArray];
  expect(() => space.unary('exp', a, b)).toThrow(ShapeError);
  expect(() => space.sum(new Float64Array(3))).toThrow(ArgumentError);
  expect(() => space.product(b, b, a.subarray(0, 1), { m: 1, k: 3, n: 1 })).toThrow(
    /k = 3; allowed: at most 2/,
  );
  space.dispose();
  expect(() => space.sum(a)).toThrow(DisposedError);
  expect(() => wasm.workspace('f64', [2 ** 30])).toThrow(MemoryLimitError);
});
