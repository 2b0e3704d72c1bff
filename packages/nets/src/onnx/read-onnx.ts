import type { ActivationName } from '@nonsmooth/kernels';
import { FormatError } from '@nonsmooth/tensor/formats';
import { network, type Network } from '../network.js';
import { readModel, type Model, type ModelArray, type ModelNode } from './model.js';
import { activationOperators, type InputStatistics } from './write-onnx.js';

/** What a model says as a network of this package. */
export interface OnnxNetwork {
  readonly network: Network;
  readonly theta: Float64Array;
  /** By which the file normalizes its input, where it does; the network does it by its batch. */
  readonly statistics: InputStatistics | undefined;
}

/**
 * The fully connected network in an ONNX model: one chain of `BatchNormalization` (at most one, in front), `Gemm` or
 * `MatMul` and `Add`, and one activation after each affine layer but the last.
 * @throws FormatError for bytes that are no model, and for models that are something else, naming the operator.
 */
export function readOnnx(bytes: Uint8Array): OnnxNetwork {
  const model = readModel(bytes);
  const chain = new Chain(model);
  const statistics = chain.normalization();
  const layers = [chain.affine()];
  const activations: Found[] = [];
  while (!chain.isDone) {
    activations.push(chain.activation());
    layers.push(chain.affine());
  }
  // two affine layers without anything between them are what the identity makes of a network
  const activation = activations[0] ?? { name: 'identity' };
  const other = activations.find(
    ({ name, parameter }) => name !== activation.name || parameter !== activation.parameter,
  );
  if (other !== undefined)
    refuse(`${other.name} after ${activation.name}: one activation for all layers`);
  layers.slice(1).forEach(({ columns }, i) => {
    if (columns !== layers[i]!.rows) refuse(`${columns} columns after ${layers[i]!.rows} rows`);
  });
  const net = network([layers[0]!.columns, ...layers.map(({ rows }) => rows)], {
    activation,
    batchNormalization: statistics !== undefined,
  });
  const parts = layers.flatMap(({ weights, biases }) => [weights, biases]);
  const scales = statistics === undefined ? [] : [statistics.gamma, statistics.beta];
  if (scales.some(({ length }) => length !== net.widths[0])) refuse('scales of another width');
  return {
    network: net,
    theta: Float64Array.from([...scales, ...parts].flatMap((part) => Array.from(part))),
    statistics: statistics && { mean: statistics.mean, variance: statistics.variance },
  };
}

interface Found {
  readonly name: ActivationName;
  readonly parameter?: number;
}

interface Affine {
  readonly rows: number;
  readonly columns: number;
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

/** The numbers that operators may have. */
const knownAttributes: Readonly<Record<string, readonly string[]>> = {
  Gemm: ['alpha', 'beta', 'transA', 'transB'],
  BatchNormalization: ['epsilon', 'momentum', 'spatial', 'training_mode'],
  LeakyRelu: ['alpha'],
  Elu: ['alpha'],
};

function refuse(reason: string): never {
  throw new FormatError('ONNX', 0, `no fully connected network: ${reason}`);
}

/** The nodes of a model one after the other, from its input to its output. */
class Chain {
  readonly #model: Model;
  #at: string;

  constructor(model: Model) {
    this.#model = model;
    if (model.inputs.length !== 1 || model.outputs.length !== 1) {
      refuse(`${model.inputs.length} inputs and ${model.outputs.length} outputs`);
    }
    this.#at = model.inputs[0]!;
    this.#left = model.nodes.length;
  }

  #left: number;

  get isDone(): boolean {
    return this.#at === this.#model.outputs[0];
  }

  /** The nodes that read what there is now. */
  #readers(): readonly ModelNode[] {
    return this.#model.nodes.filter(({ inputs }) => inputs.includes(this.#at));
  }

  /** The one node that reads it. */
  #next(): ModelNode {
    const readers = this.#readers();
    if (readers.length !== 1) refuse(`${readers.length} operators read ${this.#at || 'the input'}`);
    return readers[0]!;
  }

  #follow({ op, outputs, attributes, texts = {} }: ModelNode): void {
    const known = knownAttributes[op] ?? [];
    const other = Object.keys(attributes).find((name) => !known.includes(name));
    if (other !== undefined) refuse(`${op} with ${other}`);
    for (const [name, text] of Object.entries(texts)) {
      if (name !== 'approximate' || text !== 'none') refuse(`${op} with ${name} = ${text}`);
    }
    if (--this.#left < 0) refuse('a circle');
    if (outputs.length !== 1) refuse(`${op} with ${outputs.length} outputs`);
    this.#at = outputs[0]!;
  }

  #array(name: string | undefined, what: string): ModelArray {
    const array = this.#model.arrays.get(name ?? '');
    if (array === undefined) refuse(`${what} is not in the file`);
    return array;
  }

  #vector(name: string | undefined, what: string): Float64Array {
    return Float64Array.from(this.#array(name, what).values);
  }

  /** Biases, which are added to every row: a column would be added to rows of samples. */
  #row(name: string | undefined): Float64Array {
    const { dims, values } = this.#array(name, 'biases');
    if (dims.slice(0, -1).some((extent) => extent !== 1) || dims.length > 2) {
      refuse(`biases of shape [${dims.join(', ')}]`);
    }
    return Float64Array.from(values);
  }

  normalization():
    (InputStatistics & { readonly gamma: Float64Array; readonly beta: Float64Array }) | undefined {
    const node = this.#next();
    if (node.op !== 'BatchNormalization') return undefined;
    if (node.attributes['training_mode']) refuse('a normalization that is being trained');
    const epsilon = Math.fround(node.attributes['epsilon'] ?? 1e-5);
    if (epsilon !== Math.fround(1e-5)) refuse(`ε = ${epsilon}, not 1e-5`);
    const [gamma, beta, mean, variance] = ['scales', 'shifts', 'means', 'variances'].map(
      (what, i) => this.#vector(node.inputs[i + 1], what),
    ) as [Float64Array, Float64Array, Float64Array, Float64Array];
    if ([beta, mean, variance].some(({ length }) => length !== gamma.length)) {
      refuse('a normalization of several widths');
    }
    this.#follow(node);
    return { gamma, beta, mean, variance };
  }

  affine(): Affine {
    const node = this.#next();
    if (node.op !== 'Gemm' && node.op !== 'MatMul') refuse(`${node.op} for an affine layer`);
    if (node.inputs[0] !== this.#at) refuse(`${node.op} of weights by inputs`);
    const { transA = 0, transB = 0, alpha = 1, beta = 1 } = node.attributes;
    if (transA !== 0 || alpha !== 1 || beta !== 1) refuse('Gemm with alpha, beta or transA');
    const { dims, values } = this.#array(node.inputs[1], 'a matrix of weights');
    if (dims.length !== 2 || dims.includes(0)) refuse(`weights of shape [${dims.join(', ')}]`);
    const [rows, columns] = (transB === 0 ? dims.toReversed() : dims) as [number, number];
    const weights = new Float64Array(rows * columns);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        weights[i * columns + j] = values[transB === 0 ? j * rows + i : i * columns + j]!;
      }
    }
    this.#follow(node);
    const biases = this.#biases(node, rows);
    if (biases.length !== rows) refuse(`${biases.length} biases for ${rows} outputs`);
    return { rows, columns, weights, biases };
  }

  #biases(node: ModelNode, rows: number): Float64Array {
    if (node.op === 'Gemm') {
      // an input without a name is left out
      return node.inputs[2] ? this.#row(node.inputs[2]) : new Float64Array(rows);
    }
    if (this.isDone) return new Float64Array(rows);
    const [adding] = this.#readers();
    if (adding?.op !== 'Add' || this.#readers().length !== 1) return new Float64Array(rows);
    const other = adding.inputs.find((name) => name !== this.#at);
    const biases = this.#row(other);
    this.#follow(adding);
    return biases;
  }

  activation(): Found {
    const readers = this.#readers();
    const gate = readers.find(({ op }) => op === 'Sigmoid');
    const product = readers.find(({ op }) => op === 'Mul');
    if (readers.length === 2 && gate !== undefined && product !== undefined) {
      if (!product.inputs.includes(gate.outputs[0] ?? '')) refuse('Mul without its gate');
      this.#follow(product);
      return { name: 'swish' };
    }
    const node = this.#next();
    // an affine layer right after another one
    if (node.op === 'Gemm' || node.op === 'MatMul') return { name: 'identity' };
    this.#follow(node);
    if (node.op === 'Identity') return { name: 'identity' };
    if (node.op === 'Clip') {
      const [low, high] = [1, 2].map((i) => this.#vector(node.inputs[i], 'a bound of Clip')[0]);
      if (low !== -1 || high !== 1) refuse(`Clip to [${low}, ${high}], not [−1, 1]`);
      return { name: 'hardTanh' };
    }
    const found = Object.entries(activationOperators).find(([, { op }]) => op === node.op);
    if (found === undefined) refuse(`the operator ${node.op}`);
    const name = found[0] as ActivationName;
    const { alpha } = found[1];
    const given = node.attributes['alpha'];
    if (alpha === undefined) return { name };
    return { name, parameter: given === undefined ? alpha : shortest(given) };
  }
}

/** The shortest decimal that is this number in 4 bytes, as which attributes are stored: 0.2 for 0.200000003. */
function shortest(x: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(x.toPrecision(digits));
    if (Math.fround(candidate) === x) return candidate;
  }
  return x;
}
