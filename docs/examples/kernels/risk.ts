// The risk of a network and its gradient
import { defaultKernels } from '@nonsmooth/kernels';

// N(x) = v·relu(w·x + b) + c with w = 1, b = 0, v = 2, c = 0, towards y = x on −1, 0, 1
const risk = defaultKernels.denseNetwork({
  widths: [1, 1, 1],
  activation: { name: 'relu' },
  loss: 'squared',
  dtype: 'f64',
  batchNormalization: false,
  inputs: Float64Array.of(-1, 0, 1),
  targets: Float64Array.of(-1, 0, 1),
});
const gradient = new Float64Array(risk.dimension);
const value = risk.gradient(Float64Array.of(1, 0, 2, 0), gradient);

// mean of (N − y)²: (1 + 0 + 1)/3; ∂/∂v: 2·(2 − 1)·1/3
console.log(value.toFixed(6), Array.from(gradient, (g) => g.toFixed(6)).join(' '));

// prints
// 0.666667 1.333333 1.333333 0.666667 1.333333
