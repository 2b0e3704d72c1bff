import { defaultKernels, floatArray, type Dtype } from '@nonsmooth/kernels';
import { key, split, uniform, type Key } from '@nonsmooth/tensor';
import { timed, type Case } from '../case.js';
import { boundError } from '../check.js';
import { kernelErrorLimit, relativeError } from './five-nets.js';

/** Products of square matrices, counted in floating-point operations. */
export const matrixProducts: readonly Case[] = (['f64', 'f32'] as const).flatMap((dtype) =>
  [64, 256].map((size) => productCase(size, dtype)),
);

function productCase(size: number, dtype: Dtype): Case {
  return timed<number>({
    name: `matmul ${size} ${dtype}`,
    unit: 'flop',
    prepare(seed) {
      const [keyA, keyB] = split(key(seed), 2) as [Key, Key];
      const matrix = (from: Key) => uniform(from, [size, size], { low: -1, high: 1, dtype }).data;
      const a = matrix(keyA);
      const b = matrix(keyB);
      const out = floatArray(dtype, size * size);
      return {
        units: 2 * size ** 3,
        run: () => defaultKernels.matmul(a, b, out, size, size, size),
        answer: () => relativeError(out, productOf(a, b, size)),
        fingerprint: () => [out],
      };
    },
    check: (error) => [boundError('relative error', error, kernelErrorLimit(dtype))],
  });
}

/** In plain float64 arithmetic. */
function productOf(a: ArrayLike<number>, b: ArrayLike<number>, size: number): Float64Array {
  const out = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      for (let j = 0; j < size; j++) out[i * size + j]! += a[i * size + k]! * b[k * size + j]!;
    }
  }
  return out;
}
