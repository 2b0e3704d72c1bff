// Portable kernels and native ones give the same bits
import { defaultKernels, wasmKernels, type Kernels } from '@nonsmooth/kernels';

const problem = {
  widths: [2, 7, 1],
  activation: { name: 'gelu' },
  loss: 'squared',
  dtype: 'f64',
  batchNormalization: false,
  inputs: Float64Array.from({ length: 40 }, (_, i) => Math.fround(Math.cos(i))),
  targets: Float64Array.from({ length: 20 }, (_, i) => i / 10),
} as const;
const theta = Float64Array.from({ length: 29 }, (_, i) => Math.fround(Math.sin(i)));

function gradientBy(kernels: Kernels): Float64Array {
  const out = new Float64Array(29);
  kernels.denseNetwork(problem).gradient(theta, out);
  return out;
}

const [a, b] = [gradientBy(wasmKernels()), gradientBy(defaultKernels)];
console.log(a.every((x, i) => Object.is(x, b[i])));

// prints
// true
