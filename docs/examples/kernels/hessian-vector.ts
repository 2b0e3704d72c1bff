// A Hessian–vector product costs about two gradients
import { defaultKernels } from '@nonsmooth/kernels';

// N(x) = w·x + c towards 0 on x = 1, 3: L = ((w + c)² + (3w + c)²)/2
const line = defaultKernels.denseNetwork({
  widths: [1, 1],
  activation: { name: 'identity' },
  loss: 'squared',
  dtype: 'f64',
  batchNormalization: false,
  inputs: Float64Array.of(1, 3),
  targets: Float64Array.of(0, 0),
});
const out = new Float64Array(2);
line.hessianVector(Float64Array.of(0.5, -1), Float64Array.of(1, 0), out);
console.log(...out); // the column (10, 4) of the Hessian

const hessian = new Float64Array(4);
line.hessian(Float64Array.of(0.5, -1), hessian);
console.log(...hessian);

// prints
// 10 4
// 10 4 4 2
