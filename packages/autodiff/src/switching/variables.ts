import { tensor } from '@nonsmooth/tensor';
import { currentBuilder, type Builder, type Tracer } from '../builder.js';
import { requireProgram } from '../checked-program.js';
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

/** The argument of a norm of two entries or more, which has a kink where it is 0 that is no |z|. */
export interface NormBlock {
  readonly node: number;
  readonly shape: Shape;
  readonly offset: number;
  readonly size: number;
}

/** A program whose kinks are all of |z| or norms, and its switching variables in evaluation order. */
export interface SwitchedProgram {
  /** The program with max and min over axes as nests of maxima and minima of two. */
  readonly program: Program;
  readonly blocks: readonly SwitchingBlock[];
  /** Number of switching variables. */
  readonly size: number;
  readonly norms: readonly NormBlock[];
  /** Number of entries of all arguments of norms. */
  readonly normSize: number;
}

const switchedPrograms = new WeakMap<Program, SwitchedProgram>();

/**
 * The switching variables of a program, found when it is first met, in evaluation order: the arguments of relu, leakyRelu, abs and the
 * differences of the two arguments of maximum and minimum, entry by entry.
 */
export function switchedProgram(original: Program): SwitchedProgram {
  requireProgram('program', original);
  let switched = switchedPrograms.get(original);
  if (switched === undefined) switchedPrograms.set(original, (switched = findSwitching(original)));
  return switched;
}

function findSwitching(original: Program): SwitchedProgram {
  const program = lowerExtremes(original);
  const blocks: SwitchingBlock[] = [];
  const norms: NormBlock[] = [];
  let [size, normSize] = [0, 0];
  program.nodes.forEach((node, index) => {
    if (isKink(node)) {
      const count = sizeOf(node.shape);
      blocks.push({ node: index, op: node.op, shape: node.shape, offset: size, size: count });
      size += count;
    } else if (switchingOf(node.op).kind === 'norm') {
      const { shape } = program.nodes[node.inputs[0]!]!;
      norms.push({ node: index, shape, offset: normSize, size: sizeOf(shape) });
      normSize += sizeOf(shape);
    }
  });
  return { program, blocks, size, norms, normSize };
}

type KinkNode = Extract<Node, { op: KinkOp }>;

/** Whether the node has an abs-like kink: a switching variable of its own per entry. */
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

/** The part of a vector over all blocks that belongs to one, in the block's shape. */
export function partOf(vector: Value, { offset, size, shape }: NormBlock): Value {
  return reshape(slice(vector, [offset], [offset + size]), shape);
}

/** A switched program placed into a trace. */
export interface PlacedSwitched {
  readonly placed: readonly Tracer[];
  /** The switching functions, block by block. */
  readonly switching: readonly Value[];
  /** The arguments of the norms, block by block. */
  readonly arguments: readonly Value[];
  /** The blocks by the node of the trace. */
  readonly blockOf: ReadonlyMap<number, SwitchingBlock>;
  readonly normOf: ReadonlyMap<number, NormBlock>;
}

/** Places a switched program into a builder, with its inputs replaced by `inputs`. */
export function inlineSwitched(
  { program, blocks, norms }: SwitchedProgram,
  builder: Builder,
  inputs: readonly Tracer[],
): PlacedSwitched {
  const placed = inline(program, builder, inputs);
  const inputsOf = (node: number): Tracer[] =>
    program.nodes[node]!.inputs.map((input) => placed[input]!);
  return {
    placed,
    switching: blocks.map(({ node }) => switchingValue(program.nodes[node]!, inputsOf(node))),
    arguments: norms.map(({ node }) => inputsOf(node)[0]!),
    blockOf: new Map(blocks.map((block) => [placed[block.node]!.node, block])),
    normOf: new Map(norms.map((block) => [placed[block.node]!.node, block])),
  };
}

/** The program x… ↦ z, all switching variables in evaluation order as one vector. */
export function switchingProgram(original: Program): Program {
  requireProgram('program', original);
  const switched = switchedProgram(original);
  return trace(
    (...inputs) => joinBlocks(inlineSwitched(switched, currentBuilder()!, inputs).switching),
    inputShapes(original),
  );
}

/** The shapes of the program’s inputs. */
export function inputShapes(program: Program): Shape[] {
  return program.inputs.map((at) => program.nodes[at]!.shape);
}
