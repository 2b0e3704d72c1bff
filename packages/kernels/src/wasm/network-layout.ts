import { largest } from '@nonsmooth/core';
import { activations } from '../activations/table.js';
import type { DenseProblem } from '../dense-network.js';
import { losses } from '../losses/table.js';
import type { ProblemShape } from '../problem.js';
import { elementBytes, type Arena } from './arena.js';
import { panelsPerGroup } from './generated/constants.js';
import { layerBytes, networkBytes, writeLayer, writeNetwork } from './generated/structs.js';
import { isLinearSpline, laySplineOut } from './linear-spline.js';
import type { Memory } from './webassembly.js';

/** Most samples that a panel holds; the samples of a batch are spread evenly over the fewest panels. */
export const panelCapacity = 128;

/** `samples` in whole tiles: columns of a panel come in multiples of two vectors. */
export function wholeTiles(problem: DenseProblem, samples: number): number {
  const perTile = 32 / elementBytes[problem.dtype];
  return Math.ceil(samples / perTile) * perTile;
}

/** The bytes of a row of a panel: an odd number of 64-byte lines, so that rows do not fall on each other in caches. */
function panelRowBytes(columns: number, size: number): number {
  const lines = Math.ceil((columns * size) / 64);
  return (lines % 2 === 0 ? lines + 1 : lines) * 64;
}

/** Addresses of everything a problem keeps in kernel memory. */
export interface NetworkLayout {
  /** The descriptor, a Network. */
  readonly network: number;
  readonly theta: number;
  readonly gradient: number;
  readonly inputs: number;
  readonly targets: number;
  readonly indices: number;
  readonly means: number;
  readonly scales: number;
  /** Rows in and out of `realize`, at most `capacity` of them. */
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly capacity: number;
  /** Slopes of the hidden layers, if they are to be given: width × `slopeStride` numbers each. */
  readonly slopes: readonly number[];
  readonly slopeStride: number;
  /** Writes the descriptor into the memory. */
  describe(memory: Memory): void;
}

/**
 * Lays out the memory of a problem for batches of up to `batch` samples, or for all samples at once and any batch:
 * θ and gradient (d each), the data, the indices (4 bytes per sample), and per column of a panel
 * l₀ (twice if normalized) + l_target + 2·Σ_{0<k<D} l_k + l_D + 2·max l_k numbers.
 */
export function layNetworkOut(
  problem: DenseProblem,
  shape: ProblemShape,
  batch: number | 'all',
  arena: Arena,
  largestPanel: number = panelCapacity,
  isFrozen: boolean = false,
): NetworkLayout {
  const size = elementBytes[problem.dtype];
  const { inputWidth, targetWidth, samples, layers, dimension } = shape;
  const most = batch === 'all' ? samples : batch;
  const capacity = wholeTiles(problem, Math.min(most, largestPanel));
  const numbers = (count: number): number => arena.reserve(count * size);
  const rowBytes = panelRowBytes(capacity, size);
  const panel = (width: number): number => arena.scratch(width * rowBytes);
  const widest = largest(problem.widths);

  const network = arena.reserve(networkBytes);
  const layerTable = arena.reserve(layers.length * layerBytes);
  const theta = numbers(dimension);
  const gradient = numbers(dimension);
  const inputs = numbers(samples * inputWidth);
  const targets = numbers(samples * targetWidth);
  const indices = arena.scratch(most * 4);
  const means = arena.reserve(problem.batchNormalization ? inputWidth * 8 : 0);
  const scales = arena.reserve(problem.batchNormalization ? inputWidth * 8 : 0);
  const inputPanel = panel(inputWidth);
  const targetPanel = panel(targetWidth);
  const delta = panel(widest);
  const nextDelta = panel(widest);
  const panels = layers.map((layer, k) =>
    k === 0 && !problem.batchNormalization ? inputPanel : panel(layer.inputWidth),
  );
  const affine = layers.map((layer) => panel(layer.width));
  const outputs = affine.at(-1)!;
  const packed = arena.scratch(4 * widest * size);
  const isWide = problem.dtype === 'f32' && most > panelsPerGroup * capacity;
  const wide = isWide ? arena.scratch(dimension * 8) : 0;
  // whole vectors of the last samples may be read
  const slopeStride = wholeTiles(problem, samples) + 64;
  const slopes = layers
    .slice(0, isFrozen ? -1 : 0)
    .map(({ width }) => numbers(width * slopeStride));
  const spline =
    batch === 'all' && !isFrozen && isLinearSpline(problem, shape)
      ? laySplineOut(problem, shape, arena)
      : undefined;

  function describe(memory: Memory): void {
    const { activation, loss } = shape;
    writeNetwork(memory, network, {
      parameter: activation.parameter,
      kink: activation.atKink,
      lossParameter: loss.parameter,
      lossKink: loss.atKink,
      unit: 1,
      targetUnit: 1,
      activation: activations[activation.name].code,
      loss: losses[loss.name].code,
      depth: layers.length,
      inputWidth,
      targetWidth,
      dimension,
      samples,
      capacity,
      normalized: problem.batchNormalization ? 1 : 0,
      layers: layerTable,
      theta,
      gradient,
      inputs,
      targets,
      indices,
      means,
      scales,
      inputPanel,
      targetPanel,
      delta,
      nextDelta,
      outputs,
      packed,
      wide,
      spline: spline?.address ?? 0,
      frozenStride: slopeStride * size,
    });
    spline?.describe(memory);
    layers.forEach((layer, k) => {
      writeLayer(memory, layerTable + k * layerBytes, {
        inputWidth: layer.inputWidth,
        width: layer.width,
        weights: theta + layer.weights * size,
        biases: theta + layer.biases * size,
        weightGradient: gradient + layer.weights * size,
        biasGradient: gradient + layer.biases * size,
        panel: panels[k]!,
        affine: affine[k]!,
        frozen: slopes[k] ?? 0,
      });
    });
  }

  return {
    network,
    theta,
    gradient,
    inputs,
    targets,
    indices,
    means,
    scales,
    rowsIn: delta,
    rowsOut: nextDelta,
    capacity,
    slopes,
    slopeStride,
    describe,
  };
}
