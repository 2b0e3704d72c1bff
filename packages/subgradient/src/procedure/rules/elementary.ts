import type { UnaryOp } from '@nonsmooth/autodiff';
import { entrywise, type Rule } from './rule.js';

/** The rule of a function of one number. */
export const unary: Rule<UnaryOp> = ({ node, index, inputs: [x] }, scalars) =>
  scalars.call(node, x!, index);

/** Functions of one number that are products. */
export const unaryProducts: { readonly [O in 'neg' | 'square']: Rule<O> } = {
  neg: entrywise((scalars, _, u) => scalars.product(scalars.constant(-1), u)),
  square: entrywise((scalars, _, u) => scalars.product(u, u)),
};
