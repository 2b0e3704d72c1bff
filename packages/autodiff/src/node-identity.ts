import type { Tensor } from '@nonsmooth/tensor';
import type { Node } from './program.js';

/** Constants of at most so many entries are equal if their entries are, larger ones if they are the same tensor. */
const sharedByContent = 64;

function mix(hash: number, value: number): number {
  return (Math.imul(hash, 31) + ((value * 65537) | 0)) | 0;
}

function hashOfList(hash: number, list: ArrayLike<number>): number {
  let mixed = mix(hash, list.length);
  const count = Math.min(list.length, 16);
  for (let i = 0; i < count; i++) mixed = mix(mixed, list[i]!);
  return mixed;
}

/** The same number for equal nodes. */
export function hashOf(node: Node): number {
  const { op } = node;
  let hash = mix(op.length, op.charCodeAt(0) + 256 * op.charCodeAt(op.length - 1));
  hash = hashOfList(hashOfList(hash, node.inputs), node.shape);
  if (node.op === 'constant') return hashOfList(hash, node.value.data);
  for (const name in node) {
    if (name === 'op' || name === 'inputs' || name === 'shape') continue;
    const value: unknown = node[name as keyof Node];
    if (typeof value === 'number') hash = mix(hash, value);
    else if (Array.isArray(value)) hash = hashOfList(hash, value as number[]);
  }
  return hash;
}

/** Same op, same inputs, same attributes. */
export function isSameNode(a: Node, b: Node): boolean {
  if (a === b) return true;
  if (a.op !== b.op || !isSameList(a.inputs, b.inputs) || !isSameList(a.shape, b.shape))
    return false;
  if (a.op === 'constant') return isSameTensor(a.value, (b as typeof a).value);
  for (const name in b) {
    if (name === 'op' || name === 'inputs' || name === 'shape') continue;
    const [u, v]: unknown[] = [a[name as keyof Node], b[name as keyof Node]];
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
