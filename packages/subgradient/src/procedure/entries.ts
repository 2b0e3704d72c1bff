import { applyNode, type Node, type Shape } from '@nonsmooth/autodiff';
import { fromData } from '@nonsmooth/tensor';

/** Which scalar each entry of an array is, in row-major order. */
export type Entries = Int32Array;

// Arrays of one scalar for the first scalars of all procedures: long chains are made of them. Entries are never written to.
const singles: Entries[] = [];
const kept = 4096;

/** The entries of a node that is one number. */
export function single(scalar: number): Entries {
  const known = singles[scalar];
  if (known !== undefined) return known;
  const made = Int32Array.of(scalar);
  if (scalar < kept) singles[scalar] = made;
  return made;
}

/** Where the entries of the result come from, for ops that only move entries; `filler` where there are none. */
export function move(
  node: Node,
  inputs: readonly { readonly entries: Entries; readonly shape: Shape }[],
  filler: number,
): Entries {
  // the op itself, applied to the scalars' numbers; zeros of `embed` stay distinguishable from scalar 0
  const shifted = inputs.map(({ entries, shape }) => {
    const numbers = new Float64Array(entries.length);
    for (let i = 0; i < numbers.length; i++) numbers[i] = entries[i]! + 1;
    return fromData(numbers, shape);
  });
  const { data } = applyNode(node, shifted);
  const moved = new Int32Array(data.length);
  for (let i = 0; i < moved.length; i++) moved[i] = data[i] === 0 ? filler : data[i]! - 1;
  return moved;
}

/** The entries of a value of shape `from`, broadcast to shape `to`. */
export function broadcastEntries(entries: Entries, from: Shape, to: Shape): Entries {
  if (from.length === to.length && from.every((extent, i) => extent === to[i])) return entries;
  return move({ op: 'broadcast', inputs: [0], shape: to }, [{ entries, shape: from }], -1);
}

/** The entries that a reduction over `axes` combines, one list per entry of the result. */
export function groups(entries: Entries, shape: Shape, axes: readonly number[]): number[][] {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const size = axes.reduce((product, axis) => product * shape[axis]!, 1);
  const permutation = [...kept, ...axes];
  const moved = move(
    { op: 'transpose', inputs: [0], permutation, shape: permutation.map((axis) => shape[axis]!) },
    [{ entries, shape }],
    -1,
  );
  const count = size === 0 ? 0 : moved.length / size;
  return Array.from({ length: count }, (_, i) =>
    Array.from(moved.subarray(i * size, (i + 1) * size)),
  );
}
