import { erfc } from '@nonsmooth/kernels';

/** e^{−x²}, with the rounding error of x² taken into account: x = head + rest, head² exact. */
export function gaussian(x: number): number {
  if (!(Math.abs(x) < 1e3)) return Number.isNaN(x) ? x : 0;
  const head = Math.fround(x);
  return Math.exp(-head * head) * Math.exp(-(x - head) * (x + head));
}

/** φ(x) = e^{−x²/2}/√(2π) */
export function normalDensity(x: number): number {
  if (!(Math.abs(x) < 1e3)) return Number.isNaN(x) ? x : 0;
  const head = Math.fround(x);
  const rest = Math.exp((-(x - head) * (x + head)) / 2);
  return 0.3989422804014327 * (Math.exp((-head * head) / 2) * rest);
}

const rootHalf = Math.SQRT1_2;
/** 1/√2 − rootHalf */
const rootHalfRest = -4.833646656726457e-17;

/** Φ(x) = erfc(−x/√2)/2, with the rounding error of x/√2 taken into account. */
export function normalDistribution(x: number): number {
  const t = -x * rootHalf;
  const value = erfc(t) / 2;
  // erfc(t + δ) = erfc(t) − δ·2/√π e^{−t²} + …, which matters in the tail only
  if (!(t > 1 && t < 28)) return value;
  const delta = productRest(-x, rootHalf, t) - x * rootHalfRest;
  return value - (delta * gaussian(t)) / Math.sqrt(Math.PI);
}

/** u·v − product, exactly (Dekker 1971). */
function productRest(u: number, v: number, product: number): number {
  const [a, b] = [134217729 * u, 134217729 * v];
  const [uHigh, vHigh] = [a - (a - u), b - (b - v)];
  const [uLow, vLow] = [u - uHigh, v - vHigh];
  return uLow * vLow - (product - uHigh * vHigh - uLow * vHigh - uHigh * vLow);
}
