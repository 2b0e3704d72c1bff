import {
  DisposedError,
  floatArray,
  requireLength,
  requireOutput,
  type FloatArray,
} from '@nonsmooth/core';
import type { DenseProblem } from '../dense-network.js';
import { requirePlainInputs, type FrozenRisk } from '../frozen-network.js';
import { evaluateLoss } from '../losses/evaluate.js';
import { losses } from '../losses/table.js';
import { problemShape } from '../problem.js';

/** The risk of a dense network with given slopes by plain loops, in f64 between the roundings of θ and data. @throws as `problemShape`; ArgumentError for batch normalization. */
export function frozenRisk(problem: DenseProblem): FrozenRisk {
  const shape = problemShape(problem);
  requirePlainInputs(problem);
  const { layers, samples, dimension, outputWidth } = shape;
  const rowLoss = losses[shape.loss.name].row(shape.loss.parameter, shape.loss.atKink);
  const slopes = layers.slice(0, -1).map(({ width }) => floatArray(problem.dtype, width * samples));
  let isDisposed = false;

  /** What the layers act on, and the outputs, of all samples. */
  function forward(theta: FloatArray): Float64Array[] {
    const values = [Float64Array.from(problem.inputs)];
    layers.forEach(({ inputWidth: from, width, weights, biases }, k) => {
      const out = new Float64Array(samples * width);
      for (let s = 0; s < samples; s++) {
        for (let i = 0; i < width; i++) {
          let z = theta[biases + i]!;
          for (let j = 0; j < from; j++) {
            z += theta[weights + i * from + j]! * values[k]![s * from + j]!;
          }
          out[s * width + i] = k + 1 < layers.length ? slopes[k]![i * samples + s]! * z : z;
        }
      }
      values.push(out);
    });
    return values;
  }

  return {
    dimension,
    samples,
    dtype: problem.dtype,
    slopes,
    slopeStride: samples,
    gradient(theta, out) {
      if (isDisposed) throw new DisposedError('the risk of a network with given slopes');
      requireLength('theta', theta, dimension);
      requireOutput('out', out, dimension);
      const values = forward(theta);
      let delta = new Float64Array(samples * outputWidth);
      const outputs = values.at(-1)!;
      const targets = Float64Array.from(problem.targets);
      const { name } = shape.loss;
      const loss = evaluateLoss(name, rowLoss, outputs, targets, samples, outputWidth, delta);
      const sums = new Float64Array(dimension);
      for (let k = layers.length - 1; k >= 0; k--) {
        const { inputWidth: from, width: rows, weights, biases } = layers[k]!;
        const below = new Float64Array(samples * from);
        for (let s = 0; s < samples; s++) {
          for (let i = 0; i < rows; i++) {
            const d = delta[s * rows + i]!;
            sums[biases + i]! += d;
            for (let j = 0; j < from; j++) {
              sums[weights + i * from + j]! += d * values[k]![s * from + j]!;
              below[s * from + j]! += d * theta[weights + i * from + j]!;
            }
          }
          if (k === 0) continue;
          for (let j = 0; j < from; j++) {
            below[s * from + j]! *= slopes[k - 1]![j * samples + s]!;
          }
        }
        delta = below;
      }
      for (let i = 0; i < dimension; i++) out[i] = (sums[i]! * loss.numerator) / loss.denominator;
      return loss.value;
    },
    dispose() {
      isDisposed = true;
    },
  };
}
