import type { Op } from '@nonsmooth/autodiff';
import { groups } from '../entries.js';
import type { Relation, Scalars } from '../scalars.js';
import { byGroup, entrywise, spread, type Rule } from './rule.js';

type ComparisonOp =
  | 'sign'
  | 'greater'
  | 'greaterEqual'
  | 'equal'
  | 'argmax'
  | 'where'
  | 'branch'
  | 'divisor'
  | 'shareToWinners'
  | 'meanOfWinners';

/** Piecewise constant functions and choices between values, by the order that values have near the point. */
export const comparisons: { readonly [O in ComparisonOp]: Rule<O> } = {
  sign: related('sign'),
  greater: related('greater'),
  greaterEqual: related('greaterEqual'),
  equal: related('equal'),
  argmax: ({ node: { axis }, index, inputs: [x], shapes: [shape] }, scalars) =>
    Int32Array.from(groups(x!, shape!, [axis]), (group) => scalars.leader(group, index)),
  where(at, scalars) {
    const [c, a, b] = spread(at);
    return c!.map((condition, i) => {
      if (!scalars.isFixed(condition)) {
        scalars.report(at.index, i, 'a choice by a value that varies');
      }
      return scalars.choose(condition, a![i]!, b![i]!);
    });
  },
  branch(at, scalars) {
    const [u, v, a, b, tie] = spread(at);
    return u!.map((_, i) => branch(scalars, at.index, [u![i]!, v![i]!, a![i]!, b![i]!, tie![i]!]));
  },
  divisor(at, scalars) {
    const [d, active] = spread(at);
    if (active === undefined) return d!;
    return d!.map((entry, i) => scalars.choose(active[i]!, entry, scalars.constant(1)));
  },
  shareToWinners({ node: { axes }, index, inputs: [x, m, c], shapes: [shape] }, scalars) {
    return byGroup(x!, shape!, axes, (group, at) => {
      const winner = scalars.winner(group, m![at]!, index);
      return group.map((_, i) => (i === winner ? c![at]! : scalars.constant(0)));
    });
  },
  meanOfWinners({ node: { axes }, index, inputs: [x, m, a], shapes: [shape] }, scalars) {
    const values = groups(a!, shape!, axes);
    return Int32Array.from(groups(x!, shape!, axes), (group, at) => {
      const winner = scalars.winner(group, m![at]!, index);
      return winner < 0 ? scalars.constant(NaN) : values[at]![winner]!;
    });
  },
};

function related<O extends Op>(relation: Relation): Rule<O> {
  return entrywise((scalars, index, u, v) =>
    scalars.compare(relation, u, v < 0 ? scalars.constant(0) : v, index),
  );
}

/** a, b, or t·a + (1 − t)·b for constants that are equal. */
function branch(
  scalars: Scalars,
  index: number,
  [u, v, a, b, tie]: readonly [number, number, number, number, number],
): number {
  const equal = scalars.compare('equal', u, v, index);
  const mean = (): number =>
    scalars.sum([a, b], [tie, scalars.combine(1, scalars.constant(1), -1, tie)]);
  const known = scalars.constantOf(equal);
  if (known === 1) return mean();
  const side = scalars.choose(scalars.compare('greater', u, v, index), a, b);
  return known === 0 ? side : scalars.choose(equal, mean(), side);
}
