import type { Tensor } from '@nonsmooth/tensor';
import type { Node, Op } from './program.js';

/** Constants of at most so many entries are equal if their entries are, larger ones if they are the same tensor. */
const sharedByContent = 64;

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);

function mixInteger(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

function mix(hash: number, value: number): number {
  if (value === (value | 0)) return mixInteger(hash, value);
  double[0] = value;
  return mixInteger(mixInteger(hash, halves[0]!), halves[1]!);
}

/** Mixes entries all over the list, and all of them where content tells equal lists. */
function hashOfList(hash: number, list: ArrayLike<number>): number {
  const { length } = list;
  const stride = length <= sharedByContent ? 1 : Math.floor(length / sharedByContent);
  let mixed = mix(hash, length);
  for (let i = 0; i < length; i += stride) mixed = mix(mixed, list[i]!);
  return mixed;
}

const attributesByOp = new Map<Op, readonly string[]>();

/** The names of the node's attributes, which are the same for all nodes of its op. */
function attributesOf(node: Node): readonly string[] {
  const known = attributesByOp.get(node.op);
  if (known !== undefined) return known;
  const names = Object.keys(node).filter((name) => !['op', 'inputs', 'shape'].includes(name));
  attributesByOp.set(node.op, names);
  return names;
}

function attribute(node: Node, name: string): unknown {
  return node[name as keyof Node];
}

/** The same number for equal nodes. */
function hashOf(node: Node): number {
  const { op } = node;
  let hash = mix(op.length, op.charCodeAt(0) + 256 * op.charCodeAt(op.length - 1));
  hash = hashOfList(hashOfList(hash, node.inputs), node.shape);
  if (node.op === 'constant') return hashOfList(hash, node.value.data);
  for (const name of attributesOf(node)) {
    const value = attribute(node, name);
    if (typeof value === 'number') hash = mix(hash, value);
    else if (Array.isArray(value)) hash = hashOfList(hash, value as number[]);
  }
  return hash;
}

/** Same op, same inputs, same attributes. */
function isSameNode(a: Node, b: Node): boolean {
  if (a === b) return true;
  if (a.op !== b.op || !isSameList(a.inputs, b.inputs) || !isSameList(a.shape, b.shape))
    return false;
  if (a.op === 'constant') return isSameTensor(a.value, (b as typeof a).value);
  for (const name of attributesOf(b)) {
    const [u, v] = [attribute(a, name), attribute(b, name)];
    if (Object.is(u, v)) continue;
    if (!Array.isArray(u) || !Array.isArray(v) || !isSameList(u as number[], v as number[]))
      return false;
  }
  return true;
}

function isSameList(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

function isSameTensor(a: Tensor, b: Tensor): boolean {
  if (a === b) return true;
  const isSmall = a.data.length <= sharedByContent;
  return isSmall && a.dtype === b.dtype && isSameList(a.data, b.data);
}

/** Nodes by their content: a table with open addressing, at most half full. */
export class NodeTable {
  private readonly nodes: Node[];
  private hashes = new Int32Array(64);
  /** Positions of nodes, counted from 1; 0 where there is none. */
  private slots = new Int32Array(128);

  constructor(nodes: Node[]) {
    this.nodes = nodes;
  }

  /** Where the node, or one equal to it, stands in the list; it is appended if it is new. */
  place(node: Node): number {
    const hash = hashOf(node);
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (let at = this.slots[slot]!; at !== 0; at = this.slots[slot]!) {
      if (this.hashes[at - 1] === hash && isSameNode(this.nodes[at - 1]!, node)) return at - 1;
      slot = (slot + 1) & mask;
    }
    const index = this.nodes.push(node) - 1;
    this.hashes[index] = hash;
    this.slots[slot] = index + 1;
    if (this.nodes.length === this.hashes.length) this.grow();
    return index;
  }

  private grow(): void {
    const hashes = new Int32Array(2 * this.hashes.length);
    hashes.set(this.hashes);
    this.hashes = hashes;
    this.slots = new Int32Array(2 * hashes.length);
    const mask = this.slots.length - 1;
    for (let index = 0; index < this.nodes.length; index++) {
      let slot = hashes[index]! & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = index + 1;
    }
  }
}
