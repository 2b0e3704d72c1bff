import type { Value } from '../emit.js';
import { add, div } from '../ops/arithmetic.js';
import { where } from '../ops/choice.js';
import { equal } from '../ops/comparisons.js';
import { maximum, minimum } from '../ops/kinks.js';
import { keepAxes, max, min } from '../ops/reductions.js';
import { concatenate, reshape, slice, transpose } from '../ops/structure.js';
import type { NodeOf, Op, Program } from '../program.js';
import { rewriteNodes } from '../rewrite.js';
import { withoutAxes } from '../shape.js';

type Extreme = NodeOf<'max'> | NodeOf<'min'>;

/** Whether the node is a maximum or minimum over axes. */
export function isExtreme(node: { readonly op: Op }): node is Extreme {
  return node.op === 'max' || node.op === 'min';
}

/** The program with every max and min over axes as a nest of maxima and minima of two. */
export function lowerExtremes(program: Program): Program {
  if (!program.nodes.some(isExtreme)) return program;
  return rewriteNodes(program, (node, [x]) => (isExtreme(node) ? lowered(node, x!) : undefined));
}

function lowered({ op, axes }: Extreme, x: Value): Value {
  const pair = op === 'max' ? maximum : minimum;
  return nested(([u], [v]) => [pair(u!, v!)], [x], axes)[0]!;
}

/**
 * The nest, and for each maximum or minimum in it the share of u where u = v if all entries that attain the extreme
 * get the same.
 */
export function loweredWithShares(
  { op, axes }: Extreme,
  x: Value,
  tell: (pair: Value, share: Value) => void,
): Value {
  const [pair, reduce] = op === 'max' ? [maximum, max] : [minimum, min];
  const wins = equal(x, keepAxes(x, reduce(x, axes), axes));
  const join: Pair = ([u, first], [v, second]) => {
    const winner = pair(u!, v!);
    const count = add(first!, second!);
    tell(winner, where(count, div(first!, count), 0.5));
    return [winner, count];
  };
  return nested(join, [x, wins], axes)[0]!;
}

type Pair = (us: readonly Value[], vs: readonly Value[]) => readonly Value[];

/** Halves the entries of lists again and again: pairs (i, i + h), an odd last one waits. */
function nested(pair: Pair, xs: readonly Value[], axes: readonly number[]): readonly Value[] {
  const { shape } = xs[0]!;
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const rest = withoutAxes(shape, axes);
  let lists = xs.map((x) => reshape(transpose(x, [...axes, ...kept]), [-1, ...rest]));
  const part = (from: number, to: number): Value[] =>
    lists.map((list) => slice(list, [from], [to]));
  for (let count = lists[0]!.shape[0]!; count > 1; count = lists[0]!.shape[0]!) {
    const half = Math.floor(count / 2);
    const pairs = pair(part(0, half), part(half, 2 * half));
    const last = part(2 * half, count);
    lists = pairs.map((joined, i) => (count % 2 === 0 ? joined : concatenate([joined, last[i]!])));
  }
  return lists.map((list) => reshape(list, rest));
}
