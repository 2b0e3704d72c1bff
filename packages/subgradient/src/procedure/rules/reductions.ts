import { largest } from '@nonsmooth/core';
import { groups } from '../entries.js';
import type { Expansion } from '../expansion.js';
import { callOne, reciprocals } from './elementary.js';
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
  sum: ({ node, inputs: [x], shapes: [shape] }, expansion) =>
    Int32Array.from(groups(x!, shape!, node.axes), (group) => expansion.total(group)),
  // nests of maxima and minima of two stand for them
  max: takenApart,
  min: takenApart,
  logSumExp: ({ node, index, inputs: [x], shapes: [shape] }, expansion) =>
    Int32Array.from(groups(x!, shape!, node.axes), (group) => logSumExp(expansion, group, index)),
  softmax: ({ node, index, inputs: [x], shapes: [shape] }, expansion) =>
    byGroup(x!, shape!, node.axes, (group) => softmax(expansion, group, index)),
  logSoftmax: ({ node, index, inputs: [x], shapes: [shape] }, expansion) =>
    byGroup(x!, shape!, node.axes, (group) => {
      const total = logSumExp(expansion, group, index);
      return group.map((entry) => expansion.tape.combine(1, entry, -1, total));
    }),
  norm: ({ node, index, inputs: [x], shapes: [shape] }, expansion) =>
    Int32Array.from(groups(x!, shape!, node.axes), (group) => norm(expansion, group, index)),
  direction: ({ node, index, inputs: [x], shapes: [shape] }, expansion) =>
    byGroup(x!, shape!, node.axes, (group) =>
      quotients(expansion, group, norm(expansion, group, index), index),
    ),
  orthogonal: ({ node, inputs, shapes: [shape] }, { tape }) =>
    byPairs(inputs, shape!, node.axes, (u, c) => {
      const along = tape.sum(u, c);
      return c.map((entry, i) => tape.combine(1, entry, -1, tape.product(u[i]!, along)));
    }),
  centred: ({ node, inputs, shapes: [shape] }, expansion) =>
    byPairs(inputs, shape!, node.axes, (y, c) => centred(expansion, y, c)),
  compensated: ({ node, inputs, shapes: [shape] }, expansion) =>
    byPairs(inputs, shape!, node.axes, (y, c) => {
      const { tape } = expansion;
      const total = expansion.total(c);
      return c.map((entry, i) => tape.combine(1, entry, -1, tape.product(y[i]!, total)));
    }),
  softmaxProduct: ({ node, inputs, shapes: [shape] }, expansion) =>
    byPairs(inputs, shape!, node.axes, (y, c) =>
      centred(expansion, y, c).map((entry, i) => expansion.tape.product(y[i]!, entry)),
    ),
};

/** m + log Σ exp(x − m) for a constant m near the maximum. */
function logSumExp(expansion: Expansion, group: readonly number[], index: number): number {
  const { shift, terms } = exponentials(expansion, group, index);
  return expansion.combine(
    [shift, callOne(expansion, 'log', expansion.total(terms), index)],
    [1, 1],
  );
}

/** exp(x − m) for a constant m near the maximum. */
function exponentials(
  expansion: Expansion,
  group: readonly number[],
  index: number,
): { readonly shift: number; readonly terms: number[] } {
  const { tape } = expansion;
  const shift = tape.constant(largest(group.map((id) => tape.value[id]!)));
  const terms = group.map((id) =>
    callOne(expansion, 'exp', expansion.combine([id, shift], [1, -1]), index),
  );
  return { shift, terms };
}

function norm(expansion: Expansion, group: readonly number[], index: number): number {
  const { tape } = expansion;
  if (group.every((id) => tape.value[id] === 0 && tape.radius[id] === 0)) {
    expansion.report(index, 0, 'a norm of 0 has a kink that is no absolute value');
    return tape.constant(0);
  }
  return callOne(expansion, 'sqrt', tape.sum(group, group), index);
}

/** u/v for all u. */
function quotients(
  expansion: Expansion,
  us: readonly number[],
  v: number,
  index: number,
): number[] {
  const [inverse] = reciprocals(expansion, Int32Array.of(v), index);
  return us.map((u) => expansion.tape.product(u, inverse!));
}

/** exp(x − m)/Σ exp(x − m) for a constant m near the maximum. */
function softmax(expansion: Expansion, group: readonly number[], index: number): number[] {
  const { terms } = exponentials(expansion, group, index);
  return quotients(expansion, terms, expansion.total(terms), index);
}

/** c − ⟨y, c⟩ */
function centred({ tape }: Expansion, y: readonly number[], c: readonly number[]): number[] {
  const mean = tape.sum(y, c);
  return c.map((entry) => tape.combine(1, entry, -1, mean));
}
