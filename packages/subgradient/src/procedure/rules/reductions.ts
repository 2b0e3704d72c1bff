import { groups } from '../entries.js';
import type { Scalars } from '../scalars.js';
import { byGroup, byPairs, type Reached, type Rule } from './rule.js';

type ReductionOp =
  | 'sum'
  | 'max'
  | 'min'
  | 'logSumExp'
  | 'softmax'
  | 'logSoftmax'
  | 'norm'
  | 'direction'
  | 'orthogonal'
  | 'centred'
  | 'compensated'
  | 'softmaxProduct';

const takenApart = ({ node }: Reached<'max' | 'min'>): never => {
  throw new Error(`${node.op} was to be taken apart before`);
};

/** Reductions over axes and what their derivatives need. */
export const reductions: { readonly [O in ReductionOp]: Rule<O> } = {
  sum: ({ node, inputs: [x], shapes: [shape] }, scalars) =>
    Int32Array.from(groups(x!, shape!, node.axes), (group) => scalars.total(group)),
  // nests of maxima and minima of two stand for them
  max: takenApart,
  min: takenApart,
  logSumExp: ({ node, index, inputs: [x], shapes: [shape] }, scalars) =>
    Int32Array.from(groups(x!, shape!, node.axes), (group) => logSumExp(scalars, group, index)),
  softmax: ({ node, index, inputs: [x], shapes: [shape] }, scalars) =>
    byGroup(x!, shape!, node.axes, (group) => softmax(scalars, group, index)),
  logSoftmax: ({ node, index, inputs: [x], shapes: [shape] }, scalars) =>
    byGroup(x!, shape!, node.axes, (group) => {
      const total = logSumExp(scalars, group, index);
      return group.map((entry) => scalars.combine(1, entry, -1, total));
    }),
  norm: ({ node, index, inputs: [x], shapes: [shape] }, scalars) =>
    Int32Array.from(groups(x!, shape!, node.axes), (group) => scalars.norm(group, index)),
  direction: ({ node, index, inputs: [x], shapes: [shape] }, scalars) =>
    byGroup(x!, shape!, node.axes, (group) =>
      quotients(scalars, group, scalars.norm(group, index), index),
    ),
  orthogonal: ({ node, inputs, shapes: [shape] }, scalars) =>
    byPairs(inputs, shape!, node.axes, (u, c) => {
      const along = scalars.sum(u, c);
      return c.map((entry, i) => scalars.combine(1, entry, -1, scalars.product(u[i]!, along)));
    }),
  centred: ({ node, inputs, shapes: [shape] }, scalars) =>
    byPairs(inputs, shape!, node.axes, (y, c) => centred(scalars, y, c)),
  compensated: ({ node, inputs, shapes: [shape] }, scalars) =>
    byPairs(inputs, shape!, node.axes, (y, c) => {
      const total = scalars.total(c);
      return c.map((entry, i) => scalars.combine(1, entry, -1, scalars.product(y[i]!, total)));
    }),
  softmaxProduct: ({ node, inputs, shapes: [shape] }, scalars) =>
    byPairs(inputs, shape!, node.axes, (y, c) =>
      centred(scalars, y, c).map((entry, i) => scalars.product(y[i]!, entry)),
    ),
};

/** m + log Σ exp(x − m) for a constant m near the maximum. */
function logSumExp(scalars: Scalars, group: readonly number[], index: number): number {
  const { shift, terms } = exponentials(scalars, group, index);
  return scalars.combine(1, shift, 1, scalars.callOne('log', scalars.total(terms), index));
}

/** exp(x − m) for a constant m near the maximum. */
function exponentials(
  scalars: Scalars,
  group: readonly number[],
  index: number,
): { readonly shift: number; readonly terms: number[] } {
  const shift = scalars.peak(group);
  const terms = group.map((id) => scalars.callOne('exp', scalars.combine(1, id, -1, shift), index));
  return { shift, terms };
}

/** u/v for all u. */
function quotients(scalars: Scalars, us: readonly number[], v: number, index: number): number[] {
  const [inverse] = scalars.reciprocals(Int32Array.of(v), index);
  return us.map((u) => scalars.product(u, inverse!));
}

/** exp(x − m)/Σ exp(x − m) for a constant m near the maximum. */
function softmax(scalars: Scalars, group: readonly number[], index: number): number[] {
  const { terms } = exponentials(scalars, group, index);
  return quotients(scalars, terms, scalars.total(terms), index);
}

/** c − ⟨y, c⟩ */
function centred(scalars: Scalars, y: readonly number[], c: readonly number[]): number[] {
  const mean = scalars.sum(y, c);
  return c.map((entry) => scalars.combine(1, entry, -1, mean));
}
