import { ArgumentError, requireBoolean, ShapeError } from '@nonsmooth/core';
import type { Node, Program, Shape } from './program.js';
import { sameShape, sizeOf } from './shape.js';

/** The lists of nodes that builders made, and how many inputs are among them: frozen, so that they stay right. */
const made = new WeakMap<readonly Node[], number>();

/** Freezes the nodes of a program, and remembers that a builder made them. */
export function freezeNodes(nodes: readonly Node[]): readonly Node[] {
  let inputs = 0;
  for (const node of nodes) if (Object.freeze(node).op === 'input') inputs++;
  made.set(nodes, inputs);
  return Object.freeze(nodes);
}

/** How many inputs and outputs a program has. */
export interface Arity {
  readonly inputs?: number;
  readonly outputs?: number;
}

/**
 * Throws ArgumentError unless `value` is a program whose nodes a trace made, with so many inputs and at least so many
 * outputs. Inputs and outputs may be chosen anew among the nodes: `{ ...program, outputs: [3] }`.
 */
export function requireProgram(
  argument: string,
  value: unknown,
  { inputs: arity, outputs: least = 0 }: Arity = {},
): asserts value is Program {
  const { nodes, inputs, outputs, debugNonFinite } = (value ?? {}) as Partial<Program>;
  if (!Array.isArray(nodes) || !made.has(nodes)) {
    throw new ArgumentError(
      argument,
      describeProgram(value),
      'a program made by trace, rewrite or programFromData',
    );
  }
  requireInputs(`${argument}.inputs`, inputs, nodes);
  requireOutputs(`${argument}.outputs`, outputs, nodes);
  requireBoolean(`${argument}.debugNonFinite`, debugNonFinite);
  if (arity !== undefined && inputs.length !== arity) {
    throw new ShapeError(`${argument}.inputs.length`, inputs.length, `${arity}`);
  }
  if (outputs.length < least) {
    throw new ShapeError(`${argument}.outputs.length`, outputs.length, `at least ${least}`);
  }
}

/** Throws unless `value` is a program of one array with one number as value. */
export function requireScalarProgram(argument: string, value: unknown): asserts value is Program {
  requireProgram(argument, value, { inputs: 1, outputs: 1 });
  const { shape } = value.nodes[value.outputs[0]!]!;
  if (value.outputs.length !== 1 || sizeOf(shape) !== 1) {
    const shapes = value.outputs.map((at) => value.nodes[at]!.shape);
    throw new ShapeError(`outputs of ${argument}`, shapes, 'one number');
  }
}

/** Throws unless `value` is a program of one vector with one number as value; of `dimension` entries, if given. */
export function requireObjectiveProgram(
  argument: string,
  value: unknown,
  dimension?: number,
): asserts value is Program {
  requireProgram(argument, value);
  const shapes = value.inputs.map((at) => value.nodes[at]!.shape);
  const expected = [dimension ?? shapes[0]?.[0] ?? 0];
  if (shapes.length !== 1 || !sameShape(shapes[0]!, expected)) {
    const size = dimension === undefined ? '' : ` with ${dimension} entries`;
    throw new ShapeError(`inputs of ${argument}`, shapes, `one vector${size}`);
  }
  requireScalarProgram(argument, value);
}

/** Throws ShapeError unless `shape` is a list of extents. */
export function requireExtents(argument: string, shape: unknown): asserts shape is Shape {
  const isExtent = (extent: unknown): boolean =>
    Number.isSafeInteger(extent) && (extent as number) >= 0;
  // a hole of a sparse list is no extent
  if (!Array.isArray(shape) || !Array.from(shape as unknown[]).every(isExtent)) {
    throw new ShapeError(argument, shape, 'a list of integers ≥ 0');
  }
}

function requireInputs(
  argument: string,
  value: unknown,
  nodes: readonly Node[],
): asserts value is readonly number[] {
  if (!Array.isArray(value)) throw new ArgumentError(argument, value, 'a list of nodes');
  const isOwn = (at: unknown, index: number): boolean => {
    const node = typeof at === 'number' ? nodes[at] : undefined;
    return node?.op === 'input' && node.index === index;
  };
  if (!Array.from(value as unknown[]).every(isOwn)) {
    throw new ArgumentError(argument, value, 'the nodes of the inputs, in their order');
  }
  if (value.length !== made.get(nodes)) {
    throw new ArgumentError(argument, value, `the nodes of all ${made.get(nodes)} inputs`);
  }
}

function requireOutputs(
  argument: string,
  value: unknown,
  nodes: readonly Node[],
): asserts value is readonly number[] {
  if (!Array.isArray(value)) throw new ArgumentError(argument, value, 'a list of nodes');
  const isNode = (at: unknown): boolean => typeof at === 'number' && Object.hasOwn(nodes, at);
  if (!Array.from(value as unknown[]).every(isNode)) {
    throw new ArgumentError(argument, value, `integers from 0 to ${nodes.length - 1}`);
  }
}

function describeProgram(value: unknown): unknown {
  return Array.isArray((value as Partial<Program> | null)?.nodes) ? 'nodes of its own' : value;
}
