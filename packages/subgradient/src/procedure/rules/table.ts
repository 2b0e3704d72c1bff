import { unaryOps, type Node, type Op, type UnaryOp } from '@nonsmooth/autodiff';
import { arithmetic } from './arithmetic.js';
import { comparisons } from './comparisons.js';
import { unary, unaryProducts } from './elementary.js';
import { kinks } from './kinks.js';
import { reductions } from './reductions.js';
import type { Rule } from './rule.js';
import { structure } from './structure.js';

const elementary = Object.fromEntries(unaryOps.map((op) => [op, unary])) as {
  readonly [O in UnaryOp]: Rule<O>;
};

/** How each op becomes scalars: an op without a rule does not compile. */
const rules: { readonly [O in Op]: Rule<O> } = {
  ...structure,
  ...arithmetic,
  ...elementary,
  ...unaryProducts,
  ...kinks,
  ...comparisons,
  ...reductions,
};

/** The rule of a node's op. */
export function ruleOf({ op }: Node): Rule<Op> {
  return rules[op] as Rule<Op>;
}
