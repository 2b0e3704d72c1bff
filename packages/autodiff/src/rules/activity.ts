import type { Operand, Value } from '../emit.js';
import { where } from '../ops/choice.js';
import { greater, less, notEqual } from '../ops/comparisons.js';
import { forUnary } from '../forward/scalar.js';
import { matmul, matrixTranspose } from '../ops/linear-algebra.js';
import { keepAxes, sum } from '../ops/reductions.js';
import { broadcastTo } from '../ops/structure.js';
import type { Node, NodeOf, Op } from '../program.js';
import type { RuleContext } from './context.js';
import { cotangents } from './reverse.js';

/** A node, its inputs and value, and the mask m: 1 where the node's value reaches the output, else 0. */
export interface Masked<O extends Op> {
  readonly node: NodeOf<O>;
  readonly index: number;
  readonly x: readonly Value[];
  readonly y: Value;
  readonly m: Value;
}

type GroupOp =
  | 'softmax'
  | 'logSoftmax'
  | 'direction'
  | 'orthogonal'
  | 'centred'
  | 'compensated'
  | 'softmaxProduct';

type Masks = readonly (Operand | undefined)[];
type ActivityRule<O extends Op> = (at: Masked<O>) => Masks;

/** A rule, and whether every entry of every input acts where all entries of the value do. */
interface Activity<O extends Op> {
  readonly rule: ActivityRule<O>;
  readonly keepsAll: boolean;
}

type ActivityTable = { readonly [O in Op]: Activity<O> };

const passes = <O extends Op>(rule: ActivityRule<O>): Activity<O> => ({ rule, keepsAll: true });
const cuts = <O extends Op>(rule: ActivityRule<O>): Activity<O> => ({ rule, keepsAll: false });

/** No input acts. */
const ends = cuts<Op>(() => []);

/** Every input acts wherever the value does. */
const entrywise = passes<Op>(({ x, m }) => x.map(() => m));

/** The masks flow as cotangents do: for linear ops with weights that are not negative. */
const asCotangent = <O extends Op>({ node, index, x, y, m }: Masked<O>): Masks =>
  cotangents({ node, index, x, y, c: m }, inert).map((flow) => flow && notEqual(flow(), 0));

const inert: RuleContext = {
  upperWeight: () => 0.5,
  divisor: (_, d) => d,
  mask: () => undefined,
  maskOfInput: () => undefined,
};

/** All entries of a group of each input act where any value of the group does. */
const inGroup = ({ node: { axes }, x, m }: Masked<GroupOp>): Masks =>
  x.map((a) => anywhere(axes, a, m));

/** All entries of a group act where its value does. */
const group = ({ node: { axes }, x: [a], m }: Masked<'logSumExp' | 'norm'>): Masks => [
  broadcastTo(keepAxes(a!, m, axes), a!.shape),
];

/**
 * Where the inputs reach the output, for ops that may cut: what is not chosen does not act. At a tie both
 * branches act, whatever weight the kink policy gives them, and so they do where NaN hides which is chosen.
 */
const activityTable: ActivityTable = {
  input: ends,
  constant: ends,
  variable: entrywise,
  stopGradient: ends,

  ...forUnary(entrywise),

  add: entrywise,
  sub: entrywise,
  mul: entrywise,
  div: entrywise,
  atan2: entrywise,
  xlogy: entrywise,
  maskedMul: cuts(({ node: { masked }, x, m }) => {
    const here = masked ? where(x.at(-1)!, m, 0) : m;
    return [here, here];
  }),

  relu: cuts(({ x: [u], m }) => [where(less(u!, 0), 0, m)]),
  leakyRelu: cuts(({ node: { slope }, x: [u], m }) => [slope === 0 ? where(less(u!, 0), 0, m) : m]),
  abs: entrywise,
  maximum: cuts(({ x: [u, v], m }) => [where(less(u!, v!), 0, m), where(less(v!, u!), 0, m)]),
  minimum: cuts(({ x: [u, v], m }) => [where(less(v!, u!), 0, m), where(less(u!, v!), 0, m)]),

  sign: ends,
  greater: ends,
  greaterEqual: ends,
  equal: ends,
  argmax: ends,

  where: cuts(({ x: [condition], m }) => [
    undefined,
    where(condition!, m, 0),
    where(condition!, 0, m),
  ]),
  branch: cuts(({ x: [u, v], m }) => [
    undefined,
    undefined,
    where(less(u!, v!), 0, m),
    where(less(v!, u!), 0, m),
  ]),
  divisor: cuts(({ x: [, active], m }) => [active ? where(active, m, 0) : m]),

  reshape: passes(asCotangent),
  transpose: passes(asCotangent),
  broadcast: passes(asCotangent),
  slice: cuts(asCotangent),
  embed: passes(asCotangent),
  concatenate: passes(asCotangent),
  gather: cuts(asCotangent),
  scatterAdd: passes(asCotangent),
  cumulativeSum: passes(asCotangent),

  sum: passes(asCotangent),
  max: cuts(asCotangent),
  min: cuts(asCotangent),
  logSumExp: passes(group),
  softmax: passes(inGroup),
  logSoftmax: passes(inGroup),
  norm: passes(group),
  shareToWinners: cuts(asCotangent),
  meanOfWinners: cuts(asCotangent),
  direction: passes(inGroup),
  orthogonal: passes(inGroup),
  centred: passes(inGroup),
  compensated: passes(inGroup),
  softmaxProduct: passes(inGroup),

  matmul: cuts(({ node: { masked }, x: [a, b, own], m }) => {
    const left = greater(matmul(m, broadcastTo(1, matrixTranspose(b!).shape)), 0);
    const right = greater(matmul(broadcastTo(1, matrixTranspose(a!).shape), m), 0);
    return [
      masked === 'left' ? where(own!, left, 0) : left,
      masked === 'right' ? where(own!, right, 0) : right,
    ];
  }),
};

/** 1 for all entries of a group with a 1, else 0. */
function anywhere(axes: readonly number[], x: Value, m: Value): Value {
  return broadcastTo(keepAxes(x, greater(sum(m, axes), 0), axes), x.shape);
}

/** For each input of the node, where a derivative through it matters. */
export function masks<O extends Op>(at: Masked<O>): Masks {
  return (activityTable[at.node.op] as Activity<O>).rule(at);
}

/** Whether all entries of all inputs act where all entries of the value do. */
export function keepsAll(node: Node): boolean {
  return isUnmaskedProduct(node) || activityTable[node.op].keepsAll;
}

function isUnmaskedProduct(node: Node): boolean {
  return node.op === 'matmul' && node.masked === 'none';
}
