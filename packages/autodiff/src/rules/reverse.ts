import type { Operand, Value } from '../emit.js';
import { emit } from '../emit.js';
import { add, div, mul, strongMul, sub } from '../ops/arithmetic.js';
import { branch, where } from '../ops/choice.js';
import { neg } from '../ops/elementary.js';
import { matrixTranspose, strongMatmul } from '../ops/linear-algebra.js';
import { keepAxes, norm, softmax, sum } from '../ops/reductions.js';
import {
  broadcastTo,
  embed,
  gather,
  reshape,
  scatterAdd,
  slice,
  transpose,
} from '../ops/structure.js';
import type { KinkOp, NodeOf, Op, UnaryOp } from '../program.js';
import { chain } from './chain.js';
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

const unary = <O extends UnaryOp>(
  { node, index, x, y, c }: Reached<O>,
  context: RuleContext,
): Cotangents => [() => chain(c, { x: x[0]!, y, divisor: (d) => context.divisor(index, d) }, node)];

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

  neg: unary,
  exp: unary,
  expm1: unary,
  log: unary,
  log1p: unary,
  sqrt: unary,
  square: unary,
  sin: unary,
  cos: unary,
  tan: unary,
  asin: unary,
  acos: unary,
  atan: unary,
  sinh: unary,
  cosh: unary,
  tanh: unary,
  asinh: unary,
  acosh: unary,
  atanh: unary,
  erf: unary,
  erfc: unary,
  logistic: unary,
  softplus: unary,
  pow: unary,
  elementwise: unary,

  add: ({ c }) => [() => c, () => c],
  sub: ({ c }) => [() => c, () => neg(c)],
  mul: ({ x: [u, v], c }) => [() => strongMul(c, v!), () => strongMul(c, u!)],
  strongMul: ({ x: [u, v], c }) => [() => strongMul(c, v!), () => strongMul(c, u!)],
  // d(u/v) = (du − y·dv)/v
  div: ({ index, x: [, v], y, c }, context) => [
    () => div(c, context.divisor(index, v!)),
    () => neg(div(strongMul(c, y), context.divisor(index, v!))),
  ],
  // d atan2(u, v) = (v·du − u·dv)/(u² + v²)
  atan2: ({ index, x: [u, v], c }, context) => {
    const inverse = (): Value => div(1, context.divisor(index, sumOfSquares(u!, v!)));
    return [
      () => strongMul(strongMul(c, v!), inverse()),
      () => neg(strongMul(strongMul(c, u!), inverse())),
    ];
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

  sum: ({ node: { axes }, x: [a], c }) => [() => spread(a!, axes, c)],
  max: (at) => [() => share(at)],
  min: (at) => [() => share(at)],
  // ∂ log Σ exp(x) = softmax(x)
  logSumExp: ({ node: { axes }, x: [a], c }) => [
    () => strongMul(spread(a!, axes, c), softmax(a!, axes)),
  ],
  // dy = y(dx − ⟨y, dx⟩), and this is symmetric
  softmax: ({ node: { axes }, x: [a], y, c }) => [() => softmaxDerivative(axes, a!, y, c)],
  norm: ({ node, index, x: [a], y, c }, context) => [
    () => strongMul(spread(a!, node.axes, c), unitOf(node, index, a!, y, context)),
  ],
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
  direction: ({ index, node: { axes }, x: [a], y, c }, context) => [
    () => projectOut(axes, a!, y, c, (d) => context.divisor(index, d)),
  ],

  matmul: ({ x: [a, b], c }) => [
    () => strongMatmul(c, matrixTranspose(b!)),
    () => strongMatmul(matrixTranspose(a!), c),
  ],
};

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

/** y(c − ⟨y, c⟩) over the axes. */
export function softmaxDerivative(axes: readonly number[], x: Value, y: Value, c: Value): Value {
  return strongMul(y, sub(c, keepAxes(x, sum(strongMul(y, c), axes), axes)));
}

/** (c − u⟨u, c⟩)/‖x‖ over the axes. */
export function projectOut(
  axes: readonly number[],
  x: Value,
  u: Value,
  c: Value,
  divisor: (d: Value) => Value,
): Value {
  const along = keepAxes(x, sum(mul(u, c), axes), axes);
  return div(sub(c, mul(u, along)), divisor(keepAxes(x, norm(x, axes), axes)));
}

export function sumOfSquares(u: Value, v: Value): Value {
  return add(mul(u, u), mul(v, v));
}

/** The end of a slice of `extent` entries from `start` on. */
function lastOf(start: number, step: number, extent: number): number {
  return extent === 0 ? start : start + (extent - 1) * step + 1;
}

export function cotangents<O extends Op>(at: Reached<O>, context: RuleContext): Cotangents {
  return (reverseRules[at.node.op] as ReverseRule<O>)(at, context);
}
