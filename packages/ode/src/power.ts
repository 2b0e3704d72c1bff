/**
 * x^p for x > 0, to about 1e−15 relative for results between 1e−15 and 1e15, by + − × ÷ alone: the same bits on
 * every engine, which Math.pow does not promise.
 */
export function power(x: number, p: number): number {
  if (x === 1 || p === 0) return 1;
  if (p === 1) return x;
  if (p < 0) return 1 / power(x, -p);
  return exponential(p * logarithm(x));
}

/** A power of two within a factor of two or three of x > 0: to divide by it changes no digit, but near the ends of the range. */
export const binaryScale = (x: number): number =>
  2 ** Math.min(1023, Math.max(-1022, Math.floor(Math.log2(x))));

/** ln x by halving x into [√½, √2) and the series of the inverse hyperbolic tangent. */
export function logarithm(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN;
  if (x === Infinity) return Infinity;
  let exponent = 0;
  let m = x;
  for (; m >= 65536 * Math.SQRT2; m /= 65536) exponent += 16;
  for (; m >= Math.SQRT2; m /= 2) exponent++;
  for (; m < Math.SQRT1_2 / 65536; m *= 65536) exponent -= 16;
  for (; m < Math.SQRT1_2; m *= 2) exponent--;
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum = 0;
  for (let k = 25; k >= 1; k -= 2) sum = sum * square + 1 / k;
  return exponent * Math.LN2 + 2 * s * sum;
}

/** e^x by halving x to within ±ln 2 / 2 and the exponential series. */
export function exponential(x: number): number {
  if (!(x < 709.8)) return x > 0 ? Infinity : x;
  if (x < -745) return 0;
  const exponent = Math.round(x / Math.LN2);
  const r = x - exponent * Math.LN2;
  let sum = 1;
  for (let k = 16; k >= 1; k--) sum = 1 + (sum * r) / k;
  let result = sum;
  let left = Math.abs(exponent);
  for (; left >= 16; left -= 16) result = exponent > 0 ? result * 65536 : result / 65536;
  for (; left > 0; left--) result = exponent > 0 ? result * 2 : result / 2;
  return result;
}
