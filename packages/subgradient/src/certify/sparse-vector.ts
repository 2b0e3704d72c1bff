import {
  absolute,
  add,
  compare,
  multiply,
  negate,
  parse,
  sign,
  zero,
  type Rational,
} from '../exact/rational.js';
import type { SparseEntries } from '../membership/proofs.js';

// What the checker computes with: sparse vectors of rational numbers.

/** A sparse rational vector: entries that are not stored are 0. */
export type Vector = ReadonlyMap<number, Rational>;

/** Reads a vector from the entries of a certificate. */
export function vector(entries: SparseEntries): Map<number, Rational> {
  return new Map(entries.map(([t, text]) => [t, parse(text)]));
}

/** Whether all entries are 0. */
export function isZero(v: Vector): boolean {
  return [...v.values()].every(({ n }) => n === 0n);
}

/** The inner product ⟨u, v⟩, exact. */
export function product(u: Vector, v: Vector): Rational {
  let total = zero;
  for (const [t, x] of u) {
    const y = v.get(t);
    if (y !== undefined) total = add(total, multiply(x, y));
  }
  return total;
}

/** into + factor·v, in place. */
export function addMultiple(
  into: Map<number, Rational>,
  factor: Rational,
  v: Vector,
): Map<number, Rational> {
  if (factor.n === 0n) return into;
  for (const [t, x] of v) into.set(t, add(into.get(t) ?? zero, multiply(factor, x)));
  return into;
}

/** x, 0 or −x. */
export function signed(x: Rational, side: number): Rational {
  return side > 0 ? x : side < 0 ? negate(x) : zero;
}

/** Sign of |x| − y. */
export function compareSizes(x: Rational, y: Rational): number {
  return compare(absolute(x), y);
}

/** Whether the weights are those of a convex combination. */
export function areConvex(terms: readonly { readonly weight: string }[]): boolean {
  const weights = terms.map(({ weight }) => parse(weight));
  const total = weights.reduce(add, zero);
  return weights.every((w) => sign(w) >= 0) && total.n === total.d;
}
