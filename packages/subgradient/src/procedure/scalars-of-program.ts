import type { Node, NodeOf, Op, Program, Shape } from '@nonsmooth/autodiff';
import type { Entries } from './entries.js';
import type { Reached } from './rules/rule.js';
import { ruleOf } from './rules/table.js';
import type { Scalars } from './scalars.js';

/** Writes a program by the rules of its ops, node after node; the scalars of its outputs. */
export function scalarsOf(program: Program, scalars: Scalars): Entries[] {
  const entries: Entries[] = [];
  program.nodes.forEach((node, index) => {
    entries.push(ruleOf(node)(new Place(node, index, program.nodes, entries), scalars));
  });
  return program.outputs.map((output) => entries[output]!);
}

/** A node of the program whose inputs are written. */
class Place<O extends Op> implements Reached<O> {
  readonly node: NodeOf<O>;
  readonly index: number;
  readonly inputs: readonly Entries[];
  private readonly nodes: readonly Node[];

  constructor(node: NodeOf<O>, index: number, nodes: readonly Node[], entries: readonly Entries[]) {
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
