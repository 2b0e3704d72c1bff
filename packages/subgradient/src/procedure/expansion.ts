import type { KinkOp, Node, NodeOf, Op, Shape, SwitchingBlock, UnaryOp } from '@nonsmooth/autodiff';
import { largest } from '@nonsmooth/core';
import { toNumber } from '../exact/rational.js';
import { functionOf, ruledAt } from './elementary.js';
import type { Entries } from './entries.js';
import { related, Scalars } from './scalars.js';
import type { Kink, KinkEntry, ProductExtents, Relation } from './scalars.js';
import { kinds, markUsed, TapeBuilder } from './tape.js';

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

const angleFunction = { name: 'atan2' };

/** A program at one point, node after node, in scalars with |z| only for kinks that are active there. */
export class Expansion extends Scalars {
  readonly tape: TapeBuilder;
  readonly active: SwitchingVariable[] = [];
  readonly unresolved: SwitchingVariable[] = [];
  readonly irregular: Irregularity[] = [];
  readonly switching: Int32Array;
  /** The scalars of differences whose signs decide comparisons. */
  readonly differences: number[] = [];
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
    super(nodes);
    this.tape = new TapeBuilder(nodes.reduce((total, { shape }) => total + sizeOf(shape), 0));
    this.offsets = new Map(blocks.map(({ node, offset }) => [node, offset]));
    this.switching = new Int32Array(size);
    this.inputs = inputs;
  }

  constant(value: number): number {
    return this.tape.constant(value);
  }

  input(number: number): Entries {
    return Int32Array.from(this.inputs[number]!, (value) =>
      this.tape.input(this.inputCount++, value),
    );
  }

  sum(us: ArrayLike<number>, vs: ArrayLike<number>): number {
    return this.tape.sum(us, vs);
  }

  product(u: number, v: number): number {
    return this.tape.product(u, v);
  }

  combine(f: number, u: number, g: number, v: number): number {
    return this.tape.combine(f, u, g, v);
  }

  matrixProduct(left: Entries, right: Entries, extents: ProductExtents): Entries {
    return this.tape.matrixProduct(left, right, extents);
  }

  /** Where the function is not Lipschitz, that is reported. */
  call(node: NodeOf<UnaryOp>, at: Entries, index: number): Entries {
    const { tape } = this;
    const known = functionOf(node);
    return at.map((id, i) => {
      let r = tape.radius[id]!;
      let found = ruledAt(known.rule, tape.value[id]!, r);
      if (found.isSingular && r > 0) {
        // the argument without its rounding, where it is rational
        const exact = tape.exact(id);
        if (exact !== undefined) {
          const x = toNumber(exact);
          r = exact.n === 0n ? 0 : Math.abs(x) * 2 ** -52;
          found = ruledAt(known.rule, x, r);
        }
      }
      const { value, valueRadius, derivative, derivativeRadius } = found;
      const scalar = tape.apply(
        known,
        value,
        valueRadius,
        [id, -1],
        [derivative],
        [derivativeRadius],
      );
      if (found.isSingular) {
        const reason = r > 0 ? 'may not be' : 'is not';
        this.report(index, i, `${node.op} ${reason} Lipschitz here`);
        this.singular.set(this.irregular.at(-1)!, scalar);
      }
      return scalar;
    });
  }

  angle(y: number, x: number, index: number, entry: number): number {
    const { tape } = this;
    const [v, u] = [tape.value[y]!, tape.value[x]!];
    const square = u * u + v * v;
    if (!(square > 0)) this.report(index, entry, 'atan2 is not Lipschitz here');
    const relative = (tape.radius[y]! + tape.radius[x]!) / Math.sqrt(square) + 2 ** -49;
    if (square > 0 && !(relative < 0.25)) {
      this.report(index, entry, 'atan2 may not be Lipschitz here');
    }
    const partialRadius = (4 * relative) / Math.sqrt(square);
    return tape.apply(
      angleFunction,
      Math.atan2(v, u),
      2 * relative + 4 * 2 ** -50,
      [y, x],
      [u / square, -v / square],
      [partialRadius, partialRadius],
    );
  }

  /** On its side where the sign of z is known, with |z| where z = 0. */
  kink<O extends KinkOp>(
    { side, recombine }: Kink<O>,
    { node, index, entry, u, v, z }: KinkEntry<O>,
  ): number {
    const { tape } = this;
    const position = this.offsets.get(index)! + entry;
    this.switching[position] = z;
    const sign = tape.signOf(z);
    if (sign === 1 || sign === -1) return side(this, sign > 0, u, v, node);
    const variable = { index: position, op: node.op, node: index, entry, scalar: z };
    if (sign === undefined) {
      this.unresolved.push(variable);
      const guess = Math.sign(tape.value[z]!);
      if (guess !== 0) return side(this, guess > 0, u, v, node);
    }
    this.active.push(variable);
    return recombine(this, tape.absolute(z), u, v, node);
  }

  constantOf(scalar: number): number | undefined {
    return this.isFixed(scalar) ? this.tape.value[scalar] : undefined;
  }

  isFixed(scalar: number): boolean {
    return this.tape.kind[scalar] === kinds.constant;
  }

  compare(relation: Relation, u: number, v: number, index: number): number {
    return this.constant(related(relation, this.orderOf(u, v, index)));
  }

  choose(condition: number, a: number, b: number): number {
    return this.tape.value[condition] === 0 ? b : a;
  }

  /** The first of the largest entries, which must stay the largest near the point. */
  leader(group: readonly number[], index: number): number {
    let best = 0;
    group.forEach((id, i) => {
      if (i > 0 && this.orderOf(id, group[best]!, index) > 0) best = i;
    });
    // which of many is the largest is not bounded: as if two of them were equal
    if (!group.every((id) => this.isFixed(id))) this.differences.push(this.constant(0));
    return this.constant(best);
  }

  /** Reported if not just one entry attains the extreme near the point. */
  winner(group: readonly number[], m: number, index: number): number {
    const at = group.indexOf(m);
    const isAlone = group.every(
      (id, i) => i === at || (id !== m && this.orderOf(id, m, index) !== 0),
    );
    if (at < 0 || !isAlone) this.report(index, 0, 'the winners of a tie change');
    return at;
  }

  peak(group: readonly number[]): number {
    return this.constant(largest(group.map((id) => this.tape.value[id]!)));
  }

  norm(group: readonly number[], index: number): number {
    const { tape } = this;
    if (group.every((id) => tape.value[id] === 0 && tape.radius[id] === 0)) {
      this.report(index, 0, 'a norm of 0 has a kink that is no absolute value');
      return this.constant(0);
    }
    return this.callOne('sqrt', this.sum(group, group), index);
  }

  report(node: number, entry: number, reason: string): void {
    this.irregular.push({ op: this.nodes[node]!.op, node, entry, reason });
  }

  /** Sign of u − v near the point. */
  private orderOf(u: number, v: number, node: number): number {
    const { tape } = this;
    if (u === v) return 0;
    if (this.isFixed(u) && this.isFixed(v)) return Math.sign(tape.value[u]! - tape.value[v]!);
    const difference = tape.combine(1, u, -1, v);
    this.differences.push(difference);
    const side = tape.signOf(difference);
    if (side === undefined || side === 0) {
      this.report(node, 0, 'a comparison of equal values jumps');
    }
    return side ?? Math.sign(tape.value[difference]!);
  }

  /** Irregularities in values that no output depends on are none: a branch that was not taken. */
  forgetUnused(outputs: readonly Entries[]): void {
    if (this.singular.size === 0) return;
    const used = new Uint8Array(this.tape.size);
    for (const output of outputs) for (const id of output) used[id] = 1;
    markUsed(this.tape, used, this.active);
    for (const [irregularity, scalar] of this.singular) {
      if (used[scalar] === 1) continue;
      this.irregular.splice(this.irregular.indexOf(irregularity), 1);
    }
  }
}

function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
