import { ArgumentError, requireLayout, type Objective } from '@nonsmooth/core';
import { kinksOf, type Program } from '@nonsmooth/autodiff';

/** Where the parameters of a hidden layer lie in θ: W^k is width × fanIn, row-major, b^k has width entries. */
export interface HiddenLayer {
  readonly weights: number;
  readonly bias: number;
  readonly width: number;
  readonly fanIn: number;
}

/**
 * The hidden layers of a network's risk, from its layout (W1, b1, …, WD, bD).
 * @throws ArgumentError if a hidden neuron has no own bias, or the program does not apply one relu per layer.
 */
export function hiddenLayers(risk: Objective, program: Program): readonly HiddenLayer[] {
  if (risk.layout !== undefined)
    requireLayout('risk.layout', risk.layout, program.nodes[program.inputs[0]!]!.shape[0]!);
  const slices = new Map(risk.layout?.map((slice) => [slice.name, slice]));
  const layers: HiddenLayer[] = [];
  for (let k = 1; slices.has(`W${k + 1}`); k++) {
    const weights = slices.get(`W${k}`);
    const bias = slices.get(`b${k}`);
    const [width = 0, fanIn = 0] = weights?.shape ?? [];
    if (weights === undefined || bias === undefined || bias.shape[0] !== width) {
      throw new ArgumentError(
        'risk.layout',
        `no own bias in hidden layer ${k}`,
        'W1, b1, …, WD, bD',
      );
    }
    layers.push({ weights: weights.offset, bias: bias.offset, width, fanIn });
  }
  const kinks = kinksOf(program);
  const fits = kinks.every(
    ({ op, node }, k) => op === 'relu' && program.nodes[node]!.shape.at(-1) === layers[k]?.width,
  );
  if (layers.length === 0 || kinks.length !== layers.length || !fits) {
    throw new ArgumentError(
      'risk',
      `${kinks.length} kinked operations for ${layers.length} hidden layers`,
      'networks with a layout and one relu per hidden layer',
    );
  }
  return layers;
}

/** An upper bound of the largest absolute row sum of W^k: the sum itself for integers. */
export function infinityNorm({ weights, width, fanIn }: HiddenLayer, theta: Float64Array): number {
  let largest = 0;
  let isExact = true;
  for (let i = 0; i < width; i++) {
    let sum = 0;
    for (let j = 0; j < fanIn; j++) {
      const entry = theta[weights + i * fanIn + j]!;
      sum += Math.abs(entry);
      isExact &&= Number.isInteger(entry);
    }
    largest = Math.max(largest, sum);
  }
  return isExact && largest <= Number.MAX_SAFE_INTEGER
    ? largest
    : largest * (1 + 2 ** -30) + 2 ** -1000;
}
