import { floatArray, type Dtype } from '@nonsmooth/core';
import type { ActivationName } from '../activations/activation.js';
import type { DenseProblem } from '../dense-network.js';
import type { Kernels } from '../kernels.js';

/** Two small networks: several tiles and remainders of them, both table methods, both dtypes. */
function problem(dtype: Dtype, activation: ActivationName): DenseProblem {
  const samples = 37;
  const inputs = floatArray(dtype, samples * 3).map((_, i) => ((i * 37) % 64) / 16 - 2);
  return {
    widths: [3, 19, 9, 2],
    activation: { name: activation },
    loss: 'squared',
    dtype,
    batchNormalization: false,
    inputs,
    targets: floatArray(dtype, samples * 2).map((_, i) => ((i * 29) % 32) / 16 - 1),
  };
}

/** Whether losses and gradients of two kernels are the same, to the bit if `exactly`, else to rounding. */
export function agree(kernels: Kernels, others: Kernels, exactly: boolean): boolean {
  const cases = [problem('f64', 'tanh'), problem('f32', 'gelu')];
  return cases.every((one) => {
    const [a, b] = [kernels, others].map((each) => {
      const risk = each.denseNetwork(one);
      const theta = floatArray(one.dtype, risk.dimension).map((_, i) => ((i * 53) % 128) / 64 - 1);
      const results = floatArray(one.dtype, risk.dimension + 1);
      results[risk.dimension] = risk.gradient(theta, results.subarray(0, risk.dimension));
      risk.dispose();
      return results;
    });
    const tolerance = exactly ? 0 : one.dtype === 'f64' ? 1e-12 : 1e-4;
    const scale = Math.max(...b!.map(Math.abs));
    return a!.every((x, i) => Math.abs(x - b![i]!) <= tolerance * scale);
  });
}
