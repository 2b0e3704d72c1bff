/** FNV-1a of 64 bits over the bytes of doubles, in hexadecimal: equal for equal bits, on every machine. */
export function hashOf(...arrays: readonly Float64Array[]): string {
  // two halves of 32 bits; the prime is 2⁴⁰ + 0x1b3
  let [high, low] = [0xcbf29ce4, 0x84222325];
  const word = new DataView(new ArrayBuffer(8));
  for (const array of arrays) {
    for (const value of array) {
      word.setFloat64(0, value, true);
      for (let i = 0; i < 8; i++) {
        low = (low ^ word.getUint8(i)) >>> 0;
        const product = low * 0x1b3;
        const carry = Math.floor(product / 2 ** 32);
        high = (Math.imul(high, 0x1b3) + carry + (low << 8)) >>> 0;
        low = product >>> 0;
      }
    }
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}
