import type { Operand, Value } from '../emit.js';
import { emit } from '../emit.js';
import { forUnary } from '../forward/scalar.js';
import { add, div, mul } from '../ops/arithmetic.js';
import { absorb, cotangentTimes, maskedMul } from '../ops/chain-product.js';
import { branch, where } from '../ops/choice.js';
import { log, neg } from '../ops/elementary.js';
import { maskedMatmul, matrixTranspose } from '../ops/linear-algebra.js';
import { keepAxes, norm, softmax, sum } from '../ops/reductions.js';
import {
  broadcastTo,
  embed,
  gather,
  reshape,
  scatterAdd,
  slice,
  stack,
  transpose,
} from '../ops/structure.js';
import type { KinkOp, NodeOf, Op, UnaryOp } from '../program.js';
import { overflows } from '../overflow.js';
import { chain } from './chain.js';
import { broadcastShapes } from '../shape.js';
import type { RuleContext } from './context.js';

/** A node with its inputs x, its value y and the cotangent c that has arrived at it. */
export interface Reached<O extends Op> {
  readonly node: NodeOf<O>;
  readonly index: number;
  readonly x: readonly Value[];
  readonly y: Value;
  readonly c: Value;
}

/**
 * The cotangents of the inputs, each computed only if called for; undefined where nothing flows. Where an
 * input was broadcast, the sweep adds up what the rule returns.
 */
type Cotangents = readonly ((() => Value) | undefined)[];
type ReverseRule<O extends Op> = (at: Reached<O>, context: RuleContext) => Cotangents;
type ReverseRules = { readonly [O in Op]: ReverseRule<O> };

const none = (): Cotangents => [];

/** The product of the chain rule at the node. */
function times<O extends Op>(
  { node, index, y }: Reached<O>,
  context: RuleContext,
): (c: Value, d: Value) => Value {
  const value = overflows(node.op) ? y : undefined;
  return (c, d) => cotangentTimes(c, d, { value, mask: context.mask(index) });
}

const unary = (at: Reached<UnaryOp>, context: RuleContext): Cotangents => [
  () =>
    chain(
      at.c,
      {
        x: at.x[0]!,
        y: at.y,
        times: times(at, context),
        divisor: (d, options) => context.divisor(at.index, d, options),
      },
      at.node,
    ),
];

/** Back over the axes of a reduction: one value per group to all entries of the group. */
const spread = (x: Value, axes: readonly number[], c: Value): Value =>
  broadcastTo(keepAxes(x, c, axes), x.shape);

const upper = ({ index, node }: Reached<KinkOp>, context: RuleContext): Operand =>
  context.upperWeight(index, node);

/** How a cotangent c of y = op(x…) becomes cotangents of the inputs. */
const reverseRules: ReverseRules = {
  input: none,
  constant: none,
  variable: ({ c }) => [() => c],
  stopGradient: none,

  ...forUnary(unary),

  add: ({ c }) => [() => c, () => c],
  sub: ({ c }) => [() => c, () => neg(c)],
  mul: (at, context) => [
    () => times(at, context)(at.c, at.x[1]!),
    () => times(at, context)(at.c, at.x[0]!),
  ],
  // d(u/v) = (du − y·dv)/v
  div: (at, context) => [
    () => div(at.c, context.divisor(at.index, at.x[1]!)),
    () => neg(div(times(at, context)(at.c, at.y), context.divisor(at.index, at.x[1]!))),
  ],
  // d atan2(u, v) = (v·du − u·dv)/r² with r² = u² + v²
  atan2: (at, context) => {
    const [u, v] = at.x;
    const overSquare = (w: Value): Value => atan2Partial(w, u!, v!, at.index, context);
    return [
      () => times(at, context)(at.c, overSquare(v!)),
      () => neg(times(at, context)(at.c, overSquare(u!))),
    ];
  },
  // d(x log y) = log y·dx + x/y·dy
  xlogy: (at, context) => {
    const [u, v] = at.x;
    return [
      () => times(at, context)(at.c, log(v!)),
      () => times(at, context)(at.c, xlogyPartial(u!, v!, at.index, context)),
    ];
  },

  maskedMul: (at, context) => {
    const { guarded, masked } = at.node;
    const value = guarded ? at.x[2] : undefined;
    const mask = masked ? at.x.at(-1) : context.mask(at.index);
    return [0, 1].map((i) => () => maskedMul(at.c, at.x[1 - i]!, { value, mask }));
  },

  relu: (at, context) => [() => branch(at.x[0]!, 0, at.c, 0, upper(at, context))],
  leakyRelu: (at, context) => [
    () => branch(at.x[0]!, 0, at.c, mul(at.node.slope, at.c), upper(at, context)),
  ],
  abs: (at, context) => [() => branch(at.x[0]!, 0, at.c, neg(at.c), upper(at, context))],
  maximum: (at, context) => [
    () => branch(at.x[0]!, at.x[1]!, at.c, 0, upper(at, context)),
    () => branch(at.x[0]!, at.x[1]!, 0, at.c, upper(at, context)),
  ],
  minimum: (at, context) => [
    () => branch(at.x[0]!, at.x[1]!, 0, at.c, upper(at, context)),
    () => branch(at.x[0]!, at.x[1]!, at.c, 0, upper(at, context)),
  ],

  sign: none,
  greater: none,
  greaterEqual: none,
  equal: none,
  argmax: none,

  where: ({ x: [condition], c }) => [
    undefined,
    () => where(condition!, c, 0),
    () => where(condition!, 0, c),
  ],
  branch: ({ x: [u, v, , , tie], c }) => [
    undefined,
    undefined,
    () => branch(u!, v!, c, 0, tie!),
    () => branch(u!, v!, 0, c, tie!),
  ],
  divisor: ({ x: [, active], c }) => [() => (active ? where(active, c, 0) : c)],

  reshape: ({ x: [a], c }) => [() => reshape(c, a!.shape)],
  transpose: ({ node: { permutation }, c }) => [
    () =>
      transpose(
        c,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
  ],
  broadcast: ({ c }) => [() => c],
  slice: ({ node: { starts, steps }, x: [a], c }) => [() => embed(c, starts, steps, a!.shape)],
  embed: ({ node: { starts, steps }, x: [a], c }) => [
    () =>
      slice(
        c,
        starts,
        starts.map((start, axis) => lastOf(start, steps[axis]!, a!.shape[axis]!)),
        steps,
      ),
  ],
  concatenate: ({ node: { axis, shape }, x, c }) => {
    let offset = 0;
    return x.map((part) => {
      const start = offset;
      const end = (offset += part.shape[axis]!);
      return () =>
        slice(
          c,
          shape.map((_, i) => (i === axis ? start : 0)),
          shape.map((extent, i) => (i === axis ? end : extent)),
        );
    });
  },
  gather: ({ node: { axis, indices }, x: [a], c }) => [
    () => scatterAdd(c, indices, axis, a!.shape[axis]!),
  ],
  scatterAdd: ({ node: { axis, indices }, c }) => [() => gather(c, indices, axis)],
  cumulativeSum: ({ node: { axis, reversed, shape }, c }) => [
    () => emit('cumulativeSum', [c], shape, { axis, reversed: !reversed }),
  ],

  sum: ({ node: { axes }, x: [a], c }) => [() => spread(a!, axes, c)],
  max: (at) => [() => share(at)],
  min: (at) => [() => share(at)],
  // ∂ log Σ exp(x) = softmax(x)
  logSumExp: (at, context) => {
    const { axes } = at.node;
    const [a] = at.x;
    return [() => reached(at, context, mul(spread(a!, axes, at.c), softmax(a!, axes)))];
  },
  // dy = y(dx − ⟨y, dx⟩), and this is symmetric
  softmax: (at, context) => [
    () => reached(at, context, overGroups('softmaxProduct', at.y, at.c, at.node.axes)),
  ],
  // dy = dx − ⟨p, dx⟩ with p = softmax(x)
  logSoftmax: (at, context) => {
    const { axes } = at.node;
    const weights = (): Value => softmax(at.x[0]!, axes);
    return [() => reached(at, context, overGroups('compensated', weights(), at.c, axes))];
  },
  norm: (at, context) => {
    const { node, index, y } = at;
    const [a] = at.x;
    const unit = (): Value => unitOf(node, index, a!, y, context);
    return [() => reached(at, context, mul(spread(a!, node.axes, at.c), unit()))];
  },
  shareToWinners: ({ node: { axes }, x: [a, m], c }) => [
    undefined,
    undefined,
    () => emit('meanOfWinners', [a!, m!, c], m!.shape, { axes }),
  ],
  meanOfWinners: ({ node: { axes }, x: [a, m], c }) => [
    undefined,
    undefined,
    () => emit('shareToWinners', [a!, m!, c], a!.shape, { axes }),
  ],
  // u = x/‖x‖: du = (dx − u⟨u, dx⟩)/‖x‖, and this is symmetric
  direction: (at, context) => {
    const { axes } = at.node;
    const divisor = (d: Value): Value => context.divisor(at.index, d);
    const moved = (): Value => directionDerivative(axes, at.x[0]!, at.y, at.c, divisor);
    return [() => reached(at, context, moved())];
  },
  orthogonal: (at, context) => {
    const { axes } = at.node;
    const [u, v] = at.x as [Value, Value];
    const along = (w: Value): Value => spread(u, axes, sum(mul(u, w), axes));
    const ofUnit = (): Value => neg(add(mul(v, along(at.c)), mul(at.c, along(v))));
    return [
      () => reached(at, context, ofUnit(), 0),
      () => reached(at, context, overGroups('orthogonal', u, at.c, axes), 1),
    ];
  },
  // Weights vary with sum 0, so what is the same for all of a group may be added to their cotangents.
  centred: (at, context) => {
    const { axes } = at.node;
    const [p] = at.x as [Value];
    const ofWeights = (): Value => neg(mul(at.y, spread(p, axes, sum(at.c, axes))));
    return [
      () => reached(at, context, ofWeights(), 0),
      () => reached(at, context, overGroups('compensated', p, at.c, axes), 1),
    ];
  },
  compensated: (at, context) => {
    const { axes } = at.node;
    const [p, v] = at.x as [Value, Value];
    const centred = (): Value => overGroups('centred', p, at.c, axes);
    return [
      () => reached(at, context, neg(mul(centred(), spread(p, axes, sum(v, axes)))), 0),
      () => reached(at, context, centred(), 1),
    ];
  },
  softmaxProduct: (at, context) => {
    const { axes } = at.node;
    const [p, v] = at.x as [Value, Value];
    const centred = (w: Value): Value => overGroups('centred', p, w, axes);
    return [
      () => reached(at, context, mul(centred(at.c), centred(v)), 0),
      () => reached(at, context, overGroups('softmaxProduct', p, at.c, axes), 1),
    ];
  },

  // Parts of a factor that are absent stay absent; else the cotangent's mask decides.
  matmul: (at, context) => {
    const { masked } = at.node;
    const [a, b, m] = at.x as [Value, Value, Value?];
    const mask = context.mask(at.index);
    const left = (): Value => maskedMatmul(at.c, matrixTranspose(b), mask, 'left');
    const right = (): Value =>
      masked === 'left'
        ? maskedMatmul(matrixTranspose(a), at.c, matrixTranspose(m!), 'left')
        : maskedMatmul(matrixTranspose(a), at.c, mask, 'right');
    return [
      () => (masked === 'left' ? where(m!, left(), 0) : left()),
      () => (masked === 'right' ? where(m!, right(), 0) : right()),
    ];
  },
};

/** 0 for the entries of an input that do not reach the output, whatever was computed for them. */
function reached<O extends Op>(
  { index }: Reached<O>,
  context: RuleContext,
  value: Value,
  input = 0,
): Value {
  const mask = context.maskOfInput(index, input);
  return mask === undefined ? value : absorb(value, mask);
}

/** w/(u² + v²), without overflow. */
export function atan2Partial(
  w: Value,
  u: Value,
  v: Value,
  index: number,
  context: RuleContext,
): Value {
  const shape = broadcastShapes(u.shape, v.shape);
  const r = norm(stack([u, v].map((entry) => broadcastTo(entry, shape))), [0]);
  const divisor = context.divisor(index, r);
  return div(div(w, divisor), divisor);
}

/** x/y, and 0 where x = 0. */
export function xlogyPartial(x: Value, y: Value, index: number, context: RuleContext): Value {
  return div(x, context.divisor(index, y, { domain: 'positive', unlessZero: x }));
}

type OverGroups = 'orthogonal' | 'centred' | 'compensated' | 'softmaxProduct';

/** An op of two arrays of one shape, group by group. */
export function overGroups(op: OverGroups, y: Value, c: Value, axes: readonly number[]): Value {
  return emit(op, [y, broadcastTo(c, y.shape)], y.shape, { axes });
}

function share({ node: { axes }, x: [a], y, c }: Reached<'max' | 'min'>): Value {
  return emit('shareToWinners', [a!, y, c], a!.shape, { axes });
}

/** x/‖x‖, or what the context chooses where x = 0. */
export function unitOf(
  node: NodeOf<'norm'>,
  index: number,
  x: Value,
  y: Value,
  context: RuleContext,
  dx?: Value,
): Value {
  const { axes } = node;
  const unit = emit('direction', [x], x.shape, { axes });
  const chosen = context.unitAtZero?.(index, node, dx);
  return chosen === undefined ? unit : where(keepAxes(x, y, axes), unit, chosen);
}

/** (c − u⟨u, c⟩)/‖x‖ over the axes. */
export function directionDerivative(
  axes: readonly number[],
  x: Value,
  u: Value,
  c: Value,
  divisor: (d: Value) => Value,
): Value {
  const length = divisor(keepAxes(x, norm(x, axes), axes));
  return div(overGroups('orthogonal', u, c, axes), length);
}

/** The end of a slice of `extent` entries from `start` on. */
function lastOf(start: number, step: number, extent: number): number {
  return extent === 0 ? start : start + (extent - 1) * step + 1;
}

/** The cotangents of the node’s inputs, from the cotangent of its value. */
export function cotangents<O extends Op>(at: Reached<O>, context: RuleContext): Cotangents {
  return (reverseRules[at.node.op] as ReverseRule<O>)(at, context);
}
