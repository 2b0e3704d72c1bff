import { dyadicParts, quotient } from './rational.js';

/** n·2^e: what sums and products of doubles are. */
export interface Dyadic {
  readonly n: bigint;
  readonly e: number;
}

/** The number 0. */
export const dyadicZero: Dyadic = { n: 0n, e: 0 };

/** A finite double, exactly. */
export function dyadicOf(x: number): Dyadic {
  const { mantissa: n, exponent: e } = dyadicParts(x);
  return { n, e };
}

/** a + b, exactly. */
export function addDyadics(a: Dyadic, b: Dyadic): Dyadic {
  if (a.n === 0n) return b;
  if (b.n === 0n) return a;
  return a.e <= b.e
    ? { n: a.n + (b.n << BigInt(b.e - a.e)), e: a.e }
    : { n: (a.n << BigInt(a.e - b.e)) + b.n, e: b.e };
}

/** a·b, exactly. */
export function multiplyDyadics(a: Dyadic, b: Dyadic): Dyadic {
  return a.n === 0n || b.n === 0n ? dyadicZero : { n: a.n * b.n, e: a.e + b.e };
}

/** |a|, exactly. */
export function absoluteDyadic({ n, e }: Dyadic): Dyadic {
  return { n: n < 0n ? -n : n, e };
}

/** −1, 0 or 1. */
export function signOfDyadic({ n }: Dyadic): -1 | 0 | 1 {
  return n > 0n ? 1 : n < 0n ? -1 : 0;
}

/** A double within an ulp of it. */
export function doubleOfDyadic({ n, e }: Dyadic): number {
  return e >= 0 ? Number(n << BigInt(e)) : quotient(n, 1n << BigInt(-e));
}

/** The row times a power of two that makes integers of all its entries. */
export function integersOfDyadics(row: readonly Dyadic[]): bigint[] {
  const least = row.reduce((e, x) => (x.n === 0n ? e : Math.min(e, x.e)), Infinity);
  return row.map(({ n, e }) => (n === 0n ? 0n : n << BigInt(e - least)));
}
