import { divisor, chooseByCondition, chooseByOrder } from '../forward/choice.js';
import { broadcastLoop, positions } from '../forward/broadcast.js';
import { innerLoops } from '../forward/inner-loops.js';
import { batchedProduct } from '../forward/matmul.js';
import type { Factor } from '../forward/matmul.js';
import * as reduction from '../forward/reduction.js';
import { maskedProduct } from '../forward/masked-product.js';
import { forUnary, scalarOf } from '../forward/scalar.js';
import type { Buffer, Step } from '../forward/step.js';
import * as structure from '../forward/structure.js';
import { loopOf, over, unaryLoops } from '../forward/unary-loops.js';
import * as weights from '../forward/weights.js';
import type { Node, NodeOf, Op, UnaryOp } from '../program.js';

/** Binds a node to the arrays of its inputs, which a product may find transposed, and of its value. */
type ForwardRule<O extends Op> = (node: NodeOf<O>, inputs: readonly Factor[], out: Buffer) => Step;

type ForwardRules = { readonly [O in Op]: ForwardRule<O> };

const unary = (node: NodeOf<UnaryOp>, [x]: readonly Buffer[], out: Buffer): Step =>
  over(loopOf(scalarOf(node)), x!, out);

const cheap =
  (op: keyof typeof unaryLoops): Untyped =>
  (_, [x], out) =>
    over(unaryLoops[op], x!, out);

const binary =
  (op: keyof typeof innerLoops): Untyped =>
  (_, [u, v], out) =>
    broadcastLoop(innerLoops[op], u!, v!, out);

/** A rule that needs no attributes. */
type Untyped = (node: unknown, inputs: readonly Buffer[], out: Buffer) => Step;

const copy: Untyped = (_, [x], out) => {
  return () => out.data.set(x!.data);
};

const given: Untyped = () => () => {};

/** How each op computes its value. */
const forwardRules: ForwardRules = {
  input: given,
  constant: ({ value }, _, out) => {
    out.data.set(value.data);
    return () => {};
  },
  variable: copy,
  stopGradient: copy,

  ...forUnary(unary),
  neg: cheap('neg'),
  sqrt: cheap('sqrt'),
  square: cheap('square'),

  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div'),
  atan2: binary('atan2'),
  xlogy: binary('xlogy'),
  maskedMul: (node, inputs, out) => maskedProduct(node, inputs, out),

  relu: cheap('relu'),
  leakyRelu: ({ slope }, [x], out) =>
    over(
      loopOf((v) => (v > 0 ? v : slope * v)),
      x!,
      out,
    ),
  abs: cheap('abs'),
  maximum: binary('maximum'),
  minimum: binary('minimum'),

  sign: cheap('sign'),
  greater: binary('greater'),
  greaterEqual: binary('greaterEqual'),
  equal: binary('equal'),
  argmax: ({ axis }, [x], out) => reduction.argmax(axis, x!, out),

  where: (_, inputs, out) => chooseByCondition(inputs, out),
  branch: (_, inputs, out) => chooseByOrder(inputs, out),
  divisor: (node, inputs, out) => divisor(node, inputs, out),

  reshape: copy,
  transpose: (node, [x], out) => structure.pick(x!, structure.transposePositions(node, x!), out),
  broadcast: (_, [x], out) => structure.pick(x!, positions(x!, out), out),
  slice: (node, [x], out) =>
    structure.pick(x!, structure.slicePositions(node, x!.shape, out.shape), out),
  embed: (node, [x], out) =>
    structure.deposit(x!, structure.slicePositions(node, out.shape, x!.shape), out),
  concatenate: ({ axis }, inputs, out) => structure.join(axis, inputs, out),
  gather: (node, [x], out) => structure.pick(x!, structure.gatherPositions(node, x!.shape), out),
  scatterAdd: (node, [x], out) =>
    structure.deposit(x!, structure.gatherPositions(node, out.shape), out),
  cumulativeSum: ({ axis, reversed }, [x], out) => structure.accumulate(axis, reversed, x!, out),

  sum: ({ axes }, [x], out) => reduction.sums(axes, x!, out),
  max: ({ axes }, [x], out) => reduction.reduce(reduction.largest, axes, x!, out),
  min: ({ axes }, [x], out) => reduction.reduce(reduction.smallest, axes, x!, out),
  logSumExp: ({ axes }, [x], out) => reduction.reduce(weights.logSumExp, axes, x!, out),
  softmax: ({ axes }, [x], out) => weights.softmax(axes, x!, out),
  logSoftmax: ({ axes }, [x], out) => weights.logSoftmax(axes, x!, out),
  norm: ({ axes }, [x], out) => reduction.reduce(reduction.euclidean, axes, x!, out),
  shareToWinners: ({ axes }, [x, m, c], out) => reduction.shareToWinners(axes, x!, m!, c!, out),
  meanOfWinners: ({ axes }, [x, m, a], out) => reduction.meanOfWinners(axes, x!, m!, a!, out),
  direction: ({ axes }, [x], out) => reduction.direction(axes, x!, out),
  orthogonal: ({ axes }, [u, c], out) => weights.orthogonal(axes, u!, c!, out),
  centred: ({ axes }, [y, c], out) => weights.centred(axes, y!, c!, out),
  compensated: ({ axes }, [y, c], out) => weights.compensated(axes, y!, c!, out),
  softmaxProduct: ({ axes }, [y, c], out) => weights.softmaxProduct(axes, y!, c!, out),

  matmul: ({ masked }, [a, b, mask], out) => batchedProduct(a!, b!, out, masked, mask),
};

/** The step that computes `node` from arrays of its inputs' shapes into one of its own shape. */
export function prepare(node: Node, inputs: readonly Factor[], out: Buffer): Step {
  return (forwardRules[node.op] as ForwardRule<Op>)(node, inputs, out);
}
