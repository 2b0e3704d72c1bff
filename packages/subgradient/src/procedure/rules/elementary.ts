import type { NodeOf, UnaryOp } from '@nonsmooth/autodiff';
import { toNumber } from '../../exact/rational.js';
import { elementaryRule } from '../elementary-bounds.js';
import { elementaryValues, exactValues, nameOf, ruledAt } from '../elementary.js';
import { single, type Entries } from '../entries.js';
import type { Expansion } from '../expansion.js';
import type { Call } from '../tape.js';
import { entrywise, type Rule } from './rule.js';

/** The rule of a function of one number. */
export const unary: Rule<UnaryOp> = ({ node, index, inputs: [x] }, expansion) =>
  x!.length === 1
    ? single(callOnce(expansion, node, x![0]!, index))
    : callEach(expansion, node, x!, index);

/** Functions of one number that are products. */
export const unaryProducts: { readonly [O in 'neg' | 'square']: Rule<O> } = {
  neg: entrywise(({ tape }, _, u) => tape.product(tape.constant(-1), u)),
  square: entrywise(({ tape }, _, u) => tape.product(u, u)),
};

/** As `callEach` at one argument, where the function has a rule and is Lipschitz for sure. */
function callOnce(expansion: Expansion, node: NodeOf<UnaryOp>, id: number, index: number): number {
  const { tape } = expansion;
  const rule = elementaryRule(node);
  const found = rule && ruledAt(rule, tape.value[id]!, tape.radius[id]!);
  if (rule === undefined || found === undefined || found.isSingular) {
    return callEach(expansion, node, single(id), index)[0]!;
  }
  return tape.apply(found.value, found.valueRadius, {
    name: nameOf(node),
    arguments: [id],
    partials: [found.derivative],
    partialRadii: [found.derivativeRadius],
    exactly: (x) => exactValues(node, x),
    slope: rule.slope,
  });
}

/** Calls of the function of a node at many arguments; where it is not Lipschitz that is reported. */
export function callEach(
  expansion: Expansion,
  node: NodeOf<UnaryOp>,
  at: Entries,
  index: number,
): Entries {
  const { tape } = expansion;
  const argument = Float64Array.from(at, (id) => tape.value[id]!);
  const radii = Float64Array.from(at, (id) => tape.radius[id]!);
  let values = elementaryValues(node, argument, radii);
  const isHidden = values.singular.filter((entry) => radii[entry]! > 0);
  if (isHidden.length > 0) {
    // the arguments without their rounding, where they are rational
    for (const entry of isHidden) {
      const exact = tape.exact(at[entry]!);
      if (exact === undefined) continue;
      const x = toNumber(exact);
      argument[entry] = x;
      radii[entry] = exact.n === 0n ? 0 : Math.abs(x) * 2 ** -52;
    }
    values = elementaryValues(node, argument, radii);
  }
  const singular = new Set(values.singular);
  const name = nameOf(node);
  const rule = elementaryRule(node);
  return at.map((id, i) => {
    const call: Call = {
      name,
      arguments: [id],
      partials: [values.derivative[i]!],
      partialRadii: [values.derivativeRadius[i]!],
      exactly: (x) => exactValues(node, x),
      ...(rule && { slope: rule.slope }),
    };
    const scalar = tape.apply(values.value[i]!, values.valueRadius[i]!, call);
    if (singular.has(i)) {
      const reason = radii[i]! > 0 ? 'may not be' : 'is not';
      expansion.reportAt(scalar, index, i, `${node.op} ${reason} Lipschitz here`);
    }
    return scalar;
  });
}

/** One call of a function that is part of another op. */
export function callOne(
  expansion: Expansion,
  op: 'exp' | 'log' | 'sqrt',
  scalar: number,
  index: number,
): number {
  return callEach(expansion, { op, inputs: [0], shape: [] }, single(scalar), index)[0]!;
}

const reciprocalNode: NodeOf<'pow'> = { op: 'pow', inputs: [0], shape: [], exponent: -1 };

/** 1/v for all v. */
export function reciprocals(expansion: Expansion, v: Entries, index: number): Entries {
  return callEach(expansion, reciprocalNode, v, index);
}
