import { ArgumentError, requireKnownOptions, ShapeError, type OptionNames } from '@nonsmooth/core';
import { activationParameter, type Activation } from '@nonsmooth/kernels';
import { requireNetwork, type Network } from '../network.js';
import { batchNormalizationEpsilon, requireParameters } from '../realize.js';
import { writeModel, type ModelArray, type ModelNode } from './model.js';

/** Mean and variance of the inputs, by which a file normalizes them. */
export interface InputStatistics {
  readonly mean: ArrayLike<number>;
  readonly variance: ArrayLike<number>;
}

/** Options of `writeOnnx`. */
export interface OnnxOptions {
  /** Arithmetic of the file. Default 'f32', which all runtimes have; parameters are rounded to it. */
  readonly dtype?: 'f32' | 'f64';
  /** For networks with normalized input, which take them from each batch: those of the training samples, say. */
  readonly statistics?: InputStatistics;
}

const optionNames: OptionNames<OnnxOptions> = { dtype: true, statistics: true };

/**
 * The network with parameters θ as an ONNX model: `Gemm` for the affine layers, the operators of the activations, and
 * `BatchNormalization` with fixed statistics in front where the input is normalized. Input `input`, output `output`.
 * @throws ArgumentError for statistics that are missing or not wanted; ShapeError, NonFiniteError for θ.
 */
export function writeOnnx(
  net: Network,
  theta: ArrayLike<number>,
  options: OnnxOptions = {},
): Uint8Array {
  requireNetwork('net', net);
  requireParameters(net, theta);
  requireKnownOptions('options', options, optionNames);
  const { dtype = 'f32', statistics } = options;
  if (dtype !== 'f32' && dtype !== 'f64') throw new ArgumentError('dtype', dtype, 'f32, f64');
  const arrays = new Map<string, ModelArray>(
    net.layout.map(({ name, offset, shape }) => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      return [name, { dims: shape, values: Array.from(theta).slice(offset, offset + size) }];
    }),
  );
  const nodes: ModelNode[] = [];
  let last = 'input';
  const push = (
    op: string,
    inputs: readonly string[],
    output: string,
    attributes: ModelNode['attributes'] = {},
  ): string => {
    nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  };
  if (net.batchNormalization) {
    for (const [name, values] of Object.entries(checkedStatistics(net, statistics))) {
      arrays.set(name, { dims: [values.length], values });
    }
    const inputs = [last, 'gamma', 'beta', 'mean', 'variance'];
    last = push('BatchNormalization', inputs, 'normalized', { epsilon: batchNormalizationEpsilon });
  } else if (statistics !== undefined) {
    throw new ArgumentError('statistics', statistics, 'none: the input is not normalized');
  }
  const depth = net.widths.length - 1;
  for (let k = 1; k <= depth; k++) {
    const output = k === depth ? 'output' : `z${k}`;
    last = push('Gemm', [last, `W${k}`, `b${k}`], output, { transB: 1 });
    if (k < depth) last = activate(net.activation, last, `a${k}`, push, arrays);
  }
  const ends = [net.widths[0]!, net.widths[depth]!] as const;
  return writeModel({ nodes, arrays, inputs: ['input'], outputs: ['output'] }, dtype, ends);
}

function checkedStatistics(
  net: Network,
  statistics: InputStatistics | undefined,
): { readonly mean: ArrayLike<number>; readonly variance: ArrayLike<number> } {
  const allowed = 'mean and variance of each input: the network normalizes by its batch';
  if (statistics === undefined) throw new ArgumentError('statistics', statistics, allowed);
  const { mean, variance } = statistics;
  const width = net.widths[0]!;
  for (const [name, list] of [
    ['mean', mean],
    ['variance', variance],
  ] as const) {
    if (list?.length !== width) {
      throw new ShapeError(`statistics.${name}`, list?.length, `${width} numbers, one per input`);
    }
  }
  const isVariance = (x: number): boolean => x >= 0 && x < Infinity;
  if (!Array.from(variance).every(isVariance) || !Array.from(mean).every(Number.isFinite)) {
    throw new ArgumentError('statistics', statistics, 'finite means and variances ≥ 0');
  }
  return { mean, variance };
}

/** The activations that one operator is; its parameter, if any, is the attribute `alpha`. */
export const activationOperators: {
  readonly [Name in Activation['name']]?: { readonly op: string; readonly alpha?: number };
} = {
  relu: { op: 'Relu' },
  leakyRelu: { op: 'LeakyRelu', alpha: 0.01 },
  tanh: { op: 'Tanh' },
  logistic: { op: 'Sigmoid' },
  softplus: { op: 'Softplus' },
  gelu: { op: 'Gelu' },
  mish: { op: 'Mish' },
  elu: { op: 'Elu', alpha: 1 },
  softsign: { op: 'Softsign' },
};

function activate(
  activation: Activation,
  input: string,
  output: string,
  push: (
    op: string,
    inputs: readonly string[],
    output: string,
    attributes?: ModelNode['attributes'],
  ) => string,
  arrays: Map<string, ModelArray>,
): string {
  const single = activationOperators[activation.name];
  if (single !== undefined) {
    if (single.alpha === undefined) return push(single.op, [input], output);
    return push(single.op, [input], output, { alpha: activationParameter(activation) });
  }
  switch (activation.name) {
    case 'identity':
      return push('Identity', [input], output);
    case 'swish': {
      const gate = push('Sigmoid', [input], `gate ${output}`);
      return push('Mul', [input, gate], output);
    }
    case 'hardTanh':
      arrays.set('low', { dims: [], values: [-1] });
      arrays.set('high', { dims: [], values: [1] });
      return push('Clip', [input, 'low', 'high'], output);
    default:
      throw new ArgumentError('net.activation', activation.name, 'activations that ONNX has');
  }
}
