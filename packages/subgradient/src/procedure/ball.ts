// Numbers with a bound on their error: the true value lies within `radius` of `value`. A radius of 0 says that
// no rounding happened, so that integer data are recognized as exact.

export interface Ball {
  readonly value: number;
  readonly radius: number;
}

const roundoff = 2 ** -53;
const safe = Number.MAX_SAFE_INTEGER;
/** Covers the roundings of the radius itself. */
const inflation = 1 + 2 ** -40;
const underflow = 2 ** -1020;

/** Rounding error of the product u·v as computed, exactly (Dekker 1971), or an upper bound of its size. */
function productError(u: number, v: number, product: number): number {
  if (product === 0) return u === 0 || v === 0 ? 0 : underflow;
  if (Number.isInteger(u) && Number.isInteger(v) && product <= safe && product >= -safe) return 0;
  const size = Math.abs(product);
  if (!(size > 1e-250 && Math.abs(u) < 1e150 && Math.abs(v) < 1e150))
    return size * roundoff + underflow;
  const a = 134217729 * u;
  const b = 134217729 * v;
  const uHigh = a - (a - u);
  const vHigh = b - (b - v);
  const uLow = u - uHigh;
  const vLow = v - vHigh;
  return Math.abs(uLow * vLow - (product - uHigh * vHigh - uLow * vHigh - uHigh * vLow));
}

/** |rounding error| of the sum a + b as computed, exactly (Knuth). */
function sumError(a: number, b: number, sum: number): number {
  const c = sum - a;
  return Math.abs(a - (sum - c) + (b - c));
}

/** Accumulates Σ u·v over balls; one is reused for many sums. */
export class Accumulator {
  value = 0;
  radius = 0;

  reset(value = 0, radius = 0): void {
    this.value = value;
    this.radius = radius;
  }

  addProduct(u: number, uRadius: number, v: number, vRadius: number): void {
    const product = u * v;
    const sum = this.value + product;
    if (uRadius === 0 && vRadius === 0) {
      this.radius += productError(u, v, product);
    } else {
      this.radius +=
        Math.abs(u) * vRadius +
        Math.abs(v) * uRadius +
        uRadius * vRadius +
        Math.abs(product) * roundoff +
        underflow;
    }
    this.radius += sumError(this.value, product, sum);
    this.value = sum;
  }

  get bound(): number {
    return this.radius === 0 ? 0 : this.radius * inflation;
  }
}
