// Loss + gradient of the five nets, as a share of the register-only limit.
// node bench/nets.mjs [f64|f32 [nets [activations [plain]]]]
import { peakLoop, wasmKernels } from '../dist/index.js';
import { plainLoops } from './plain-loops.mjs';

const nets = {
  tiny: [[1, 16, 1], 256],
  small: [[1, 64, 1], 1024],
  'deep-small': [[2, 32, 32, 32, 1], 512],
  medium: [[2, 128, 128, 1], 1024],
  large: [[784, 512, 512, 10], 256],
};

let state = 1;
const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2147483648 - 1;

function fill(dtype, length, scale = 1) {
  const values = dtype === 'f64' ? new Float64Array(length) : new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = random() * scale;
  return values;
}

/** Seconds of processor time so far: less disturbed by other processes than the clock is. */
function processorSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Least seconds per call of each candidate, interleaved. */
function race(candidates, seconds = 1.5) {
  const best = candidates.map(() => Infinity);
  const repeats = candidates.map((call) => {
    const start = performance.now();
    let n = 0;
    do {
      call();
      n++;
    } while (performance.now() - start < 150);
    return Math.max(1, Math.round((n / 150) * 4));
  });
  const end = performance.now() + seconds * 1000 * candidates.length;
  while (performance.now() < end) {
    candidates.forEach((call, k) => {
      const start = processorSeconds();
      for (let n = 0; n < repeats[k]; n++) call();
      best[k] = Math.min(best[k], (processorSeconds() - start) / repeats[k]);
    });
  }
  return best;
}

const dtypes = process.argv[2] ? [process.argv[2]] : ['f64', 'f32'];
const activations = (process.argv[4] ?? 'relu,tanh,gelu').split(',');
const kernels = wasmKernels();
for (const dtype of dtypes) {
  const peak = peakLoop(dtype);
  const only = process.argv[3];
  for (const [name, [widths, samples]] of Object.entries(nets)) {
    if (only && !only.split(',').includes(name)) continue;
    const inputs = fill(dtype, samples * widths[0]);
    const targets = fill(dtype, samples * widths.at(-1));
    const weights = widths.slice(1).reduce((sum, l, k) => sum + l * widths[k], 0);
    const dimension = weights + widths.slice(1).reduce((sum, l) => sum + l, 0);
    // forward, data gradient (not of the first layer), weight gradient
    const operations = 2 * samples * (3 * weights - widths[0] * widths[1]);
    const theta = fill(dtype, dimension, 1 / Math.sqrt(widths[1]));
    const out = fill(dtype, dimension);
    const calls = activations.map((activation) => {
      const risk = kernels.denseNetwork({
        widths,
        activation: { name: activation },
        loss: 'squared',
        dtype,
        batchNormalization: false,
        inputs,
        targets,
      });
      return () => risk.gradient(theta, out);
    });
    const rivals = activations
      .filter((activation) => process.argv[5] && ['relu', 'tanh'].includes(activation))
      .map((activation) => {
        const gradient = plainLoops({ widths, activation, inputs, targets });
        return () => gradient(theta, out);
      });
    const [limit, ...all] = race([() => peak.run(10000), ...calls, ...rivals]);
    const times = all.slice(0, calls.length);
    const ratios = all.slice(calls.length).map((time, k) => (time / times[k]).toFixed(1));
    const rate = peak.operations(10000) / limit;
    console.log(
      `${dtype} ${name.padEnd(10)} limit ${(rate / 1e9).toFixed(1)} GFLOP/s `,
      times
        .map(
          (time, k) =>
            `${activations[k]} ${(time * 1e6).toFixed(1)} µs ${((100 * operations) / time / rate).toFixed(1)} %`,
        )
        .join('   '),
      ratios.length > 0 ? `plain loops take ${ratios.join(', ')} times as long` : '',
    );
  }
}
