/** A rational number in lowest terms, denominator positive. Every finite double is one. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

/** The number 0. */
export const zero: Rational = { n: 0n, d: 1n };
/** The number 1. */
export const one: Rational = { n: 1n, d: 1n };

/** The greatest common divisor of |a| and |b|; that of 0 and b is |b|. */
export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let u = a < 0n ? -a : a;
  let v = b < 0n ? -b : b;
  while (v !== 0n) [u, v] = [v, u % v];
  return u;
}

/** n/d in lowest terms with a positive denominator; d ≠ 0. */
export function rational(n: bigint, d: bigint = 1n): Rational {
  if (d === 1n) return { n, d };
  if (d > 0n && (d & (d - 1n)) === 0n) return dyadic(n, d);
  const common = greatestCommonDivisor(n, d);
  const divisor = d < 0n ? -common : common;
  return { n: n / divisor, d: d / divisor };
}

/** n/d for a power of two d: what sums and products of doubles are. Euclid's algorithm would take a step per bit. */
function dyadic(n: bigint, d: bigint): Rational {
  if (n === 0n) return zero;
  const low = n & -n;
  if (low >= d) return { n: n / d, d: 1n };
  return low === 1n ? { n, d } : { n: n / low, d: d / low };
}

const bits = new DataView(new ArrayBuffer(8));

/** x = mantissa·2^exponent with an integer mantissa. */
export function dyadicParts(x: number): { mantissa: bigint; exponent: number } {
  if (Number.isInteger(x) && Math.abs(x) <= Number.MAX_SAFE_INTEGER) {
    return { mantissa: BigInt(x), exponent: 0 };
  }
  bits.setFloat64(0, x);
  const word = bits.getBigUint64(0);
  const field = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xfffffffffffffn;
  let mantissa = field === 0 ? fraction : fraction | 0x10000000000000n;
  let exponent = field === 0 ? -1074 : field - 1075;
  const low = fraction === 0n ? 52 : trailingZeros(fraction);
  mantissa >>= BigInt(low);
  exponent += low;
  return { mantissa: x < 0 ? -mantissa : mantissa, exponent };
}

function trailingZeros(x: bigint): number {
  const low = Number(BigInt.asUintN(32, x));
  if (low !== 0) return 31 - Math.clz32(low & -low);
  const high = Number(BigInt.asUintN(32, x >> 32n));
  return 63 - Math.clz32(high & -high);
}

/** The exact value of a finite double. */
export function fromNumber(x: number): Rational {
  const { mantissa, exponent } = dyadicParts(x);
  return exponent >= 0
    ? { n: mantissa << BigInt(exponent), d: 1n }
    : { n: mantissa, d: 1n << BigInt(-exponent) };
}

/** A double within one unit in the last place. */
export function toNumber(x: Rational): number {
  if (x.d === 1n && x.n < 9007199254740992n && x.n > -9007199254740992n) return Number(x.n);
  return quotient(x.n, x.d);
}

/** n/d as a double, also where both overflow. */
export function quotient(n: bigint, d: bigint): number {
  if (n === 0n) return 0;
  const size = bitLength(n) - bitLength(d);
  const shift = 64 - size; // the integer quotient keeps 63 to 65 bits
  const scaled = shift >= 0 ? (n << BigInt(shift)) / d : n / (d << BigInt(-shift));
  const value = Number(scaled);
  return shift > 1000 ? value * 2 ** -1000 * 2 ** (1000 - shift) : value * 2 ** -shift;
}

/** The number of binary digits of |x|; 0 for x = 0. */
export function bitLength(x: bigint): number {
  const digits = (x < 0n ? -x : x).toString(16);
  return 4 * (digits.length - 1) + (32 - Math.clz32(parseInt(digits[0]!, 16)));
}

/** a + b, exact. */
export function add(a: Rational, b: Rational): Rational {
  if (a.d === b.d) return a.d === 1n ? { n: a.n + b.n, d: 1n } : rational(a.n + b.n, a.d);
  // of two powers of two one divides the other
  if (a.d > b.d && a.d % b.d === 0n) return rational(a.n + b.n * (a.d / b.d), a.d);
  if (b.d > a.d && b.d % a.d === 0n) return rational(a.n * (b.d / a.d) + b.n, b.d);
  return rational(a.n * b.d + b.n * a.d, a.d * b.d);
}

/** a − b, exact. */
export function subtract(a: Rational, b: Rational): Rational {
  return add(a, negate(b));
}

/** a·b, exact. */
export function multiply(a: Rational, b: Rational): Rational {
  if (a.d === 1n && b.d === 1n) return { n: a.n * b.n, d: 1n };
  return rational(a.n * b.n, a.d * b.d);
}

/** a/b; b ≠ 0. */
export function divide(a: Rational, b: Rational): Rational {
  return rational(a.n * b.d, a.d * b.n);
}

/** −a. */
export function negate(a: Rational): Rational {
  return { n: -a.n, d: a.d };
}

/** |a|. */
export function absolute(a: Rational): Rational {
  return a.n < 0n ? negate(a) : a;
}

/** Whether a = b; both are in lowest terms. */
export function equal(a: Rational, b: Rational): boolean {
  return a.n === b.n && a.d === b.d;
}

/** −1, 0 or 1. */
export function sign(a: Rational): number {
  return a.n > 0n ? 1 : a.n < 0n ? -1 : 0;
}

/** Sign of a − b. */
export function compare(a: Rational, b: Rational): number {
  const difference = a.n * b.d - b.n * a.d;
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}

/** As "3/4" or "−2": how certificates carry exact numbers. */
export function print(a: Rational): string {
  return a.d === 1n ? a.n.toString() : `${a.n}/${a.d}`;
}

/** Reads "n/d" or "n". */
export function parse(text: string): Rational {
  const [n, d] = text.split('/');
  return rational(BigInt(n!), BigInt(d ?? '1'));
}
