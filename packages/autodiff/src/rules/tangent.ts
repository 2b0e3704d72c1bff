import type { Operand, Value } from '../emit.js';
import { emit } from '../emit.js';
import { forUnary } from '../forward/scalar.js';
import { add, div, mul, sub } from '../ops/arithmetic.js';
import { maskedMul } from '../ops/chain-product.js';
import { branch, where } from '../ops/choice.js';
import { log, neg } from '../ops/elementary.js';
import { maskedMatmul } from '../ops/linear-algebra.js';
import { keepAxes, softmax, sum } from '../ops/reductions.js';
import { broadcastTo } from '../ops/structure.js';
import type { KinkOp, NodeOf, Op, UnaryOp } from '../program.js';
import { chain } from './chain.js';
import type { RuleContext } from './context.js';
import { atan2Partial, directionDerivative, overGroups, unitOf, xlogyPartial } from './reverse.js';

/** A node with its inputs x, its value y and the tangents dx of the inputs, undefined where they are 0. */
export interface Moved<O extends Op> {
  readonly node: NodeOf<O>;
  readonly index: number;
  readonly x: readonly Value[];
  readonly y: Value;
  readonly dx: readonly (Value | undefined)[];
}

type TangentRule<O extends Op> = (at: Moved<O>, context: RuleContext) => Value | undefined;
type TangentRules = { readonly [O in Op]: TangentRule<O> };

const none = (): undefined => undefined;

const unary = ({ node, index, x, y, dx }: Moved<UnaryOp>, context: RuleContext): Value =>
  chain(
    dx[0]!,
    {
      x: x[0]!,
      y,
      times: mul,
      divisor: (d, options) => context.divisor(index, d, options),
    },
    node,
  );

/** The op itself, applied to the tangents: for ops that are linear in all inputs. */
const linear = <O extends Op>({ node, x, dx }: Moved<O>): Value => {
  const { op, inputs: _, shape, ...attributes } = node;
  const moved = x.map((value, i) => dx[i] ?? broadcastTo(0, value.shape));
  return emit(op, moved, shape, attributes as never);
};

/** Sums over the axes, which stay as extents of 1. */
const group = (x: Value, axes: readonly number[], entries: Value): Value =>
  keepAxes(x, sum(entries, axes), axes);

/** Sum of the terms that there are. */
function total(...terms: (Value | undefined)[]): Value | undefined {
  let result: Value | undefined;
  for (const term of terms) {
    if (term !== undefined) result = result === undefined ? term : add(result, term);
  }
  return result;
}

const upper = ({ index, node, dx: [du, dv] }: Moved<KinkOp>, context: RuleContext): Operand =>
  context.upperWeight(index, node, () => sub(du ?? 0, dv ?? 0));

/** As at the node, what was not chosen is 0. */
const chained = ({ node, x, dx }: Moved<'maskedMul'>): Value | undefined => {
  const [c, d] = x;
  const [dc, dd] = dx;
  const mask = node.masked ? x.at(-1) : undefined;
  return total(dc && maskedMul(dc, d!, { mask }), dd && maskedMul(c!, dd, { mask }));
};

const extreme = ({ node, x, y, dx: [da] }: Moved<'max' | 'min'>): Value =>
  emit('meanOfWinners', [x[0]!, y, da!], node.shape, { axes: node.axes });

/** How tangents of the inputs become the tangent of the value; called only if some input has one. */
const tangentRules: TangentRules = {
  input: none,
  constant: none,
  variable: ({ dx }) => dx[0],
  stopGradient: none,

  ...forUnary(unary),

  add: ({ dx: [du, dv] }) => total(du, dv),
  sub: ({ dx: [du, dv] }) => (du && dv ? sub(du, dv) : (du ?? neg(dv!))),
  mul: ({ x: [u, v], dx: [du, dv] }) => total(du && mul(du, v!), dv && mul(u!, dv)),
  maskedMul: chained,
  // d(u/v) = (du − y·dv)/v
  div: ({ index, x: [, v], y, dx: [du, dv] }, context) =>
    div(total(du, dv && neg(mul(y, dv)))!, context.divisor(index, v!)),
  // d atan2(u, v) = (v·du − u·dv)/(u² + v²)
  atan2: ({ index, x: [u, v], dx: [du, dv] }, context) =>
    total(
      du && mul(du, atan2Partial(v!, u!, v!, index, context)),
      dv && neg(mul(dv, atan2Partial(u!, u!, v!, index, context))),
    ),
  // d(x log y) = log y·dx + x/y·dy
  xlogy: ({ index, x: [u, v], dx: [du, dv] }, context) =>
    total(du && mul(du, log(v!)), dv && mul(dv, xlogyPartial(u!, v!, index, context))),

  relu: (at, context) => branch(at.x[0]!, 0, at.dx[0]!, 0, upper(at, context)),
  leakyRelu: (at, context) =>
    branch(at.x[0]!, 0, at.dx[0]!, mul(at.node.slope, at.dx[0]!), upper(at, context)),
  abs: (at, context) => branch(at.x[0]!, 0, at.dx[0]!, neg(at.dx[0]!), upper(at, context)),
  maximum: (at, context) =>
    branch(at.x[0]!, at.x[1]!, at.dx[0] ?? 0, at.dx[1] ?? 0, upper(at, context)),
  minimum: (at, context) =>
    branch(at.x[0]!, at.x[1]!, at.dx[1] ?? 0, at.dx[0] ?? 0, upper(at, context)),

  sign: none,
  greater: none,
  greaterEqual: none,
  equal: none,
  argmax: none,

  where: ({ x: [condition], dx: [, da, db] }) =>
    da || db ? where(condition!, da ?? 0, db ?? 0) : undefined,
  branch: ({ x: [u, v, , , tie], dx: [, , da, db] }) =>
    da || db ? branch(u!, v!, da ?? 0, db ?? 0, tie!) : undefined,
  divisor: ({ x: [, active], dx: [d] }) => (d && active ? where(active, d, 0) : d),

  reshape: linear,
  transpose: linear,
  broadcast: linear,
  slice: linear,
  embed: linear,
  concatenate: linear,
  gather: linear,
  scatterAdd: linear,
  cumulativeSum: linear,

  sum: linear,
  max: extreme,
  min: extreme,
  // ∂ log Σ exp(x) = softmax(x)
  logSumExp: ({ node: { axes }, x: [a], dx: [da] }) => sum(mul(da!, softmax(a!, axes)), axes),
  softmax: ({ node: { axes }, y, dx: [da] }) => overGroups('softmaxProduct', y, da!, axes),
  // dx − ⟨p, dx⟩ with p = softmax(x)
  logSoftmax: ({ node: { axes }, x: [a], dx: [da] }) =>
    overGroups('centred', softmax(a!, axes), da!, axes),
  norm: ({ node, index, x: [a], y, dx: [da] }, context) =>
    sum(mul(da!, unitOf(node, index, a!, y, context, da)), node.axes),
  shareToWinners: ({ node: { axes, shape }, x: [a, m], dx: [, , dc] }) =>
    dc && emit('shareToWinners', [a!, m!, dc], shape, { axes }),
  meanOfWinners: ({ node: { axes, shape }, x: [a, m], dx: [, , da] }) =>
    da && emit('meanOfWinners', [a!, m!, da], shape, { axes }),
  direction: ({ index, node: { axes }, x: [a], y, dx: [da] }, context) =>
    directionDerivative(axes, a!, y, da!, (d) => context.divisor(index, d)),
  orthogonal: ({ node: { axes }, x: [u, v], dx: [du, dv] }) => {
    const along = (a: Value, b: Value): Value => group(u!, axes, mul(a, b));
    return total(
      dv && overGroups('orthogonal', u!, dv, axes),
      du && neg(add(mul(du, along(u!, v!)), mul(u!, along(du, v!)))),
    );
  },
  // Weights vary with sum 0: what is the same for all of a group may be taken away from what they multiply.
  centred: ({ node: { axes }, x: [p], y, dx: [dp, dv] }) =>
    total(
      dv && overGroups('centred', p!, dv, axes),
      dp && neg(broadcastTo(group(p!, axes, mul(dp, y)), p!.shape)),
    ),
  compensated: ({ node: { axes }, x: [p, v], dx: [dp, dv] }) =>
    total(dv && overGroups('compensated', p!, dv, axes), dp && neg(mul(dp, group(p!, axes, v!)))),
  softmaxProduct: ({ node: { axes }, x: [p, v], dx: [dp, dv] }) => {
    const centred = overGroups('centred', p!, v!, axes);
    return total(
      dv && overGroups('softmaxProduct', p!, dv, axes),
      dp && sub(mul(dp, centred), mul(p!, group(p!, axes, mul(dp, centred)))),
    );
  },

  matmul: ({ node: { masked }, x: [a, b, m], dx: [da, db] }) => {
    const product = (u: Value, v: Value): Value =>
      masked === 'none' ? maskedMatmul(u, v, undefined, 'left') : maskedMatmul(u, v, m, masked);
    return total(da && product(da, b!), db && product(a!, db));
  },
};

/** The tangent of the node’s value, from the tangents of its inputs; `undefined` for 0. */
export function tangent<O extends Op>(at: Moved<O>, context: RuleContext): Value | undefined {
  return (tangentRules[at.node.op] as TangentRule<O>)(at, context);
}
