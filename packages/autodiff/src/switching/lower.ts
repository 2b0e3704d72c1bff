import type { Value } from '../emit.js';
import { maximum, minimum } from '../ops/kinks.js';
import { concatenate, reshape, slice, transpose } from '../ops/structure.js';
import type { Program } from '../program.js';
import { rewriteNodes } from '../rewrite.js';
import { withoutAxes } from '../shape.js';

/** The program with every max and min over axes as a nest of maxima and minima of two. */
export function lowerExtremes(program: Program): Program {
  if (!program.nodes.some(({ op }) => op === 'max' || op === 'min')) return program;
  return rewriteNodes(program, (node, [x]) => {
    if (node.op === 'max') return nested(maximum, x!, node.axes);
    if (node.op === 'min') return nested(minimum, x!, node.axes);
    return undefined;
  });
}

/** Halves the entries again and again: pairs (i, i + h), an odd last one waits. */
function nested(pair: (u: Value, v: Value) => Value, x: Value, axes: readonly number[]): Value {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const rest = withoutAxes(x.shape, axes);
  let list = reshape(transpose(x, [...axes, ...kept]), [-1, ...rest]);
  for (let count = list.shape[0]!; count > 1; count = list.shape[0]!) {
    const half = Math.floor(count / 2);
    const pairs = pair(slice(list, [0], [half]), slice(list, [half], [2 * half]));
    list = count % 2 === 0 ? pairs : concatenate([pairs, slice(list, [count - 1], [count])]);
  }
  return reshape(list, rest);
}
