import type { Node, Program } from '@nonsmooth/autodiff';
import { defaultKernels, type DenseRisk } from '@nonsmooth/kernels';
import { denseLayers, readAffine, type DenseLayer } from './dense-layers.js';

/** The last layer of a network, without a kink. */
export type OutputLayer = Omit<DenseLayer, 'node' | 'op' | 'slope'>;

/**
 * The mean of squared or cross-entropy losses of a ReLU network: a program that was recognized as one. All numbers
 * are those of the program, so that it is the same function.
 */
export interface DenseProgram {
  readonly samples: number;
  readonly dimension: number;
  readonly widths: readonly number[];
  readonly inputs: Float64Array;
  /** samples × outputs; class indices for crossEntropy. */
  readonly targets: Float64Array;
  readonly loss: 'squared' | 'crossEntropy';
  readonly hidden: readonly DenseLayer[];
  readonly output: OutputLayer;
  /** The number of the class of equal inputs that each sample belongs to. */
  readonly inputClass: Int32Array;
  /** Its gradient in doubles, by kernels. */
  readonly kernel: DenseRisk;
}

const found = new WeakMap<Program, DenseProgram | 'none'>();

/** The program as the risk of a network, undefined if it is none; prepared once per program. */
export function denseProgram(program: Program): DenseProgram | undefined {
  let dense = found.get(program);
  if (dense === undefined) found.set(program, (dense = read(program) ?? 'none'));
  return dense === 'none' ? undefined : dense;
}

function read(program: Program): DenseProgram | undefined {
  const network = denseLayers(program);
  if (network === undefined) return undefined;
  const { samples, inputs, layers: hidden } = network;
  const last = hidden.at(-1)!;
  const tail = readLoss(program, samples);
  const affine = tail && readAffine(program.nodes, tail.outputs);
  if (tail === undefined || affine?.source !== last.node || affine.samples !== samples) {
    return undefined;
  }
  const output = { ...affine, source: undefined };
  const dimension = program.nodes[program.inputs[0]!]!.shape[0]!;
  let next = 0;
  const isStandard = [...hidden, output].every(({ weights, bias, width, fanIn }) => {
    const isNext = weights === next && bias === next + width * fanIn;
    next = bias + width;
    return isNext;
  });
  const [{ slope, op }] = hidden as [DenseLayer];
  const isUniform = hidden.every((layer) => layer.op === op && layer.slope === slope);
  if (!isStandard || next !== dimension || !isUniform) return undefined;
  if (!(slope >= 0 && slope <= 1)) return undefined;
  const widths = [hidden[0]!.fanIn, ...hidden.map(({ width }) => width), output.width];
  const { loss, targets } = tail;
  if (!inputs.every(Number.isFinite) || !targets.every(Number.isFinite)) return undefined;
  const kernel = defaultKernels.denseNetwork({
    widths,
    activation: op === 'relu' ? { name: 'relu' } : { name: 'leakyRelu', parameter: slope },
    loss,
    dtype: 'f64',
    batchNormalization: false,
    inputs,
    targets,
  });
  return {
    samples,
    dimension,
    widths,
    inputs,
    targets,
    loss,
    hidden,
    output,
    inputClass: classesOf(inputs, samples),
    kernel,
  };
}

interface Loss {
  readonly loss: DenseProgram['loss'];
  readonly targets: Float64Array;
  /** Node of the network's outputs. */
  readonly outputs: number;
}

/** The mean over the samples of squared errors, or of log Σ exp N − N_class. */
function readLoss({ nodes, outputs }: Program, samples: number): Loss | undefined {
  const mean = nodes[outputs[0]!]!;
  const count = mean.op === 'div' ? nodes[mean.inputs[1]!]! : undefined;
  if (count === undefined ? samples !== 1 : !isNumber(count, samples)) return undefined;
  const terms = belowSums(nodes, mean.op === 'div' ? mean.inputs[0]! : outputs[0]!);
  const root = nodes[terms]!;
  if (root.op === 'square') {
    const difference = nodes[root.inputs[0]!]!;
    if (difference.op !== 'sub') return undefined;
    const [output, target] = difference.inputs.map((at) => nodes[at]!) as [Node, Node];
    if (target.op !== 'constant' || output.shape.join() !== target.shape.join()) return undefined;
    const targets = Float64Array.from(target.value.data);
    return { loss: 'squared', targets, outputs: difference.inputs[0]! };
  }
  if (root.op !== 'sub' || root.shape.join() !== String(samples)) return undefined;
  const [normalizer, chosen] = root.inputs.map((at) => nodes[at]!) as [Node, Node];
  if (normalizer.op !== 'logSumExp' || chosen.op !== 'sum') return undefined;
  const product = nodes[chosen.inputs[0]!]!;
  if (product.op !== 'mul' || product.inputs[0] !== normalizer.inputs[0]) return undefined;
  if (normalizer.axes.join() !== '1' || chosen.axes.join() !== '1') return undefined;
  const indicators = nodes[product.inputs[1]!]!;
  if (indicators.op !== 'constant' || indicators.shape.join() !== product.shape.join()) {
    return undefined;
  }
  const targets = readClasses(indicators.value.data, samples);
  return targets && { loss: 'crossEntropy', targets, outputs: product.inputs[0]! };
}

function isNumber(node: Node, value: number): boolean {
  if (node.op !== 'constant') return false;
  const { data } = node.value;
  return data.length === 1 && data[0] === value;
}

/** What is summed to one number. */
function belowSums(nodes: readonly Node[], at: number): number {
  const node = nodes[at]!;
  const isOne = node.op === 'sum' || node.op === 'reshape';
  return isOne ? belowSums(nodes, node.inputs[0]!) : at;
}

/** The positions of the ones in rows of zeros with one 1 each. */
function readClasses(indicators: ArrayLike<number>, samples: number): Float64Array | undefined {
  const classes = indicators.length / samples;
  const targets = new Float64Array(samples).fill(-1);
  for (let i = 0; i < indicators.length; i++) {
    if (indicators[i] === 0) continue;
    const sample = Math.floor(i / classes);
    if (indicators[i] !== 1 || targets[sample] !== -1) return undefined;
    targets[sample] = i % classes;
  }
  return targets.includes(-1) ? undefined : targets;
}

function classesOf(inputs: Float64Array, samples: number): Int32Array {
  const width = inputs.length / samples;
  const numbers = new Map<string, number>();
  return Int32Array.from({ length: samples }, (_, s) => {
    // + 0 makes −0 and 0 one
    const key = inputs
      .subarray(s * width, (s + 1) * width)
      .map((x) => x + 0)
      .join();
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}
