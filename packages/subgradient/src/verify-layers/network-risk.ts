import type { Node, Program } from '@nonsmooth/autodiff';

/** z = W·a + b: where W (width × fanIn, row-major) and b (width) lie in θ. */
export interface AffineMap {
  readonly weights: number;
  readonly bias: number;
  readonly width: number;
  readonly fanIn: number;
}

/** The mean over samples of the loss of a ReLU network that owns all its parameters, as its program says it. */
export interface NetworkRisk {
  readonly dimension: number;
  readonly samples: number;
  /** samples × inputs, row-major. */
  readonly inputs: Float64Array;
  readonly loss: 'squared' | 'crossEntropy';
  /** samples × outputs; one class per sample for crossEntropy. */
  readonly targets: Float64Array;
  /** Slope of the activation for z < 0. */
  readonly slope: number;
  /** The last of them gives the outputs. */
  readonly layers: readonly AffineMap[];
}

const known = new WeakMap<Program, NetworkRisk | 'none'>();

/** The program as such a risk; undefined if it is another function. */
export function readNetworkRisk(program: Program): NetworkRisk | undefined {
  let risk = known.get(program);
  if (risk === undefined) known.set(program, (risk = new Reader(program).read() ?? 'none'));
  return risk === 'none' ? undefined : risk;
}

/** Walks from the output down to the data, so that nothing of the program is left out. */
class Reader {
  private readonly program: Program;
  private readonly nodes: readonly Node[];

  constructor(program: Program) {
    this.program = program;
    this.nodes = program.nodes;
  }

  read(): NetworkRisk | undefined {
    const { inputs, outputs } = this.program;
    if (inputs.length !== 1 || outputs.length !== 1) return undefined;
    const mean = this.mean(outputs[0]!);
    const loss = mean && this.loss(mean.total);
    const network = loss && this.network(loss.outputs);
    if (network === undefined) return undefined;
    const { layers, slopes, data, samples } = network;
    const [slope] = slopes as [number];
    const [dimension] = this.nodes[inputs[0]!]!.shape as [number];
    const targets = loss!.targets(samples);
    const isFinite = [...data, ...(targets ?? [NaN])].every(Number.isFinite);
    if (mean!.count !== samples || targets === undefined || !isFinite) return undefined;
    if (slopes.some((other) => other !== slope) || !(slope >= 0 && slope <= 1)) return undefined;
    if (!ownTheirParameters(layers, dimension)) return undefined;
    const { name } = loss!;
    return { dimension, samples, inputs: data, loss: name, targets, slope, layers };
  }

  /** total/count, or total with count 1. */
  private mean(at: number): { total: number; count: number } | undefined {
    const node = this.nodes[at]!;
    if (node.shape.some((extent) => extent !== 1)) return undefined;
    if (node.op !== 'div') return { total: at, count: 1 };
    const divisor = this.nodes[node.inputs[1]!]!;
    if (divisor.op !== 'constant' || divisor.value.data.length !== 1) return undefined;
    return { total: node.inputs[0]!, count: Number(divisor.value.data[0]) };
  }

  /** What is summed over all entries to the number at this node. */
  private summands(at: number): number {
    const node = this.nodes[at]!;
    return node.op === 'sum' || node.op === 'reshape' ? this.summands(node.inputs[0]!) : at;
  }

  private loss(total: number):
    | {
        name: NetworkRisk['loss'];
        outputs: number;
        targets: (samples: number) => Float64Array | undefined;
      }
    | undefined {
    const node = this.nodes[this.summands(total)]!;
    if (node.op === 'square') {
      const difference = this.nodes[node.inputs[0]!]!;
      if (difference.op !== 'sub') return undefined;
      const [outputs, target] = difference.inputs as [number, number];
      const data = this.constant(target, this.nodes[outputs]!.shape);
      return data && { name: 'squared', outputs, targets: () => data };
    }
    // log Σ exp N − Σ N·indicators over the classes
    if (node.op !== 'sub' || node.shape.length !== 1) return undefined;
    const [normalizer, chosen] = node.inputs.map((i) => this.nodes[i]!) as [Node, Node];
    if (normalizer.op !== 'logSumExp' || chosen.op !== 'sum') return undefined;
    const product = this.nodes[chosen.inputs[0]!]!;
    const [outputs] = normalizer.inputs as [number];
    if (product.op !== 'mul' || product.inputs[0] !== outputs) return undefined;
    if (normalizer.axes.join() !== '1' || chosen.axes.join() !== '1') return undefined;
    const indicators = this.constant(product.inputs[1]!, this.nodes[outputs]!.shape);
    return indicators && { name: 'crossEntropy', outputs, targets: (n) => classes(indicators, n) };
  }

  /** A constant of this shape, as doubles. */
  private constant(at: number, shape: readonly number[]): Float64Array | undefined {
    const node = this.nodes[at]!;
    const isSo = node.op === 'constant' && node.shape.join() === shape.join();
    return isSo ? Float64Array.from(node.value.data) : undefined;
  }

  private network(
    outputs: number,
  ): { layers: AffineMap[]; slopes: number[]; data: Float64Array; samples: number } | undefined {
    const layers: AffineMap[] = [];
    const slopes: number[] = [];
    const samples = this.nodes[outputs]!.shape[0]!;
    for (let at = outputs; ;) {
      const affine = this.affine(at, samples);
      if (affine === undefined) return undefined;
      layers.unshift(affine.map);
      const below = this.nodes[affine.source]!;
      if (below.op === 'constant') {
        const data = this.constant(affine.source, [samples, affine.map.fanIn]);
        return data && slopes.length > 0 ? { layers, slopes, data, samples } : undefined;
      }
      if (below.op !== 'relu' && below.op !== 'leakyRelu') return undefined;
      slopes.unshift(below.op === 'relu' ? 0 : below.slope);
      at = below.inputs[0]!;
    }
  }

  /** source·Wᵀ + b at a node of shape samples × width. */
  private affine(at: number, samples: number): { map: AffineMap; source: number } | undefined {
    const node = this.nodes[at]!;
    if (node.op !== 'add' || node.shape.length !== 2 || node.shape[0] !== samples) return undefined;
    const [product, shift] = node.inputs.map((i) => this.nodes[i]!) as [Node, Node];
    if (product.op !== 'matmul' || product.masked !== 'none') return undefined;
    const [source, factor] = product.inputs as [number, number];
    const transposed = this.nodes[factor]!;
    if (transposed.op !== 'transpose' || transposed.permutation.join() !== '1,0') return undefined;
    const matrix = this.nodes[transposed.inputs[0]!]!;
    const width = node.shape[1]!;
    const fanIn = this.nodes[source]!.shape[1]!;
    const isFitting =
      product.shape.join() === node.shape.join() &&
      this.nodes[source]!.shape.join() === `${samples},${fanIn}` &&
      matrix.shape.join() === `${width},${fanIn}` &&
      shift.shape.join() === String(width);
    const weights = this.part(transposed.inputs[0]!);
    const bias = this.part(node.inputs[1]!);
    if (!isFitting || weights === undefined || bias === undefined) return undefined;
    return { map: { weights, bias, width, fanIn }, source };
  }

  /** Where a run of consecutive entries of θ begins. */
  private part(at: number): number | undefined {
    const node = this.nodes[at]!;
    if (node.op === 'reshape') return this.part(node.inputs[0]!);
    const isRun = node.op === 'slice' && node.steps.length === 1 && node.steps[0] === 1;
    return isRun && node.inputs[0] === this.program.inputs[0] ? node.starts[0] : undefined;
  }
}

/** No entry of θ is used twice, or not at all. */
function ownTheirParameters(layers: readonly AffineMap[], dimension: number): boolean {
  const uses = new Uint8Array(dimension);
  let count = 0;
  for (const { weights, bias, width, fanIn } of layers) {
    for (let t = 0; t < width * fanIn; t++) uses[weights + t]!++;
    for (let t = 0; t < width; t++) uses[bias + t]!++;
    count += width * (fanIn + 1);
  }
  return count === dimension && uses.every((n) => n === 1);
}

/** The position of the one 1 in each row of zeros. */
function classes(indicators: Float64Array, samples: number): Float64Array | undefined {
  const width = indicators.length / samples;
  const found = new Float64Array(samples);
  for (let s = 0; s < samples; s++) {
    const row = indicators.subarray(s * width, (s + 1) * width);
    found[s] = row.indexOf(1);
    if (found[s] === -1 || row.some((x, i) => x !== (i === found[s] ? 1 : 0))) return undefined;
  }
  return found;
}
