import type { Op } from '@nonsmooth/autodiff';
import { move } from '../entries.js';
import { byGroup, type Rule } from './rule.js';

type StructureOp =
  | 'input'
  | 'constant'
  | 'variable'
  | 'stopGradient'
  | 'reshape'
  | 'transpose'
  | 'broadcast'
  | 'slice'
  | 'embed'
  | 'concatenate'
  | 'gather'
  | 'scatterAdd'
  | 'cumulativeSum';

const same: Rule<Op> = ({ inputs: [x] }) => x!;

const moved: Rule<Op> = ({ node, inputs, shapes }, scalars) =>
  move(
    node as Parameters<typeof move>[0],
    inputs.map((entries, i) => ({ entries, shape: shapes[i]! })),
    node.op === 'embed' ? scalars.constant(0) : -1,
  );

/** Where entries come from: inputs, constants, and linear maps that move entries around or add them. */
export const structure: { readonly [O in StructureOp]: Rule<O> } = {
  input: ({ node }, scalars) => scalars.input(node.index),
  constant: ({ node }, scalars) =>
    Int32Array.from(node.value.data, (value) => scalars.constant(value)),
  variable: same,
  stopGradient: same,
  reshape: same,
  transpose: moved,
  broadcast: moved,
  slice: moved,
  embed: moved,
  concatenate: moved,
  gather: moved,
  scatterAdd({ node: { axis, indices, shape }, inputs: [x], shapes: [from] }, scalars) {
    const outer = from!.slice(0, axis).reduce((a, b) => a * b, 1);
    const inner = from!.slice(axis + 1).reduce((a, b) => a * b, 1);
    const parts = Array.from({ length: outer * shape[axis]! * inner }, (): number[] => []);
    x!.forEach((id, at) => {
      const [o, row] = [
        Math.floor(at / inner / indices.length),
        Math.floor(at / inner) % indices.length,
      ];
      parts[(o * shape[axis]! + indices[row]!) * inner + (at % inner)]!.push(id);
    });
    return Int32Array.from(parts, (list) => (list.length === 1 ? list[0]! : scalars.total(list)));
  },
  cumulativeSum: ({ node: { axis, reversed }, inputs: [x], shapes: [shape] }, scalars) =>
    byGroup(x!, shape!, [axis], (group) =>
      group.map((_, i) => scalars.total(reversed ? group.slice(i) : group.slice(0, i + 1))),
    ),
};
