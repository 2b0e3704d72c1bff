import {
  switchedProgram,
  type Node,
  type NodeOf,
  type Op,
  type Program,
  type Shape,
  type SwitchingBlock,
} from '@nonsmooth/autodiff';
import type { Entries } from './entries.js';
import { Expansion, type Irregularity, type SwitchingVariable } from './expansion.js';
import type { Reached } from './rules/rule.js';
import { ruleOf } from './rules/table.js';
import type { Tape } from './tape.js';

/** A program at a point as a procedure of scalars, with |z| only for kinks that are active there. */
export interface ScalarProcedure {
  readonly tape: Tape;
  readonly output: number;
  readonly dimension: number;
  /** All switching variables: their scalars in evaluation order. */
  readonly switching: Int32Array;
  /** z = 0 there. */
  readonly active: readonly SwitchingVariable[];
  /** z so small that rounding hides its sign. */
  readonly unresolved: readonly SwitchingVariable[];
  readonly irregular: readonly Irregularity[];
}

/** Expands a program with one input vector and one scalar output at a point. */
export function scalarProcedure(original: Program, point: ArrayLike<number>): ScalarProcedure {
  const switched = switchedProgram(original);
  const { program } = switched;
  const expansion = expand(program, switched.blocks, switched.size, [point]);
  return {
    tape: expansion.tape,
    output: expansion.entries[program.outputs[0]!]![0]!,
    dimension: point.length,
    switching: expansion.switching,
    active: expansion.active,
    unresolved: expansion.unresolved,
    irregular: expansion.irregular,
  };
}

/** A program without kinks at a point as a procedure of scalars; its inputs are numbered through. */
export interface SmoothProcedure {
  readonly tape: Tape;
  /** The scalars of each output. */
  readonly outputs: readonly Entries[];
  readonly irregular: readonly Irregularity[];
}

/** Expands a smooth program of vectors. */
export function smoothProcedure(
  program: Program,
  inputs: readonly ArrayLike<number>[],
): SmoothProcedure {
  const { tape, entries, irregular } = expand(program, [], 0, inputs);
  return { tape, outputs: program.outputs.map((output) => entries[output]!), irregular };
}

function expand(
  program: Program,
  blocks: readonly SwitchingBlock[],
  size: number,
  inputs: readonly ArrayLike<number>[],
): Expansion {
  const expansion = new Expansion(program.nodes, blocks, size, inputs);
  program.nodes.forEach((node, index) => {
    expansion.entries.push(ruleOf(node)(new Place(node, index, expansion), expansion));
  });
  expansion.forgetUnused(program.outputs);
  return expansion;
}

/** A node of the program whose inputs are expanded. */
class Place<O extends Op> implements Reached<O> {
  readonly node: NodeOf<O>;
  readonly index: number;
  readonly inputs: readonly Entries[];
  private readonly nodes: readonly Node[];

  constructor(node: NodeOf<O>, index: number, { nodes, entries }: Expansion) {
    this.node = node;
    this.index = index;
    this.inputs = node.inputs.map((input) => entries[input]!);
    this.nodes = nodes;
  }

  /** Most rules for single numbers do without. */
  get shapes(): readonly Shape[] {
    return this.node.inputs.map((input) => this.nodes[input]!.shape);
  }
}
