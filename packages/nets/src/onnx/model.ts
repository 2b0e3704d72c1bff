import { FormatError } from '@nonsmooth/tensor/formats';
import { readMessage, textOf, writeMessage, type Message } from './protobuf.js';

// Field numbers and codes of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).

/** An array of floats of a model. */
export interface ModelArray {
  readonly dims: readonly number[];
  readonly values: ArrayLike<number>;
}

/** A node of a graph: what it is called, between which names it stands, its numbers, and its texts if it has any. */
export interface ModelNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, number>>;
  readonly texts?: Readonly<Record<string, string>>;
}

/** The part of a model that networks have. */
export interface Model {
  readonly nodes: readonly ModelNode[];
  readonly arrays: ReadonlyMap<string, ModelArray>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

const elementType = { f32: 1, f64: 11 } as const;
/** Gelu came with version 20 of the operators, IR 9 with it. */
const [irVersion, opsetVersion] = [9, 20];

/** How each attribute that networks have is written. */
const attributeKinds: Readonly<Record<string, 'float' | 'int'>> = {
  alpha: 'float',
  beta: 'float',
  epsilon: 'float',
  transA: 'int',
  transB: 'int',
};

/** The bytes of a model whose one input is samples × inWidth and whose one output is samples × outWidth. */
export function writeModel(
  { nodes, arrays, inputs, outputs }: Model,
  dtype: 'f32' | 'f64',
  [inWidth, outWidth]: readonly [number, number],
): Uint8Array {
  const valueInfo = (name: string, width: number): Uint8Array => {
    const dimensions = [writeMessage([[2, 'samples']]), writeMessage([[1, width]])] as const;
    const shape = writeMessage(dimensions.map((dimension) => [1, dimension] as const));
    const tensorType = writeMessage([
      [1, elementType[dtype]],
      [2, shape],
    ]);
    return writeMessage([
      [1, name],
      [2, writeMessage([[1, tensorType]])],
    ]);
  };
  const graph = writeMessage([
    ...nodes.map((node) => [1, writeNode(node)] as const),
    [2, 'network'],
    ...[...arrays].map(([name, array]) => [5, writeArray(name, array, dtype)] as const),
    ...inputs.map((name) => [11, valueInfo(name, inWidth)] as const),
    ...outputs.map((name) => [12, valueInfo(name, outWidth)] as const),
  ]);
  return writeMessage([
    [1, irVersion],
    [2, 'nonsmooth'],
    [7, graph],
    [8, writeMessage([[2, opsetVersion]])],
  ]);
}

function writeNode({ op, inputs, outputs, attributes }: ModelNode): Uint8Array {
  return writeMessage([
    ...inputs.map((name) => [1, name] as const),
    ...outputs.map((name) => [2, name] as const),
    [4, op],
    ...Object.entries(attributes).map(([name, value]) => {
      const isFloat = attributeKinds[name] === 'float';
      const content = isFloat ? ([2, { float: value }] as const) : ([3, value] as const);
      return [5, writeMessage([[1, name], content, [20, isFloat ? 1 : 2]])] as const;
    }),
  ]);
}

function writeArray(name: string, { dims, values }: ModelArray, dtype: 'f32' | 'f64'): Uint8Array {
  const data = dtype === 'f32' ? Float32Array.from(values) : Float64Array.from(values);
  return writeMessage([
    ...dims.map((extent) => [1, extent] as const),
    [2, elementType[dtype]],
    [8, name],
    [9, new Uint8Array(data.buffer)],
  ]);
}

/** @throws FormatError for bytes that are no model, or one with arrays that are no floats in the file itself. */
export function readModel(bytes: Uint8Array): Model {
  const [graph] = readMessage(bytes).bytes(7);
  if (graph === undefined) throw new FormatError('ONNX', 0, 'no graph');
  const message = readMessage(graph);
  const arrays = new Map(
    message.bytes(5).map((one) => {
      const array = readMessage(one);
      return [textOf(array.bytes(8)[0]), readArray(array)] as const;
    }),
  );
  const names = (field: number): string[] =>
    message.bytes(field).map((one) => textOf(readMessage(one).bytes(1)[0]));
  return {
    arrays,
    nodes: message.bytes(1).map(readNode),
    // older models name their arrays among the inputs
    inputs: names(11).filter((name) => !arrays.has(name)),
    outputs: names(12),
  };
}

function readNode(bytes: Uint8Array): ModelNode {
  const node = readMessage(bytes);
  const attributes: (readonly [string, number])[] = [];
  const texts: (readonly [string, string])[] = [];
  for (const one of node.bytes(5)) {
    const attribute = readMessage(one);
    const name = textOf(attribute.bytes(1)[0]);
    const [text] = attribute.bytes(4);
    if (text !== undefined) texts.push([name, textOf(text)]);
    else attributes.push([name, attribute.floats(2)[0] ?? attribute.integers(3)[0] ?? NaN]);
  }
  const op = textOf(node.bytes(4)[0]);
  // operators of others may have the names of those of ONNX
  const [domain] = node.bytes(7).map(textOf);
  return {
    op: domain === undefined || domain === '' || domain === 'ai.onnx' ? op : `${domain}.${op}`,
    inputs: node.bytes(1).map(textOf),
    outputs: node.bytes(2).map(textOf),
    attributes: Object.fromEntries(attributes),
    texts: Object.fromEntries(texts),
  };
}

function readArray(array: Message): ModelArray {
  const dims = array.integers(1);
  const type = array.integers(2)[0] ?? 0;
  const isDouble = type === elementType.f64;
  if (!isDouble && type !== elementType.f32) {
    throw new FormatError('ONNX', 0, `an array of elements of type ${type}, not 1 or 11 (floats)`);
  }
  const [raw] = array.bytes(9);
  const values = raw === undefined ? [] : readRaw(raw, isDouble);
  const given = raw !== undefined ? values : isDouble ? array.doubles(10) : array.floats(4);
  const size = dims.reduce((product, extent) => product * extent, 1);
  if (!dims.every((extent) => extent >= 0) || size !== given.length) {
    throw new FormatError('ONNX', 0, `${given.length} entries for the shape [${dims.join(', ')}]`);
  }
  return { dims, values: given };
}

function readRaw(raw: Uint8Array, isDouble: boolean): ArrayLike<number> {
  const size = isDouble ? 8 : 4;
  if (raw.length % size !== 0) throw new FormatError('ONNX', raw.byteOffset, 'half a number');
  const copy = raw.slice().buffer;
  return isDouble ? new Float64Array(copy) : new Float32Array(copy);
}
