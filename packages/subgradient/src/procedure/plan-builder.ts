import type { KinkOp, Node, NodeOf, SwitchingBlock, UnaryOp } from '@nonsmooth/autodiff';
import { functionOf, type ScalarFunction } from './elementary.js';
import type { Entries } from './entries.js';
import { GrowingFloats, GrowingIntegers } from './growing.js';
import { Products } from './products.js';
import { Scalars, type Kink, type KinkEntry } from './scalars.js';
import type { ProductExtents, Relation } from './scalars.js';
import { kinds } from './tape.js';

/** How one of two scalars is chosen: by the sign of z, or by whether a condition is 0. */
export const choices = { bySign: 0, byCondition: 1 } as const;

/** What a number that is constant near the point is: a relation, where the largest of a group is, or how large. */
export const fixedNumbers = { relation: 0, leader: 1, peak: 2 } as const;

/** The relations by the number that stands for them. */
export const relations: readonly Relation[] = ['sign', 'greater', 'greaterEqual', 'equal'];

/** No plan has what the program asks for. */
export class NoPlanError extends Error {
  override readonly name = 'NoPlanError';
}

/**
 * Writes a program as scalars for every point: both sides of each kink stand there, and which of them counts is decided
 * when the plan runs.
 */
export class PlanBuilder extends Scalars {
  readonly kind: GrowingIntegers;
  readonly first: GrowingIntegers;
  readonly second: GrowingIntegers;
  readonly count: GrowingIntegers;
  readonly source: GrowingIntegers;
  /** Values of constants. */
  readonly value: GrowingFloats;
  readonly products: Products;
  readonly functions: ScalarFunction[] = [];
  /** The members of groups that have a leader or a peak. */
  readonly members: GrowingIntegers = new GrowingIntegers(16);
  readonly switching: Int32Array;
  readonly differences: GrowingIntegers = new GrowingIntegers(16);
  partialCount = 0;
  private readonly constants = new Map<number, number>();
  private readonly offsets: ReadonlyMap<number, number>;
  private readonly inputs: readonly Node[];
  private inputCount = 0;

  constructor(nodes: readonly Node[], blocks: readonly SwitchingBlock[], size: number) {
    super(nodes);
    const capacity = nodes.reduce((total, { shape }) => total + sizeOf(shape), 16);
    this.kind = new GrowingIntegers(capacity);
    this.first = new GrowingIntegers(capacity);
    this.second = new GrowingIntegers(capacity);
    this.count = new GrowingIntegers(capacity);
    this.source = new GrowingIntegers(capacity);
    this.value = new GrowingFloats(capacity);
    this.products = new Products(capacity);
    this.switching = new Int32Array(size);
    this.offsets = new Map(blocks.map(({ node, offset }) => [node, offset]));
    this.inputs = nodes.filter(({ op }) => op === 'input');
  }

  private push(kind: number, first = 0, second = 0, count = 0, source = 0, value = 0): number {
    this.kind.push(kind);
    this.first.push(first);
    this.second.push(second);
    this.count.push(count);
    this.source.push(source);
    return this.value.push(value);
  }

  constant(value: number): number {
    let id = this.constants.get(value);
    if (id === undefined) {
      this.constants.set(value, (id = this.push(kinds.constant, 0, 0, 0, 0, value)));
    }
    return id;
  }

  input(number: number): Entries {
    const node = this.inputs.find((input) => (input as NodeOf<'input'>).index === number)!;
    return new Int32Array(sizeOf(node.shape)).map(() => this.push(kinds.input, this.inputCount++));
  }

  sum(us: ArrayLike<number>, vs: ArrayLike<number>): number {
    const first = this.products.length;
    for (let t = 0; t < us.length; t++) this.products.push(us[t]!, vs[t]!);
    return this.push(kinds.sum, first, first, us.length);
  }

  product(u: number, v: number): number {
    const first = this.products.push(u, v);
    return this.push(kinds.sum, first, first, 1);
  }

  combine(f: number, u: number, g: number, v: number): number {
    const [left, right] = [this.constant(f), this.constant(g)];
    const first = this.products.push(u, left);
    this.products.push(v, right);
    return this.push(kinds.sum, first, first, 2);
  }

  matrixProduct(left: Entries, right: Entries, extents: ProductExtents): Entries {
    return this.products.matrix(left, right, extents, (first, second, count, source) =>
      this.push(kinds.sum, first, second, count, source),
    );
  }

  call(node: NodeOf<UnaryOp>, at: Entries): Entries {
    const source = this.functions.push(functionOf(node)) - 1;
    return at.map((id) => this.push(kinds.call, id, -1, this.partialCount++, source));
  }

  angle(y: number, x: number): number {
    const source = this.functions.push({ name: 'atan2' }) - 1;
    this.partialCount += 2;
    return this.push(kinds.call, y, x, this.partialCount - 2, source);
  }

  kink<O extends KinkOp>({ side }: Kink<O>, { node, index, entry, u, v, z }: KinkEntry<O>): number {
    this.switching[this.offsets.get(index)! + entry] = z;
    const [above, below] = [side(this, true, u, v, node), side(this, false, u, v, node)];
    return this.push(kinds.chosen, z, above, choices.bySign, below);
  }

  constantOf(scalar: number): number | undefined {
    return this.kind.data[scalar] === kinds.constant ? this.value.data[scalar] : undefined;
  }

  isFixed(scalar: number): boolean {
    const kind = this.kind.data[scalar];
    return kind === kinds.constant || kind === kinds.fixed;
  }

  compare(relation: Relation, u: number, v: number): number {
    const isFixed = this.isFixed(u) && this.isFixed(v);
    const difference = this.combine(1, u, -1, v);
    if (!isFixed) this.differences.push(difference);
    const code = relations.indexOf(relation) + (isFixed ? relations.length : 0);
    return this.push(kinds.fixed, difference, code, fixedNumbers.relation);
  }

  choose(condition: number, a: number, b: number): number {
    return this.push(kinds.chosen, condition, a, choices.byCondition, b);
  }

  leader(group: readonly number[]): number {
    return this.group(group, fixedNumbers.leader);
  }

  peak(group: readonly number[]): number {
    return this.group(group, fixedNumbers.peak);
  }

  private group(group: readonly number[], what: number): number {
    const first = this.members.length;
    for (const id of group) this.members.push(id);
    // which of many is the largest is not bounded: as if two of them were equal
    if (what === fixedNumbers.leader && !group.every((id) => this.isFixed(id))) {
      this.differences.push(this.constant(0));
    }
    return this.push(kinds.fixed, first, group.length, what);
  }

  winner(): never {
    throw new NoPlanError('the winners of a group are found at single points');
  }

  norm(group: readonly number[]): number {
    return this.callOne('sqrt', this.sum(group, group), 0);
  }

  report(_node: number, _entry: number, reason: string): never {
    throw new NoPlanError(reason);
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
