import {
  bitLength,
  dyadicParts,
  greatestCommonDivisor,
  quotient,
  type Rational,
} from './rational.js';

/** A vector of integers of any size. */
export type IntegerVector = readonly bigint[];

/** The inner product of two vectors of the length of `a`, exact. */
export function dotIntegers(a: IntegerVector, b: IntegerVector): bigint {
  let total = 0n;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

/** The sign of an integer: −1, 0 or 1. */
export function signOf(x: bigint): number {
  return x > 0n ? 1 : x < 0n ? -1 : 0;
}

/** Whether all entries are 0. */
export function isZero(a: IntegerVector): boolean {
  return a.every((entry) => entry === 0n);
}

/** The positive multiple of a rational vector whose entries are integers without a common divisor. */
export function primitive(vector: readonly Rational[]): { vector: bigint[]; factor: Rational } {
  let denominator = 1n;
  for (const { d } of vector) {
    if (d !== 1n) denominator *= d / greatestCommonDivisor(d, denominator);
  }
  const scaled = vector.map(({ n, d }) => n * (denominator / d));
  const common = content(scaled);
  if (common <= 1n) return { vector: scaled, factor: { n: denominator, d: 1n } };
  return {
    vector: scaled.map((entry) => entry / common),
    factor: { n: denominator, d: common },
  };
}

/** The greatest common divisor of all entries. */
export function content(vector: IntegerVector): bigint {
  let common = 0n;
  for (const entry of vector) {
    common = greatestCommonDivisor(common, entry);
    if (common === 1n) break;
  }
  return common;
}

/** A positive power of two times a vector of doubles, as integers. */
export function integersFromNumbers(vector: ArrayLike<number>): bigint[] {
  const parts = Array.from(vector, dyadicParts);
  const least = parts.reduce(
    (e, { mantissa, exponent }) => (mantissa === 0n ? e : Math.min(e, exponent)),
    0,
  );
  return parts.map(({ mantissa, exponent }) =>
    mantissa === 0n ? 0n : mantissa << BigInt(exponent - least),
  );
}

/** Doubles that agree to one rounding each with a positive multiple of the vector; equal to it if it fits 53 bits. */
export function toNumbers(vector: IntegerVector): Float64Array {
  let largest = 0n;
  for (const entry of vector) {
    const size = entry < 0n ? -entry : entry;
    if (size > largest) largest = size;
  }
  const excess = largest === 0n ? 0 : bitLength(largest) - 53;
  if (excess <= 0) return Float64Array.from(vector, Number);
  const unit = 1n << BigInt(excess);
  return Float64Array.from(vector, (entry) => quotient(entry, unit));
}
