import { ArgumentError, requireDtype, type Dtype } from '@nonsmooth/core';
import { tensor } from '@nonsmooth/tensor';
import { Builder, Tracer } from '../builder.js';
import { requireProgram } from '../checked-program.js';
import type { Node, Op, Program } from '../program.js';
import { sizeOf } from '../shape.js';
import { attributeRules } from './attribute-rules.js';
import { signatures, type Signature } from './shape-rules.js';

/** A number as JSON has it: what JSON has no numbers for is a text. */
export type NumberData = number | 'NaN' | 'Infinity' | '-Infinity' | '-0';

/** A node as plain data: as in `Program`, with the entries of constants as lists in row-major order. */
export type NodeData =
  | (Readonly<Record<string, unknown>> & {
      readonly op: Exclude<Op, 'constant'>;
      readonly inputs: readonly number[];
      readonly shape: readonly number[];
    })
  | {
      readonly op: 'constant';
      readonly inputs: readonly [];
      readonly shape: readonly number[];
      readonly dtype: Dtype;
      readonly value: readonly NumberData[];
    };

/** A program as plain data: nodes in topological order, positions of its inputs and outputs among them. */
export interface ProgramData {
  readonly nodes: readonly NodeData[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/**
 * The program as plain data for JSON; `programFromData` gives the program back, bit for bit.
 * @throws ArgumentError for programs with functions that users brought (`elementwise`): their code is no data.
 */
export function programToData(program: Program): ProgramData {
  requireProgram('program', program);
  const nodes = program.nodes.map((node, i): NodeData => {
    if (node.op === 'elementwise') {
      const allowed = `ops with a formula; '${node.fn.name}' is a function that only this process has`;
      throw new ArgumentError(`program.nodes[${i}]`, node.op, allowed);
    }
    if (node.op !== 'constant') return { ...node };
    const { dtype, data } = node.value;
    return {
      op: 'constant',
      inputs: [],
      shape: [...node.shape],
      dtype,
      value: Array.from(data, numberToData),
    };
  });
  return { nodes, inputs: [...program.inputs], outputs: [...program.outputs] };
}

/** Numbers that one array of a program in a file may have. */
const largestArray = 2 ** 27;

/**
 * The program that `programToData` wrote, or that somebody else wrote in its form: ops, attributes, numbers of inputs
 * and shapes are checked, so that what is returned can be run.
 * @throws ArgumentError naming the node and what is wrong with it.
 */
export function programFromData(data: unknown): Program {
  const { nodes, inputs, outputs } = record('program', data) as Partial<ProgramData>;
  if (!Array.isArray(nodes)) throw new ArgumentError('program.nodes', nodes, 'lists of nodes');
  const builder = new Builder({ recognize: false });
  const built: Tracer[] = [];
  (nodes as readonly unknown[]).forEach((node, i) => {
    built.push(builder.add(readNode(node, `program.nodes[${i}]`, built)));
  });
  const at = (name: string, list: unknown): Tracer[] => {
    if (!areIndices(list, built.length)) {
      throw new ArgumentError(name, list, `lists of integers from 0 to ${built.length - 1}`);
    }
    return list.map((position) => built[position]!);
  };
  const places = at('program.inputs', inputs);
  places.forEach(({ node }, i) => {
    const own = builder.nodes[node]!;
    if (own.op !== 'input' || own.index !== i) {
      throw new ArgumentError(`program.inputs[${i}]`, own.op, `the node of input ${i}`);
    }
  });
  const program = builder.finish(places, at('program.outputs', outputs));
  const free = program.nodes.findIndex(
    ({ op }, i) => op === 'input' && !program.inputs.includes(i),
  );
  if (free >= 0) throw new ArgumentError('program.inputs', inputs, 'all inputs that are used');
  return program;
}

function readNode(data: unknown, name: string, earlier: readonly Tracer[]): Node {
  const { op, inputs, shape, ...rest } = record(name, data);
  if (typeof op !== 'string' || !Object.hasOwn(signatures, op)) {
    throw new ArgumentError(`${name}.op`, op, `the ops ${Object.keys(signatures).join(', ')}`);
  }
  if (op === 'elementwise' || op === 'variable') {
    throw new ArgumentError(`${name}.op`, op, 'ops that stand for themselves in a file');
  }
  const { least, most, fits } = signatures[op as Op] as Signature<Op>;
  if (!areIndices(inputs, earlier.length) || inputs.length < least || inputs.length > most) {
    const count = least === most ? `${least}` : `${least} to ${most}`;
    throw new ArgumentError(`${name}.inputs`, inputs, `${count} positions of earlier nodes`);
  }
  if (!areIndices(shape, Infinity) || !(sizeOf(shape) <= largestArray)) {
    throw new ArgumentError(`${name}.shape`, shape, `extents with ${largestArray} entries at most`);
  }
  const attributes =
    op === 'constant' ? constantOf(rest, shape, name) : attributesOf(op as Op, rest, name);
  const positions = inputs.map((input) => earlier[input]!.node);
  const node = { ...attributes, op, inputs: positions, shape: [...shape] } as unknown as Node;
  const shapes = inputs.map((input) => earlier[input]!.shape);
  if (!isFitting(() => fits(node, shapes))) {
    const of = shapes.map((x) => `[${x.join(', ')}]`).join(' and ');
    throw new ArgumentError(`${name}.shape`, shape, `what ${op} makes of ${of || 'its entries'}`);
  }
  return node;
}

/** Shapes that cannot be broadcast are refused by an error. */
function isFitting(fits: () => boolean): boolean {
  try {
    return fits();
  } catch (error) {
    if (error instanceof ArgumentError) return false;
    throw error;
  }
}

function attributesOf(
  op: Op,
  given: Readonly<Record<string, unknown>>,
  name: string,
): Record<string, unknown> {
  const rules = attributeRules[op as keyof typeof attributeRules] ?? {};
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(rules, key));
  if (unknown !== undefined) {
    const known = Object.keys(rules).join(', ') || 'none';
    throw new ArgumentError(
      `${name}.${unknown}`,
      given[unknown],
      `the attributes of ${op}: ${known}`,
    );
  }
  return Object.fromEntries(
    Object.entries(rules).map(([key, rule]) => {
      const value = given[key];
      if (!rule.holds(value)) throw new ArgumentError(`${name}.${key}`, value, rule.allowed);
      return [key, Array.isArray(value) ? [...(value as number[])] : value];
    }),
  );
}

function constantOf(
  { dtype, value, ...rest }: Readonly<Record<string, unknown>>,
  shape: readonly number[],
  name: string,
): Record<string, unknown> {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new ArgumentError(`${name}.${unknown}`, rest[unknown], 'dtype and value');
  }
  requireDtype(`${name}.dtype`, dtype);
  if (!Array.isArray(value) || value.length !== sizeOf(shape)) {
    throw new ArgumentError(`${name}.value`, value, `lists of ${sizeOf(shape)} numbers`);
  }
  const entries = (value as readonly unknown[]).map((entry, i) =>
    numberFromData(entry, `${name}.value[${i}]`),
  );
  return { value: tensor(Float64Array.from(entries), { shape, dtype }) };
}

function numberToData(x: number): NumberData {
  if (Object.is(x, -0)) return '-0';
  return Number.isFinite(x) ? x : (String(x) as NumberData);
}

function numberFromData(data: unknown, name: string): number {
  if (typeof data === 'number') return data;
  if (data === '-0' || data === 'NaN' || data === 'Infinity' || data === '-Infinity') {
    return Number(data);
  }
  throw new ArgumentError(name, data, `numbers, 'NaN', 'Infinity', '-Infinity', '-0'`);
}

function record(name: string, data: unknown): Readonly<Record<string, unknown>> {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new ArgumentError(name, data, 'objects');
  }
  return data as Readonly<Record<string, unknown>>;
}

function areIndices(list: unknown, end: number): list is readonly number[] {
  // a hole of a sparse list is no index
  if (!Array.isArray(list)) return false;
  const isIndex = (at: unknown): boolean =>
    Number.isSafeInteger(at) && (at as number) >= 0 && (at as number) < end;
  return Array.from(list as unknown[]).every(isIndex);
}
