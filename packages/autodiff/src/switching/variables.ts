import { tensor } from '@nonsmooth/tensor';
import type { Builder, Tracer } from '../builder.js';
import type { Value } from '../emit.js';
import { concatenate, ravel, reshape, slice } from '../ops/structure.js';
import type { KinkOp, Node, Program, Shape } from '../program.js';
import { switchingOf } from '../rules/switching.js';
import { sizeOf } from '../shape.js';
import { inline, trace } from '../trace.js';
import { lowerExtremes } from './lower.js';

/** The switching variables of one node: entries of z in row-major order, from `offset` on among all. */
export interface SwitchingBlock {
  /** Index of the node in the program whose kinks are counted. */
  readonly node: number;
  readonly op: KinkOp;
  readonly shape: Shape;
  readonly offset: number;
  readonly size: number;
}

/** A program whose kinks are all of |z|, and its switching variables in evaluation order. */
export interface SwitchedProgram {
  /** The program with max and min over axes as nests of maxima and minima of two. */
  readonly program: Program;
  readonly blocks: readonly SwitchingBlock[];
  /** Number of switching variables. */
  readonly size: number;
}

/**
 * The switching variables of a program in evaluation order: the arguments of relu, leakyRelu, abs and the
 * differences of the two arguments of maximum and minimum, entry by entry.
 */
export function switchedProgram(original: Program): SwitchedProgram {
  const program = lowerExtremes(original);
  const blocks: SwitchingBlock[] = [];
  let offset = 0;
  program.nodes.forEach((node, index) => {
    if (!isKink(node)) return;
    const size = sizeOf(node.shape);
    blocks.push({ node: index, op: node.op, shape: node.shape, offset, size });
    offset += size;
  });
  return { program, blocks, size: offset };
}

type KinkNode = Extract<Node, { op: KinkOp }>;

export function isKink(node: Node): node is KinkNode {
  return switchingOf(node.op).kind === 'absLike';
}

/** z of a kink from its inputs, in the node's shape. */
export function switchingValue(node: Node, inputs: readonly Value[]): Value {
  const rule = switchingOf(node.op);
  if (rule.kind !== 'absLike') throw new Error(`${node.op} has no switching function`);
  return rule.switching(inputs);
}

/** All blocks of z as one vector. */
export function joinBlocks(parts: readonly Value[]): Value {
  return parts.length === 0 ? tensor(new Float64Array(0)) : concatenate(parts.map(ravel));
}

/** The part of a vector over all switching variables that belongs to a block, in the block's shape. */
export function partOf(vector: Value, { offset, size, shape }: SwitchingBlock): Value {
  return reshape(slice(vector, [offset], [offset + size]), shape);
}

/** Places a switched program into a trace; returns all its nodes and the switching functions by block. */
export function inlineSwitched(
  { program, blocks }: SwitchedProgram,
  builder: Builder,
  inputs: readonly Tracer[],
): { readonly placed: readonly Tracer[]; readonly switching: readonly Value[] } {
  const placed = inline(program, builder, inputs);
  const switching = blocks.map(({ node }) => {
    const { inputs: from } = program.nodes[node]!;
    return switchingValue(
      program.nodes[node]!,
      from.map((input) => placed[input]!),
    );
  });
  return { placed, switching };
}

/** The program x… ↦ z, all switching variables in evaluation order as one vector. */
export function switchingProgram(original: Program): Program {
  const switched = switchedProgram(original);
  return trace(
    (...inputs) => joinBlocks(inlineSwitched(switched, inputs[0]!.builder, inputs).switching),
    inputShapes(original),
  );
}

export function inputShapes(program: Program): Shape[] {
  return program.inputs.map((at) => program.nodes[at]!.shape);
}
