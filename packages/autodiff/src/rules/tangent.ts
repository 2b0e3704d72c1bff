import type { Operand, Value } from '../emit.js';
import { emit } from '../emit.js';
import { add, div, mul, strongMul, sub } from '../ops/arithmetic.js';
import { branch, where } from '../ops/choice.js';
import { neg } from '../ops/elementary.js';
import { strongMatmul } from '../ops/linear-algebra.js';
import { softmax, sum } from '../ops/reductions.js';
import { broadcastTo } from '../ops/structure.js';
import type { KinkOp, NodeOf, Op, UnaryOp } from '../program.js';
import { chain } from './chain.js';
import type { RuleContext } from './context.js';
import { projectOut, softmaxDerivative, sumOfSquares, unitOf } from './reverse.js';

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

const unary = <O extends UnaryOp>(
  { node, index, x, y, dx }: Moved<O>,
  context: RuleContext,
): Value => chain(dx[0]!, { x: x[0]!, y, divisor: (d) => context.divisor(index, d) }, node);

/** The op itself, applied to the tangents: for ops that are linear in all inputs. */
const linear = <O extends Op>({ node, x, dx }: Moved<O>): Value => {
  const { op, inputs: _, shape, ...attributes } = node;
  const moved = x.map((value, i) => dx[i] ?? broadcastTo(0, value.shape));
  return emit(op, moved, shape, attributes as never);
};

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

const product = ({ x: [u, v], dx: [du, dv] }: Moved<'mul' | 'strongMul'>): Value | undefined =>
  total(du && strongMul(du, v!), dv && strongMul(u!, dv));

const extreme = ({ node, x, y, dx: [da] }: Moved<'max' | 'min'>): Value =>
  emit('meanOfWinners', [x[0]!, y, da!], node.shape, { axes: node.axes });

/** How tangents of the inputs become the tangent of the value; called only if some input has one. */
const tangentRules: TangentRules = {
  input: none,
  constant: none,
  variable: ({ dx }) => dx[0],
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

  add: ({ dx: [du, dv] }) => total(du, dv),
  sub: ({ dx: [du, dv] }) => (du && dv ? sub(du, dv) : (du ?? neg(dv!))),
  mul: product,
  strongMul: product,
  // d(u/v) = (du − y·dv)/v
  div: ({ index, x: [, v], y, dx: [du, dv] }, context) =>
    div(total(du, dv && neg(strongMul(y, dv)))!, context.divisor(index, v!)),
  // d atan2(u, v) = (v·du − u·dv)/(u² + v²)
  atan2: ({ index, x: [u, v], dx: [du, dv] }, context) =>
    strongMul(
      total(du && strongMul(v!, du), dv && neg(strongMul(u!, dv)))!,
      div(1, context.divisor(index, sumOfSquares(u!, v!))),
    ),

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

  sum: linear,
  max: extreme,
  min: extreme,
  // ∂ log Σ exp(x) = softmax(x)
  logSumExp: ({ node: { axes }, x: [a], dx: [da] }) => sum(strongMul(da!, softmax(a!, axes)), axes),
  softmax: ({ node: { axes }, x: [a], y, dx: [da] }) => softmaxDerivative(axes, a!, y, da!),
  norm: ({ node, index, x: [a], y, dx: [da] }, context) =>
    sum(strongMul(da!, unitOf(node, index, a!, y, context, da)), node.axes),
  shareToWinners: ({ node: { axes, shape }, x: [a, m], dx: [, , dc] }) =>
    dc && emit('shareToWinners', [a!, m!, dc], shape, { axes }),
  meanOfWinners: ({ node: { axes, shape }, x: [a, m], dx: [, , da] }) =>
    da && emit('meanOfWinners', [a!, m!, da], shape, { axes }),
  direction: ({ index, node: { axes }, x: [a], y, dx: [da] }, context) =>
    projectOut(axes, a!, y, da!, (d) => context.divisor(index, d)),

  matmul: ({ x: [a, b], dx: [da, db] }) =>
    total(da && strongMatmul(da, b!), db && strongMatmul(a!, db)),
};

export function tangent<O extends Op>(at: Moved<O>, context: RuleContext): Value | undefined {
  return (tangentRules[at.node.op] as TangentRule<O>)(at, context);
}
