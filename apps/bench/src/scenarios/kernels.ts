import { defaultKernels, floatArray, type Dtype } from '@nonsmooth/kernels';
import { key, uniform } from '@nonsmooth/tensor';
import { boundError } from '../check.js';
import { defineScenario } from '../scenario.js';
import { relativeError } from './five-nets.js';

interface Parameters {
  readonly size: number;
  readonly dtype: Dtype;
}

/** Square matrix products, compared with the definition in float64. */
export const kernels = defineScenario<Parameters, number>({
  name: 'kernels',
  summary: 'matrix products',
  packages: ['kernels', 'tensor'],
  unit: 'floating-point operations',

  cases: () =>
    (['f64', 'f32'] as const).flatMap((dtype) =>
      [64, 256].map((size) => ({
        kind: 'timed' as const,
        name: `matmul ${size} ${dtype}`,
        parameters: { size, dtype },
      })),
    ),

  prepare({ size, dtype }, seed) {
    const matrix = (stream: number) =>
      uniform([stream, key(seed)[1]], [size, size], { low: -1, high: 1, dtype }).data;
    const a = matrix(0);
    const b = matrix(1);
    const out = floatArray(dtype, size * size);
    return {
      units: 2 * size ** 3,
      run: () => defaultKernels.matmul(a, b, out, size, size, size),
      answer: () => relativeError(out, product(a, b, size)),
      fingerprint: () => [out],
    };
  },

  check: ([error], [parameters]) => [
    boundError(
      'product against its definition',
      error!,
      parameters!.dtype === 'f64' ? 1e-14 : 1e-6,
    ),
  ],
});

function product(a: ArrayLike<number>, b: ArrayLike<number>, size: number): Float64Array {
  const out = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      for (let j = 0; j < size; j++) out[i * size + j]! += a[i * size + k]! * b[k * size + j]!;
    }
  }
  return out;
}
