import type { KinkOp, Node, Op, Shape, SwitchingBlock } from '@nonsmooth/autodiff';
import type { Entries } from './entries.js';
import { TapeBuilder, usedScalars } from './tape.js';

/** A switching variable: entry `entry` of the kink node `block`. */
export interface SwitchingVariable {
  /** Position among all switching variables of the program, in evaluation order. */
  readonly index: number;
  readonly op: KinkOp;
  readonly node: number;
  readonly entry: number;
  /** The scalar z. */
  readonly scalar: number;
}

/** A place where the function is not known to be abs-smooth near the point. */
export interface Irregularity {
  readonly op: Op;
  readonly node: number;
  readonly entry: number;
  readonly reason: string;
}

/** What the rules write to while a program is expanded, node after node, into scalars. */
export class Expansion {
  readonly tape: TapeBuilder;
  /** The scalars of the nodes so far. */
  readonly entries: Entries[] = [];
  readonly active: SwitchingVariable[] = [];
  readonly unresolved: SwitchingVariable[] = [];
  readonly irregular: Irregularity[] = [];
  readonly switching: Int32Array;
  readonly nodes: readonly Node[];
  private readonly offsets: ReadonlyMap<number, number>;
  private readonly inputs: readonly ArrayLike<number>[];
  /** Those of the irregularities that lie in the value of a scalar. */
  private readonly singular = new Map<Irregularity, number>();
  private inputCount = 0;

  constructor(
    nodes: readonly Node[],
    blocks: readonly SwitchingBlock[],
    size: number,
    inputs: readonly ArrayLike<number>[],
  ) {
    this.nodes = nodes;
    this.tape = new TapeBuilder(nodes.reduce((total, { shape }) => total + sizeOf(shape), 0));
    this.offsets = new Map(blocks.map(({ node, offset }) => [node, offset]));
    this.switching = new Int32Array(size);
    this.inputs = inputs;
  }

  /** The scalars of the input with this number, numbered through in the order of the calls. */
  input(number: number): Entries {
    return Int32Array.from(this.inputs[number]!, (value) =>
      this.tape.input(this.inputCount++, value),
    );
  }

  /** Position of the first switching variable of a kink node. */
  offsetOf(node: number): number {
    return this.offsets.get(node)!;
  }

  report(node: number, entry: number, reason: string): void {
    this.irregular.push({ op: this.nodes[node]!.op, node, entry, reason });
  }

  /** Reports an irregularity that only concerns those who depend on this scalar. */
  reportAt(scalar: number, node: number, entry: number, reason: string): void {
    this.report(node, entry, reason);
    this.singular.set(this.irregular.at(-1)!, scalar);
  }

  /** Irregularities in values that no output depends on are none: a branch that was not taken. */
  forgetUnused(outputs: readonly number[]): void {
    if (this.singular.size === 0) return;
    const used = usedScalars(
      this.tape,
      outputs.flatMap((output) => Array.from(this.entries[output]!)),
      this.active,
    );
    for (const [irregularity, scalar] of this.singular) {
      if (used[scalar] === 1) continue;
      this.irregular.splice(this.irregular.indexOf(irregularity), 1);
    }
  }

  /** Σ factors_t·scalars_t. */
  combine(scalars: readonly number[], factors: readonly number[]): number {
    return this.tape.sum(
      scalars,
      factors.map((factor) => this.tape.constant(factor)),
    );
  }

  total(scalars: readonly number[]): number {
    return this.combine(
      scalars,
      scalars.map(() => 1),
    );
  }
}

function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
