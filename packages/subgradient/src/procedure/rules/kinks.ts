import type { KinkOp } from '@nonsmooth/autodiff';
import { single } from '../entries.js';
import type { Kink, Scalars } from '../scalars.js';
import { spread, type Reached, type Rule } from './rule.js';

const kinkOf: { readonly [O in KinkOp]: Kink<O> } = {
  relu: {
    side: (scalars, isAbove, u) => (isAbove ? u : scalars.constant(0)),
    recombine: (scalars, absolute, u) => scalars.weighted([u, absolute], [0.5, 0.5]),
  },
  leakyRelu: {
    side: (scalars, isAbove, u, _, { slope }) => (isAbove ? u : scalars.weighted([u], [slope])),
    recombine: (scalars, absolute, u, _, node) => {
      const slope = scalars.constant(node.slope);
      const half = scalars.constant(0.5);
      const sum = scalars.sum(
        [scalars.constant(1), scalars.constant(1)],
        [scalars.constant(1), slope],
      );
      const difference = scalars.sum(
        [scalars.constant(1), scalars.constant(-1)],
        [scalars.constant(1), slope],
      );
      return scalars.sum(
        [scalars.product(half, sum), scalars.product(half, difference)],
        [u, absolute],
      );
    },
  },
  abs: {
    side: (scalars, isAbove, u) => (isAbove ? u : scalars.weighted([u], [-1])),
    recombine: (_, absolute) => absolute,
  },
  maximum: {
    side: (_, isAbove, u, v) => (isAbove ? u : v),
    recombine: (scalars, absolute, u, v) => scalars.weighted([u, v, absolute], [0.5, 0.5, 0.5]),
  },
  minimum: {
    side: (_, isAbove, u, v) => (isAbove ? v : u),
    recombine: (scalars, absolute, u, v) => scalars.weighted([u, v, absolute], [0.5, 0.5, -0.5]),
  },
};

/** The scalar of each entry of a kink. */
function kinkRule<O extends KinkOp>(kink: Kink<O>): Rule<O> {
  const entryOf = (
    { node, index }: Reached<O>,
    scalars: Scalars,
    entry: number,
    u: number,
    v: number,
  ): number => {
    const z = v < 0 ? u : scalars.combine(1, u, -1, v);
    return scalars.kink(kink, { node, index, entry, u, v, z });
  };
  return (at, scalars) => {
    const [x, y] = at.inputs;
    if (x!.length === 1 && (y === undefined || y.length === 1)) {
      return single(entryOf(at, scalars, 0, x![0]!, y === undefined ? -1 : y[0]!));
    }
    const [us, vs] = spread(at);
    return us!.map((u, entry) =>
      entryOf(at, scalars, entry, u, vs === undefined ? -1 : vs[entry]!),
    );
  };
}

/** Functions with a kink, entry by entry. */
export const kinks: { readonly [O in KinkOp]: Rule<O> } = {
  relu: kinkRule(kinkOf.relu),
  leakyRelu: kinkRule(kinkOf.leakyRelu),
  abs: kinkRule(kinkOf.abs),
  maximum: kinkRule(kinkOf.maximum),
  minimum: kinkRule(kinkOf.minimum),
};
