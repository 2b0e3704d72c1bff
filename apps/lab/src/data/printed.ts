import type { Term } from './term.js';

const signs: Readonly<Record<string, readonly [sign: string, strength: number]>> = {
  or: ['or', 1],
  and: ['and', 2],
  equal: ['==', 3],
  notEqual: ['!=', 3],
  less: ['<', 3],
  lessEqual: ['<=', 3],
  greater: ['>', 3],
  greaterEqual: ['>=', 3],
  add: ['+', 4],
  sub: ['-', 4],
  mul: ['*', 5],
  div: ['/', 5],
  mod: ['%', 5],
  pow: ['^', 7],
};

/** A term in the language of expressions: read again, it is the same function. */
export function printed(term: Term, around = 0): string {
  const [op, ...args] = term;
  if (op === 'x') return ['x', 'y', 'z'][args[0] as number] ?? `x${args[0] as number}`;
  if (op === 'c') {
    const value = args[0] as number;
    return value < 0 && around > 4 ? `(${value})` : String(value);
  }
  const terms = args as Term[];
  const [first, ...others] = terms as [Term, ...Term[]];
  const within = (text: string, strength: number): string =>
    strength < around ? `(${text})` : text;
  if (op === 'neg') return within(`-${printed(first, 6)}`, 4);
  if (op === 'plus') return printed(first, around);
  if (op === 'not') return within(`not ${printed(first, 8)}`, 3);
  if (op === 'if') {
    const [when, then, otherwise] = terms.map((one) => printed(one, 1));
    return within(`${when} ? ${then} : ${otherwise}`, 0.5);
  }
  const known = signs[op];
  if (!known) return `${op}(${terms.map((one) => printed(one)).join(', ')})`;
  const [sign, strength] = known;
  // powers bind from the right, and comparisons in a row are one chain
  const apart = op === 'pow' || strength === 3;
  // operations of two take more arguments one after the other, from the left
  const text = others.reduce(
    (left, one) => `${left} ${sign} ${printed(one, strength + 1)}`,
    printed(first, apart ? strength + 1 : strength),
  );
  return within(text, strength);
}
