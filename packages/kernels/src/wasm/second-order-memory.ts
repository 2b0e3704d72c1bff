import { largest, type FloatArray } from '@nonsmooth/core';
import type { DenseProblem } from '../dense-network.js';
import { losses } from '../losses/table.js';
import type { ProblemShape } from '../problem.js';
import { columnStatistics } from '../reference/batch-normalization.js';
import { elementBytes, view } from './arena.js';
import { momentsPerNeuron } from './generated/constants.js';
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
import { openNetwork, type NetworkMemory } from './network-memory.js';

/** Numbers that the panels of one chunk of samples may hold together. */
const largestChunk = 2 ** 24;

/** Most parameters of a shallow network whose dense Hessian is made at once instead of column by column. */
export const largestDense = 300;

/** Second derivatives in kernel memory: what the host reads and writes there. */
export interface SecondOrderMemory extends NetworkMemory {
  /** Samples that are worked on at a time. */
  readonly chunk: number;
  /** The descriptor, a SecondOrder: its address, and what of it changes between calls. */
  readonly address: number;
  readonly state: SecondOrderView;
  readonly vector: FloatArray;
  /** d × d numbers if the Hessian is made at once, empty otherwise. */
  readonly hessian: FloatArray;
  release(): void;
}

/** Most samples at a time: the panels of a chunk keep everything that depends on θ only. */
function chunkOf({ widths }: DenseProblem, samples: number): number {
  const perSample = widths.reduce((sum, width) => sum + 6 * width, 5 * largest(widths));
  return Math.min(samples, Math.max(128, Math.floor(largestChunk / perSample)));
}

/** Lays the second derivatives of a risk out, in memory that the risk does not use. @throws MemoryLimitError. */
export function openSecondOrder(
  build: Build,
  problem: DenseProblem,
  shape: ProblemShape,
): SecondOrderMemory {
  const { dtype, inputs, targets, batchNormalization, widths } = problem;
  const { dimension, samples, inputWidth, targetWidth, layers } = shape;
  const { quadratic, relative, numerator } = losses[shape.loss.name];
  const size = elementBytes[dtype];
  const chunk = chunkOf(problem, samples);
  const columns = wholeTiles(problem, chunk);
  const chunkShape = { ...shape, samples: chunk };
  const chunkProblem = {
    ...problem,
    inputs: inputs.subarray(0, chunk * inputWidth),
    targets: targets.subarray(0, chunk * targetWidth),
  };
  const shallow = isShallow(problem, shape);
  const entries = shallow && chunk === samples && dimension <= largestDense ? dimension ** 2 : 0;

  const home = settle(build, ({ reserve }) => {
    const panel = (width: number): number => reserve(width * columns * size);
    // panels are never scratch: they outlive a call
    const at = layNetworkOut(chunkProblem, chunkShape, chunk, { reserve, scratch: reserve }, chunk);
    const vectorAt = reserve(dimension * size);
    const address = reserve(secondOrderBytes);
    const layersAt = reserve(layers.length * secondOrderLayerBytes);
    const layerFields = layers.map((layer, k) => ({
      weights: vectorAt + layer.weights * size,
      biases: vectorAt + layer.biases * size,
      panelTangent: k > 0 || batchNormalization ? panel(layer.inputWidth) : 0,
      affineTangent: panel(layer.width),
      delta: panel(layer.width),
      bend: k + 1 < layers.length || !quadratic ? panel(layer.width) : 0,
    }));
    const widest = largest(widths);
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
      moments: shallow ? reserve(momentsPerNeuron * widths[1]! * size) : 0,
      features: entries > 0 ? panel(dimension) : 0,
      hessian: reserve(entries * size),
    };
    return { at, vectorAt, address, fields, layerFields };
  });

  const { at, vectorAt, address, fields, layerFields } = home.layout;
  const network = openNetwork(build, home, chunkProblem, chunkShape, at);
  const { memory } = network;
  writeSecondOrder(memory, address, fields);
  layerFields.forEach((layer, k) => {
    writeSecondOrderLayer(memory, fields.layers + k * secondOrderLayerBytes, layer);
  });
  if (batchNormalization) {
    const means = new Float64Array(memory.buffer, at.means, inputWidth);
    const scales = new Float64Array(memory.buffer, at.scales, inputWidth);
    columnStatistics(inputs, samples, inputWidth, means, scales);
  }
  return {
    ...network,
    chunk,
    address,
    state: new SecondOrderView(memory, address),
    vector: view(memory, dtype, vectorAt, dimension),
    hessian: view(memory, dtype, fields.hessian, entries),
    release: () => home.release(),
  };
}
