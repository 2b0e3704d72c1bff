// A descent loop that never leaves the kernels
import { defaultKernels } from '@nonsmooth/kernels';

const inputs = Float64Array.from({ length: 64 }, (_, i) => i / 32 - 1);
const risk = defaultKernels.denseNetwork({
  widths: [1, 8, 1],
  activation: { name: 'tanh' },
  loss: 'squared',
  dtype: 'f64',
  batchNormalization: false,
  inputs,
  targets: inputs.map((x) => x * x),
});
const start = Float64Array.from({ length: risk.dimension }, (_, i) => ((i * 7) % 11) / 11 - 0.5);
const loop = risk.descent(start, { rule: { name: 'adam', learningRate: 0.01 } });
const before = risk.value(start);
loop.run(2000);

console.log(before > 0.1, risk.value(loop.state().theta) < 1e-3);

// prints
// true true
