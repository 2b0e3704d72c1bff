const bits = new DataView(new ArrayBuffer(8));
// ln 2 in two parts, the first with 32 trailing zero bits, so that its multiples by an exponent are exact.
const ln2High = 0x162e42fee / 2 ** 33;
const ln2Low = 1.9082149292705877e-10;

/**
 * The natural logarithm of a positive normal number, by + − × ÷ alone: the same bits on every engine, which
 * Math.log does not promise. x = 2ᵉm with √½ < m ≤ √2 and ln m = 2 artanh s, s = (m − 1)/(m + 1), by the power
 * series up to s²³: |s| < 0.172, so what is left out is below 2⁻⁶⁰ of the sum.
 */
export function logarithm(x: number): number {
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let m = bits.getFloat64(0);
  if (m > Math.SQRT2) {
    m /= 2;
    exponent++;
  }
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let tail = 0;
  for (let k = 23; k >= 3; k -= 2) tail = square * (1 / k + tail);
  return exponent * ln2High + (2 * s + (2 * s * tail + exponent * ln2Low));
}
