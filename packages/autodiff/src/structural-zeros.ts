import type { FloatArray } from '@nonsmooth/core';
import { fromData, type Tensor } from '@nonsmooth/tensor';
import { applyNode } from './emit.js';
import type { Node, NodeOf, Op, Program } from './program.js';
import { broadcastTo } from './ops/structure.js';
import { keepAxes, sum } from './ops/reductions.js';
import { forUnary } from './forward/scalar.js';
import { sizeOf } from './shape.js';

/**
 * Which entries of its inputs an entry of the value may depend on:
 *
 * | Reach     | Entries                                                                  |
 * | --------- | ------------------------------------------------------------------------ |
 * | `nothing` | none                                                                     |
 * | `entry`   | those at its place, with broadcasting                                    |
 * | `moved`   | those that the op moves there or adds up there                           |
 * | `group`   | those of its group over the axes, which disappear                        |
 * | `groups`  | those of its group over the axes, which stay                             |
 * | `product` | its row of the left factor, its column of the right one                  |
 */
type Reach = 'nothing' | 'entry' | 'moved' | 'group' | 'groups' | 'product';

const reaches: { readonly [O in Op]: Reach } = {
  input: 'nothing',
  constant: 'nothing',
  variable: 'entry',
  stopGradient: 'entry',

  ...forUnary('entry' as const),

  add: 'entry',
  sub: 'entry',
  mul: 'entry',
  div: 'entry',
  atan2: 'entry',
  xlogy: 'entry',
  maskedMul: 'entry',

  relu: 'entry',
  leakyRelu: 'entry',
  abs: 'entry',
  maximum: 'entry',
  minimum: 'entry',

  sign: 'entry',
  greater: 'entry',
  greaterEqual: 'entry',
  equal: 'entry',
  argmax: 'group',

  where: 'entry',
  branch: 'entry',
  divisor: 'entry',

  reshape: 'moved',
  transpose: 'moved',
  broadcast: 'moved',
  slice: 'moved',
  embed: 'moved',
  concatenate: 'moved',
  gather: 'moved',
  scatterAdd: 'moved',
  cumulativeSum: 'moved',

  sum: 'group',
  max: 'group',
  min: 'group',
  logSumExp: 'group',
  norm: 'group',
  meanOfWinners: 'group',
  softmax: 'groups',
  logSoftmax: 'groups',
  shareToWinners: 'groups',
  direction: 'groups',
  orthogonal: 'groups',
  centred: 'groups',
  compensated: 'groups',
  softmaxProduct: 'groups',

  matmul: 'product',
};

/**
 * For each entry of the node at `output` whether it may depend on this entry of the node at `source`, told from the
 * structure of the nodes: where it does not, a derivative along that entry is 0, whatever the numbers are.
 */
export function mayDepend(
  nodes: readonly Node[],
  source: number,
  entry: number,
  output: number,
): boolean[] {
  const marks: (Tensor | undefined)[] = [];
  const own = new Float64Array(sizeOf(nodes[source]!.shape));
  own[entry] = 1;
  marks[source] = fromData(own, nodes[source]!.shape);
  for (let index = source + 1; index <= output; index++) {
    const node = nodes[index]!;
    const from = node.inputs.map((at) => marks[at]);
    if (reaches[node.op] === 'nothing' || from.every((mark) => mark === undefined)) continue;
    marks[index] = truth(reached(nodes, node, from));
  }
  const size = sizeOf(nodes[output]!.shape);
  return Array.from({ length: size }, (_, i) => (marks[output]?.data[i] ?? 0) > 0);
}

/** Positive where the value may depend on a marked entry. */
function reached(
  nodes: readonly Node[],
  node: Node,
  from: readonly (Tensor | undefined)[],
): Tensor {
  const marked = from.map((mark, i) => mark ?? zeros(nodes[node.inputs[i]!]!));
  switch (reaches[node.op]) {
    case 'moved':
      return applyNode(node, marked);
    case 'group':
      return total(marked.map((mark) => overAxes(node, mark)));
    case 'groups':
      return total(
        marked.map((mark) => {
          const { axes, shape } = node as NodeOf<'softmax'>;
          const isReduced = mark.shape.length < shape.length;
          const group = isReduced ? mark : sum(mark, axes);
          return full(keepAxes(isReduced ? zeros(node) : mark, group, axes), node);
        }),
      );
    case 'product': {
      const [a, b] = marked as [Tensor, Tensor];
      const plain = { ...(node as NodeOf<'matmul'>), masked: 'none' } as const;
      const parts = [applyNode(plain, [a, ones(b)]), applyNode(plain, [ones(a), b])];
      return total(parts);
    }
    default:
      return total(marked.map((mark) => full(mark, node)));
  }
}

/** The marks over the axes that disappear; what has the shape of the value already is taken as it is. */
function overAxes(node: Node, mark: Tensor): Tensor {
  const axes = node.op === 'argmax' ? [node.axis] : (node as NodeOf<'sum'>).axes;
  return mark.shape.length === node.shape.length ? mark : (sum(mark, axes) as Tensor);
}

function full(mark: unknown, { shape }: Node): Tensor {
  return broadcastTo(mark as Tensor, shape) as Tensor;
}

function zeros({ shape }: Node): Tensor {
  return fromData(new Float64Array(sizeOf(shape)), shape);
}

function ones({ shape, data }: Tensor): Tensor {
  return fromData(new Float64Array(data.length).fill(1), shape);
}

function total(marks: readonly Tensor[]): Tensor {
  const { shape, data } = marks[0]!;
  const out = Float64Array.from(data, (_, i) =>
    marks.reduce((most, mark) => Math.max(most, mark.data[i]!), 0),
  );
  return fromData(out, shape);
}

/** 1 for every positive mark, so that none grows. */
function truth({ shape, data }: Tensor): Tensor {
  return fromData(
    Float64Array.from(data, (mark) => (mark > 0 ? 1 : 0)),
    shape,
  );
}

/**
 * Sets entries of a derivative along this entry of an input to 0 where it does not depend on it: there, infinite values
 * elsewhere would leave 0·∞. Looks only where something is no number.
 */
export function clearStructuralZeros(
  program: Program,
  input: number,
  entry: number,
  derivative: FloatArray,
): void {
  if (!derivative.some(Number.isNaN)) return;
  const { nodes, inputs, outputs } = program;
  mayDepend(nodes, inputs[input]!, entry, outputs[0]!).forEach((may, i) => {
    if (!may) derivative[i] = 0;
  });
}
