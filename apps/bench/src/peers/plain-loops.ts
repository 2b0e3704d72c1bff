import { floatArray } from '@nonsmooth/kernels';
import { layersOf, type DenseRiskProblem, type Peer, type PeerTask } from './peer.js';

/** What one writes in an afternoon: loops over samples, neurons and inputs on typed arrays. */
export const plainLoops: Peer = {
  name: 'plain loops',
  packages: {},
  dtypes: ['f64'],
  lossAndGradient: (problem) => Promise.resolve(task(problem)),
};

function task(problem: DenseRiskProblem): PeerTask {
  const { widths, activation, dtype, samples, inputs, targets, theta } = problem;
  const parameters = floatArray(dtype, theta.length);
  parameters.set(theta);
  const gradient = floatArray(dtype, theta.length);
  let loss = 0;
  const depth = widths.length - 1;
  const offsets: number[] = [];
  let end = 0;
  for (const { weights, bias } of layersOf(problem)) {
    offsets.push(end);
    end += weights.length + bias.length;
  }
  const values = widths.map((width) => floatArray(dtype, width));
  const cotangents = widths.map((width) => floatArray(dtype, width));
  const isRelu = activation === 'relu';

  function forward(): void {
    for (let k = 1; k <= depth; k++) {
      const before = values[k - 1]!;
      const after = values[k]!;
      const columns = before.length;
      const weights = offsets[k - 1]!;
      const bias = weights + columns * after.length;
      for (let i = 0; i < after.length; i++) {
        let z = parameters[bias + i]!;
        const row = weights + i * columns;
        for (let j = 0; j < columns; j++) z += parameters[row + j]! * before[j]!;
        after[i] = k === depth ? z : isRelu ? (z > 0 ? z : 0) : Math.tanh(z);
      }
    }
  }

  function backward(): void {
    for (let k = depth; k >= 1; k--) {
      const before = values[k - 1]!;
      const above = cotangents[k]!;
      const below = cotangents[k - 1]!;
      const columns = before.length;
      const weights = offsets[k - 1]!;
      const bias = weights + columns * above.length;
      below.fill(0);
      for (let i = 0; i < above.length; i++) {
        const c = above[i]!;
        const row = weights + i * columns;
        gradient[bias + i]! += c;
        for (let j = 0; j < columns; j++) gradient[row + j]! += c * before[j]!;
        if (k > 1) for (let j = 0; j < columns; j++) below[j]! += c * parameters[row + j]!;
      }
      if (k === 1) return;
      for (let j = 0; j < columns; j++) {
        below[j]! *= isRelu ? (before[j]! > 0 ? 1 : 0) : 1 - before[j]! * before[j]!;
      }
    }
  }

  return {
    run() {
      gradient.fill(0);
      loss = 0;
      const output = values[depth]!;
      const width = values[0]!.length;
      for (let s = 0; s < samples; s++) {
        for (let j = 0; j < width; j++) values[0]![j] = inputs[s * width + j]!;
        forward();
        for (let i = 0; i < output.length; i++) {
          const residual = output[i]! - targets[s * output.length + i]!;
          loss += (residual * residual) / samples;
          cotangents[depth]![i] = (2 * residual) / samples;
        }
        backward();
      }
    },
    result: () => ({ loss, gradient }),
  };
}
