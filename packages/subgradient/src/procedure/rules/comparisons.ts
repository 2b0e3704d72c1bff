import type { Op } from '@nonsmooth/autodiff';
import { groups } from '../entries.js';
import type { Expansion } from '../expansion.js';
import { kinds } from '../tape.js';
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
  sign: entrywise((expansion, index, u) =>
    expansion.tape.constant(jump(expansion, u, index, 'jumps at 0')),
  ),
  greater: byOrder((order) => order > 0),
  greaterEqual: byOrder((order) => order >= 0),
  equal: byOrder((order) => order === 0),
  argmax: ({ node: { axis }, index, inputs: [x], shapes: [shape] }, expansion) =>
    Int32Array.from(groups(x!, shape!, [axis]), (group) =>
      expansion.tape.constant(leader(expansion, group, index)),
    ),
  where(at, expansion) {
    const { tape } = expansion;
    const [c, a, b] = spread(at);
    return c!.map((condition, i) => {
      if (tape.kind[condition] !== kinds.constant) {
        expansion.report(at.index, i, 'a choice by a value that varies');
      }
      return tape.value[condition] !== 0 ? a![i]! : b![i]!;
    });
  },
  branch(at, expansion) {
    const [u, v, a, b, tie] = spread(at);
    return u!.map((_, i) =>
      branch(expansion, orderOf(expansion, u![i]!, v![i]!, at.index), a![i]!, b![i]!, tie![i]!),
    );
  },
  divisor(at, { tape }) {
    const [d, active] = spread(at);
    const isIdle = (i: number): boolean => active !== undefined && tape.value[active[i]!] === 0;
    return d!.map((entry, i) => (isIdle(i) ? tape.constant(1) : entry));
  },
  shareToWinners({ node: { axes }, index, inputs: [x, m, c], shapes: [shape] }, expansion) {
    return byGroup(x!, shape!, axes, (group, at) => {
      const winner = winnerOf(expansion, group, m![at]!, index);
      return group.map((_, i) => (i === winner ? c![at]! : expansion.tape.constant(0)));
    });
  },
  meanOfWinners({ node: { axes }, index, inputs: [x, m, a], shapes: [shape] }, expansion) {
    const values = groups(a!, shape!, axes);
    return Int32Array.from(groups(x!, shape!, axes), (group, at) => {
      const winner = winnerOf(expansion, group, m![at]!, index);
      return winner < 0 ? expansion.tape.constant(NaN) : values[at]![winner]!;
    });
  },
};

function byOrder<O extends Op>(holds: (order: number) => boolean): Rule<O> {
  return entrywise((expansion, index, u, v) =>
    expansion.tape.constant(holds(orderOf(expansion, u, v, index)) ? 1 : 0),
  );
}

function jump(expansion: Expansion, scalar: number, node: number, reason: string): number {
  const { tape } = expansion;
  if (tape.kind[scalar] === kinds.constant) return Math.sign(tape.value[scalar]!);
  const side = tape.signOf(scalar);
  if (side === undefined || side === 0) expansion.report(node, 0, reason);
  return side ?? Math.sign(tape.value[scalar]!);
}

/** Sign of u − v near the point. */
function orderOf(expansion: Expansion, u: number, v: number, node: number): number {
  const { tape } = expansion;
  if (u === v) return 0;
  if (tape.kind[u] === kinds.constant && tape.kind[v] === kinds.constant) {
    return Math.sign(tape.value[u]! - tape.value[v]!);
  }
  const difference = expansion.combine([u, v], [1, -1]);
  return jump(expansion, difference, node, 'a comparison of equal values jumps');
}

/** a, b, or t·a + (1 − t)·b for constants that are equal. */
function branch(expansion: Expansion, order: number, a: number, b: number, tie: number): number {
  if (order !== 0) return order > 0 ? a : b;
  const { tape } = expansion;
  return tape.sum([a, b], [tie, expansion.combine([tape.constant(1), tie], [1, -1])]);
}

/** The first of the largest entries, which must stay the largest near the point. */
function leader(expansion: Expansion, group: readonly number[], index: number): number {
  let best = 0;
  group.forEach((id, i) => {
    if (i > 0 && orderOf(expansion, id, group[best]!, index) > 0) best = i;
  });
  return best;
}

/** Position of the entry that attains the extreme m of its group near the point; −1 and reported if not just one does. */
function winnerOf(
  expansion: Expansion,
  group: readonly number[],
  m: number,
  index: number,
): number {
  const at = group.indexOf(m);
  const isAlone = group.every(
    (id, i) => i === at || (id !== m && orderOf(expansion, id, m, index) !== 0),
  );
  if (at < 0 || !isAlone) expansion.report(index, 0, 'the winners of a tie change');
  return at;
}
