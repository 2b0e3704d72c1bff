import type { KinkOp, NodeOf } from '@nonsmooth/autodiff';
import type { Expansion } from '../expansion.js';
import { single } from '../entries.js';
import { spread, type Reached, type Rule } from './rule.js';

/** A function of u, or of u and v, with a kink where z = u, or u − v, is 0. */
interface Kink<O extends KinkOp> {
  /** The value on the side where z has this sign. */
  readonly side: (
    expansion: Expansion,
    isAbove: boolean,
    u: number,
    v: number,
    node: NodeOf<O>,
  ) => number;
  /** The value from the arguments and |z|. */
  readonly recombine: (
    expansion: Expansion,
    absolute: number,
    u: number,
    v: number,
    node: NodeOf<O>,
  ) => number;
}

const kinkOf: { readonly [O in KinkOp]: Kink<O> } = {
  relu: {
    side: ({ tape }, isAbove, u) => (isAbove ? u : tape.constant(0)),
    recombine: (expansion, absolute, u) => expansion.combine([u, absolute], [0.5, 0.5]),
  },
  leakyRelu: {
    side: (expansion, isAbove, u, _, { slope }) => (isAbove ? u : expansion.combine([u], [slope])),
    recombine: ({ tape }, absolute, u, _, node) => {
      const slope = tape.constant(node.slope);
      const half = tape.constant(0.5);
      const sum = tape.sum([tape.constant(1), tape.constant(1)], [tape.constant(1), slope]);
      const difference = tape.sum([tape.constant(1), tape.constant(-1)], [tape.constant(1), slope]);
      return tape.sum([tape.product(half, sum), tape.product(half, difference)], [u, absolute]);
    },
  },
  abs: {
    side: (expansion, isAbove, u) => (isAbove ? u : expansion.combine([u], [-1])),
    recombine: (_, absolute) => absolute,
  },
  maximum: {
    side: (_, isAbove, u, v) => (isAbove ? u : v),
    recombine: (expansion, absolute, u, v) => expansion.combine([u, v, absolute], [0.5, 0.5, 0.5]),
  },
  minimum: {
    side: (_, isAbove, u, v) => (isAbove ? v : u),
    recombine: (expansion, absolute, u, v) => expansion.combine([u, v, absolute], [0.5, 0.5, -0.5]),
  },
};

/** Kinks on their side where the sign of z is known, and |z| where z = 0. */
function kinkRule<O extends KinkOp>(kink: Kink<O>): Rule<O> {
  return (at, expansion) => {
    const [x, y] = at.inputs;
    if (x!.length === 1 && (y === undefined || y.length === 1)) {
      return single(kinkAt(kink, at, expansion, 0, x![0]!, y === undefined ? -1 : y[0]!));
    }
    const [us, vs] = spread(at);
    return us!.map((u, entry) =>
      kinkAt(kink, at, expansion, entry, u, vs === undefined ? -1 : vs[entry]!),
    );
  };
}

/** The scalar of one entry of a kink with the argument u, or u and v; v = −1 where there is none. */
function kinkAt<O extends KinkOp>(
  { side, recombine }: Kink<O>,
  { node, index }: Reached<O>,
  expansion: Expansion,
  entry: number,
  u: number,
  v: number,
): number {
  const { tape } = expansion;
  const z = v < 0 ? u : tape.combine(1, u, -1, v);
  const position = expansion.offsetOf(index) + entry;
  expansion.switching[position] = z;
  const sign = tape.signOf(z);
  if (sign === 1 || sign === -1) return side(expansion, sign > 0, u, v, node);
  const variable = { index: position, op: node.op, node: index, entry, scalar: z };
  if (sign === undefined) {
    expansion.unresolved.push(variable);
    const guess = Math.sign(tape.value[z]!);
    if (guess !== 0) return side(expansion, guess > 0, u, v, node);
  }
  expansion.active.push(variable);
  return recombine(expansion, tape.absolute(z), u, v, node);
}

/** Functions with a kink, entry by entry. */
export const kinks: { readonly [O in KinkOp]: Rule<O> } = {
  relu: kinkRule(kinkOf.relu),
  leakyRelu: kinkRule(kinkOf.leakyRelu),
  abs: kinkRule(kinkOf.abs),
  maximum: kinkRule(kinkOf.maximum),
  minimum: kinkRule(kinkOf.minimum),
};
