import { floatArray, largest, type FloatArray } from '@nonsmooth/core';
import type { DenseProblem, DenseRisk } from '../dense-network.js';
import type { ProblemShape } from '../problem.js';
import { losses } from '../losses/table.js';
import { columnStatistics } from '../reference/batch-normalization.js';
import { denseRisk } from '../reference/dense-risk.js';
import { elementBytes, view } from './arena.js';
import {
  secondOrderBytes,
  secondOrderLayerBytes,
  SecondOrderView,
  writeSecondOrder,
  writeSecondOrderLayer,
} from './generated/structs.js';
import { settle } from './home.js';
import { isShallow } from './linear-spline.js';
import type { Build } from './module.js';
import { layNetworkOut, wholeTiles } from './network-layout.js';
import { openNetwork } from './network-memory.js';

/** Second derivatives of a risk, in kernel memory that the risk does not use. */
export interface SecondOrder {
  hessianVector(theta: FloatArray, vector: FloatArray, out: FloatArray): void;
  hessian(theta: FloatArray, out: FloatArray): void;
  dispose(): void;
}

/** Numbers that the panels of one chunk of samples may hold together. */
const largestChunk = 2 ** 24;

/** Most parameters of a shallow network whose dense Hessian is made at once instead of column by column. */
export const largestDense = 300;

/** Sums that assembly/shallow-hessian-vector.ts keeps. */
const momentsPerNeuron = 5;

/**
 * Works on chunks of samples as large as the panels may be. With a single chunk, everything that depends on θ only
 * is kept for further vectors at the same θ.
 * @throws MemoryLimitError.
 */
export function secondOrderOf(
  build: Build,
  problem: DenseProblem,
  shape: ProblemShape,
): SecondOrder {
  const { dtype, inputs, targets, batchNormalization } = problem;
  const { dimension, samples, inputWidth, targetWidth, layers } = shape;
  const { quadratic, relative, numerator } = losses[shape.loss.name];
  const widest = largest(problem.widths);
  const perSample = problem.widths.reduce((sum, width) => sum + 6 * width, 5 * widest);
  const chunk = Math.min(samples, Math.max(128, Math.floor(largestChunk / perSample)));

  const size = elementBytes[dtype];
  const chunkProblem = {
    ...problem,
    inputs: inputs.subarray(0, chunk * inputWidth),
    targets: targets.subarray(0, chunk * targetWidth),
  };
  const chunkShape = { ...shape, samples: chunk };
  const columns = wholeTiles(problem, chunk);
  const shallow = isShallow(problem, shape);
  const hidden = problem.widths[1]!;
  const dense = shallow && chunk === samples && dimension <= largestDense;
  const home = settle(build, ({ reserve }) => {
    const panel = (width: number): number => reserve(width * columns * size);
    // panels keep what depends on θ
    const at = layNetworkOut(chunkProblem, chunkShape, chunk, { reserve, scratch: reserve }, chunk);
    const vectorAt = reserve(dimension * size);
    const stateAt = reserve(secondOrderBytes);
    const layersAt = reserve(layers.length * secondOrderLayerBytes);
    const layerFields = layers.map((layer, k) => ({
      weights: vectorAt + layer.weights * size,
      biases: vectorAt + layer.biases * size,
      panelTangent: k > 0 || batchNormalization ? panel(layer.inputWidth) : 0,
      affineTangent: panel(layer.width),
      delta: panel(layer.width),
      bend: k + 1 < layers.length || !quadratic ? panel(layer.width) : 0,
    }));
    const fields = {
      numerator: relative ? 1 : numerator,
      denominator: relative ? 1 : samples,
      net: at.network,
      samples: chunk,
      layers: layersAt,
      gamma: vectorAt,
      beta: vectorAt + inputWidth * size,
      tangent: panel(widest),
      nextTangent: panel(widest),
      scratch: panel(widest),
      moments: shallow ? reserve(momentsPerNeuron * hidden * size) : 0,
      features: dense ? panel(dimension) : 0,
      hessian: dense ? reserve(dimension * dimension * size) : 0,
    };
    return { at, vectorAt, stateAt, fields, layerFields };
  });
  const { at, vectorAt, stateAt, fields, layerFields } = home.layout;

  const open = openNetwork(build, home, chunkProblem, chunkShape, at);
  const { memory, kernel } = open;
  const vectorHere = view(memory, dtype, vectorAt, dimension);
  const entries = view(memory, dtype, fields.hessian, dense ? dimension * dimension : 0);
  writeSecondOrder(memory, stateAt, fields);
  layerFields.forEach((layer, k) => {
    writeSecondOrderLayer(memory, fields.layers + k * secondOrderLayerBytes, layer);
  });
  const state = new SecondOrderView(memory, stateAt);
  if (batchNormalization) {
    const means = new Float64Array(memory.buffer, at.means, inputWidth);
    const scales = new Float64Array(memory.buffer, at.scales, inputWidth);
    columnStatistics(inputs, samples, inputWidth, means, scales);
  }

  const single = chunk === samples;
  const gradient = new Float64Array(dimension);
  const sum = new Float64Array(dimension);
  /** Hessian times vector without the loss's factor. */
  const product = single ? open.gradient : sum;
  const prepared = floatArray(dtype, dimension);
  let isPrepared = false;
  let keepsDigits = true;
  let general: DenseRisk | undefined;
  let lossSum = 0;
  let targetSum = 0;
  let alongResiduals = 0;

  function add(to: Float64Array): void {
    for (let i = 0; i < dimension; i++) to[i]! += open.gradient[i]!;
  }

  /** Everything that depends on θ only, for samples `first` on. */
  function prepare(first: number): void {
    const count = Math.min(chunk, samples - first);
    if (!single) {
      open.inputs.set(inputs.subarray(first * inputWidth, (first + count) * inputWidth));
      open.targets.set(targets.subarray(first * targetWidth, (first + count) * targetWidth));
      state.samples = count;
    }
    kernel.prepare(stateAt);
    lossSum += state.lossSum;
    targetSum += state.targetSum;
    if (relative) add(gradient);
    keepsDigits &&= state.keepsDigits === 1;
  }

  function multiply(): void {
    kernel.hessianVector(stateAt);
    alongResiduals += state.alongResiduals;
  }

  function reset(): void {
    lossSum = targetSum = 0;
    keepsDigits = true;
    gradient.fill(0);
  }

  function prepareAt(theta: FloatArray): void {
    if (isPrepared && sameBits(prepared, theta)) return;
    open.theta.set(theta);
    reset();
    prepare(0);
    prepared.set(theta);
    isPrepared = true;
  }

  /** For numbers whose squares overflow or underflow. */
  function plainLoops(): DenseRisk {
    return (general ??= denseRisk(problem));
  }

  /** The Hessian of a shallow network at once. */
  function denseHessian(theta: FloatArray, out: FloatArray): void {
    prepareAt(theta);
    if (!keepsDigits) {
      plainLoops().hessian(theta, out);
      return;
    }
    kernel.shallowHessian(stateAt);
    if (!relative) {
      out.set(entries);
      return;
    }
    const factor = 1 / (Math.sqrt(lossSum) * Math.sqrt(targetSum));
    const change = 1 / lossSum;
    for (let i = 0; i < dimension; i++) {
      for (let j = 0; j < dimension; j++) {
        const at = i * dimension + j;
        out[at] = (entries[at]! - gradient[i]! * gradient[j]! * change) * factor;
      }
    }
  }

  function hessianVector(theta: FloatArray, vector: FloatArray, out: FloatArray): void {
    vectorHere.set(vector);
    alongResiduals = 0;
    if (single) {
      prepareAt(theta);
      multiply();
    } else {
      open.theta.set(theta);
      reset();
      sum.fill(0);
      for (let first = 0; first < samples; first += chunk) {
        prepare(first);
        multiply();
        add(sum);
      }
    }
    if (keepsDigits) finish(out);
    else plainLoops().hessianVector(theta, vector, out);
  }

  /** Applies the common factor of the loss and, if it is relative, its change. */
  function finish(out: FloatArray): void {
    if (relative) {
      const factor = 1 / (Math.sqrt(lossSum) * Math.sqrt(targetSum));
      const change = alongResiduals / lossSum;
      for (let i = 0; i < dimension; i++) {
        out[i] = (product[i]! - change * gradient[i]!) * factor;
      }
      return;
    }
    for (let i = 0; i < dimension; i++) out[i] = (product[i]! * numerator) / samples;
  }

  return {
    hessianVector,
    dispose: () => home.release(),
    hessian(theta, out) {
      if (dense) {
        denseHessian(theta, out);
        return;
      }
      const unit = new Float64Array(dimension);
      for (let i = 0; i < dimension; i++) {
        unit[i] = 1;
        hessianVector(theta, unit, out.subarray(i * dimension, (i + 1) * dimension));
        unit[i] = 0;
      }
    },
  };
}

/** Whether all entries are equal, with 0 and −0 told apart and NaN equal to nothing. */
export function sameBits(a: FloatArray, b: FloatArray): boolean {
  // 0 and −0 are told apart, and NaN is equal to none: it is prepared anew
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!;
    if (x !== b[i]! || (x === 0 && !Object.is(x, b[i]!))) return false;
  }
  return true;
}
