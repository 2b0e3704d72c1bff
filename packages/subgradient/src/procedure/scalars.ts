import type { KinkOp, Node, NodeOf, UnaryOp } from '@nonsmooth/autodiff';
import type { Entries } from './entries.js';

/** A function of u, or of u and v, with a kink where z = u, or u − v, is 0. */
export interface Kink<O extends KinkOp> {
  /** The value on the side where z has this sign. */
  readonly side: (
    scalars: Scalars,
    isAbove: boolean,
    u: number,
    v: number,
    node: NodeOf<O>,
  ) => number;
  /** The value from the arguments and |z|. */
  readonly recombine: (
    scalars: Scalars,
    absolute: number,
    u: number,
    v: number,
    node: NodeOf<O>,
  ) => number;
}

/** An entry of a kink node: its arguments and z; v = −1 where there is none. */
export interface KinkEntry<O extends KinkOp> {
  readonly node: NodeOf<O>;
  /** The node's index in the program. */
  readonly index: number;
  readonly entry: number;
  readonly u: number;
  readonly v: number;
  readonly z: number;
}

/** What is asked about the order of two numbers. */
export type Relation = 'sign' | 'greater' | 'greaterEqual' | 'equal';

/** The value that a comparison has for each sign of the difference. */
export function related(relation: Relation, order: number): number {
  switch (relation) {
    case 'sign':
      return order;
    case 'greater':
      return order > 0 ? 1 : 0;
    case 'greaterEqual':
      return order >= 0 ? 1 : 0;
    default:
      return order === 0 ? 1 : 0;
  }
}

/** The extents of a batch of matrix products: m × k by k × n. */
export interface ProductExtents {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly batch: number;
}

/** What the rules of ops write to, node after node: scalars by number, for one point or for every point. */
export abstract class Scalars {
  readonly nodes: readonly Node[];

  constructor(nodes: readonly Node[]) {
    this.nodes = nodes;
  }

  abstract constant(value: number): number;
  /** The scalars of the input with this number. */
  abstract input(number: number): Entries;
  /** Σ u_t·v_t */
  abstract sum(us: ArrayLike<number>, vs: ArrayLike<number>): number;
  abstract product(u: number, v: number): number;
  /** f·u + g·v with constant factors. */
  abstract combine(f: number, u: number, g: number, v: number): number;
  /** Batches of matrix products, row-major. */
  abstract matrixProduct(left: Entries, right: Entries, extents: ProductExtents): Entries;
  /** The function of a node at many arguments. */
  abstract call(node: NodeOf<UnaryOp>, at: Entries, index: number): Entries;
  /** atan2(y, x) */
  abstract angle(y: number, x: number, index: number, entry: number): number;
  abstract kink<O extends KinkOp>(kink: Kink<O>, at: KinkEntry<O>): number;
  /** The constant number that a scalar is; undefined for others. */
  abstract constantOf(scalar: number): number | undefined;
  /** Whether the scalar is constant near every point. */
  abstract isFixed(scalar: number): boolean;
  /** A relation between u and v that holds near the point. */
  abstract compare(relation: Relation, u: number, v: number, index: number): number;
  /** a if the condition is not 0, else b. */
  abstract choose(condition: number, a: number, b: number): number;
  /** Where in the group the largest entry is, the first of them. */
  abstract leader(group: readonly number[], index: number): number;
  /** Position of the entry that attains the extreme m of its group, and alone; −1 if none does. */
  abstract winner(group: readonly number[], m: number, index: number): number;
  /** A constant near the largest of the group. */
  abstract peak(group: readonly number[]): number;
  /** Euclidean norm. */
  abstract norm(group: readonly number[], index: number): number;
  /** The function is not known to be abs-smooth near the point. */
  abstract report(node: number, entry: number, reason: string): void;

  /** Σ factors_t·scalars_t */
  weighted(scalars: readonly number[], factors: readonly number[]): number {
    return this.sum(
      scalars,
      factors.map((factor) => this.constant(factor)),
    );
  }

  total(scalars: readonly number[]): number {
    const one = this.constant(1);
    return this.sum(
      scalars,
      scalars.map(() => one),
    );
  }

  /** A function of one number that is part of another op. */
  callOne(op: 'exp' | 'log' | 'sqrt', scalar: number, index: number): number {
    return this.call(partial[op], Int32Array.of(scalar), index)[0]!;
  }

  /** 1/v for all v. */
  reciprocals(v: Entries, index: number): Entries {
    return this.call(reciprocal, v, index);
  }
}

const partial: { readonly [O in 'exp' | 'log' | 'sqrt']: NodeOf<O> } = {
  exp: { op: 'exp', inputs: [0], shape: [] },
  log: { op: 'log', inputs: [0], shape: [] },
  sqrt: { op: 'sqrt', inputs: [0], shape: [] },
};
const reciprocal: NodeOf<'pow'> = { op: 'pow', inputs: [0], shape: [], exponent: -1 };
