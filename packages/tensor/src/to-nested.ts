import type { NestedNumbers } from './nested.js';
import { requireTensor, type Tensor } from './tensor.js';

/** The entries as nested arrays; a number for the empty shape. */
export function toNested(t: Tensor): NestedNumbers {
  requireTensor('t', t);
  let position = 0;
  const build = (depth: number): NestedNumbers =>
    depth === t.shape.length
      ? t.data[position++]!
      : Array.from({ length: t.shape[depth]! }, () => build(depth + 1));
  return build(0);
}
