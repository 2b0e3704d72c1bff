import type { Node, Program } from '@nonsmooth/autodiff';

/** A hidden layer z = a·Wᵀ + b with a kink on every entry of z, samples in rows. */
export interface DenseLayer {
  /** Node of the kink. */
  readonly node: number;
  readonly op: 'relu' | 'leakyRelu';
  /** Slope for z < 0. */
  readonly slope: number;
  /** Where W (width × fanIn, row-major) and b (width) lie in θ. */
  readonly weights: number;
  readonly bias: number;
  readonly width: number;
  readonly fanIn: number;
}

/** A program all of whose kinks are those of a fully connected network with its own bias per hidden unit. */
export interface DenseLayers {
  readonly samples: number;
  /** The constant rows that the first layer reads, samples × fanIn, row-major. */
  readonly inputs: Float64Array;
  readonly layers: readonly DenseLayer[];
}

const found = new WeakMap<Program, DenseLayers | 'none'>();

/** Reads the layers off a program, whatever it does with the last of them; undefined for other programs. */
export function denseLayers(program: Program): DenseLayers | undefined {
  let layers = found.get(program);
  if (layers === undefined) found.set(program, (layers = read(program) ?? 'none'));
  return layers === 'none' ? undefined : layers;
}

const kinked: ReadonlySet<string> = new Set([
  'relu',
  'leakyRelu',
  'abs',
  'maximum',
  'minimum',
  'max',
  'min',
]);

function read({ nodes }: Program): DenseLayers | undefined {
  const layers: DenseLayer[] = [];
  let inputs: Float64Array | undefined;
  let samples = 0;
  let below: number | undefined;
  for (const [index, node] of nodes.entries()) {
    if (!kinked.has(node.op)) continue;
    if (node.op !== 'relu' && node.op !== 'leakyRelu') return undefined;
    const affine = readAffine(nodes, node.inputs[0]!);
    if (affine === undefined) return undefined;
    const source = nodes[affine.source]!;
    if (below === undefined) {
      if (source.op !== 'constant') return undefined;
      inputs = Float64Array.from(source.value.data);
      samples = affine.samples;
    } else if (affine.source !== below || affine.samples !== samples) {
      return undefined;
    }
    const slope = node.op === 'leakyRelu' ? node.slope : 0;
    const { weights, bias, width, fanIn } = affine;
    layers.push({ node: index, op: node.op, slope, weights, bias, width, fanIn });
    below = index;
  }
  return inputs === undefined || overlap(layers) ? undefined : { samples, inputs, layers };
}

/** An affine layer a·Wᵀ + b, its parts given by node indices. */
export interface Affine {
  /** Node of the factor a, samples × fanIn. */
  readonly source: number;
  readonly samples: number;
  readonly weights: number;
  readonly bias: number;
  readonly width: number;
  readonly fanIn: number;
}

/** a·Wᵀ + b with W and b slices of the input vector. */
export function readAffine(nodes: readonly Node[], at: number): Affine | undefined {
  const sum = nodes[at]!;
  if (sum.op !== 'add' || sum.shape.length !== 2) return undefined;
  const product = nodes[sum.inputs[0]!]!;
  const bias = sliceStart(nodes, sum.inputs[1]!);
  const transposed =
    product.op === 'matmul' && product.masked === 'none' && nodes[product.inputs[1]!]!;
  if (!transposed || transposed.op !== 'transpose' || bias === undefined) return undefined;
  const matrix = nodes[transposed.inputs[0]!]!;
  const weights = sliceStart(nodes, transposed.inputs[0]!);
  const [width, fanIn] = matrix.shape;
  const isBias = nodes[sum.inputs[1]!]!.shape.join() === String(width);
  const isPlain =
    transposed.permutation.join() === '1,0' && product.shape.join() === sum.shape.join();
  if (weights === undefined || !isBias || !isPlain || matrix.shape.length !== 2) return undefined;
  const [samples] = sum.shape;
  return {
    source: product.inputs[0]!,
    samples: samples!,
    weights,
    bias,
    width: width!,
    fanIn: fanIn!,
  };
}

/** Where a slice of consecutive entries of the input vector begins, reshaped or not. */
function sliceStart(nodes: readonly Node[], at: number): number | undefined {
  const node = nodes[at]!;
  if (node.op === 'reshape') return sliceStart(nodes, node.inputs[0]!);
  if (node.op !== 'slice') return undefined;
  const { starts, steps } = node;
  const isInput = nodes[node.inputs[0]!]!.op === 'input';
  return isInput && starts.length === 1 && steps[0] === 1 ? starts[0] : undefined;
}

/** Whether two layers share parameters. */
function overlap(layers: readonly DenseLayer[]): boolean {
  const parts = layers
    .flatMap(({ weights, bias, width, fanIn }) => [
      { from: weights, to: weights + width * fanIn },
      { from: bias, to: bias + width },
    ])
    .sort((a, b) => a.from - b.from);
  return parts.some(({ from }, i) => i > 0 && from < parts[i - 1]!.to);
}
