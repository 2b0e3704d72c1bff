// Microseconds per step of the 1-D SAD study (widths 1, 10, 20, 10, 1, GELU, 10 000 samples). node bench/descent.mjs
import { wasmKernels } from '../dist/index.js';

const samples = 10_000;
const widths = [1, 10, 20, 10, 1];
const rules = {
  sgd: { name: 'sgd', learningRate: 0.01 },
  adam: { name: 'adam', learningRate: 0.005 },
};
for (const dtype of ['f32', 'f64']) {
  const make = (n, f) => (dtype === 'f64' ? Float64Array : Float32Array).from({ length: n }, f);
  const inputs = make(samples, (_, i) => Math.sin(i * 12.9898));
  const targets = inputs.map(
    (x) => x ** 10 - 2 * x ** 8 + 2 * x ** 5 + 3 * x ** 3 - 2 * x ** 2 + 5,
  );
  const risk = wasmKernels().denseNetwork({
    widths,
    activation: { name: 'gelu' },
    loss: 'squared',
    dtype,
    batchNormalization: false,
    inputs,
    targets,
  });
  const theta = make(risk.dimension, (_, i) => Math.sin(i * 78.233) * 0.4);
  for (const [name, rule] of Object.entries(rules)) {
    for (const size of [1, 100, 10_000]) {
      const loop = risk.descent(theta, { rule, batch: { size, key: [1, 2] } });
      const block = Math.ceil(20_000 / (size + 20));
      let best = Infinity;
      for (let n = 0; n < 60; n++) {
        const start = process.cpuUsage();
        loop.run(block);
        const { user, system } = process.cpuUsage(start);
        best = Math.min(best, (user + system) / block);
      }
      console.log(dtype, name, `batch ${size}:`, best.toFixed(2), 'µs per step');
    }
  }
}
