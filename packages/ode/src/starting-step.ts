import { scaledNorm } from './norm.js';
import { root } from './root.js';

/** A first step size by Hairer, Nørsett, Wanner, Solving ODEs I, section II.4; costs one right-hand side. */
export function startingStep(
  rhs: (t: number, y: Float64Array, out: Float64Array) => void,
  t0: number,
  y0: Float64Array,
  f0: Float64Array,
  direction: number,
  interval: number,
  embeddedOrder: number,
  atol: number | Float64Array,
  rtol: number,
): number {
  if (y0.length === 0) return interval;
  const d0 = scaledNorm(y0, y0, y0, atol, rtol);
  const d1 = scaledNorm(f0, y0, y0, atol, rtol);
  const h0 = Math.min(interval, d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : (0.01 * d0) / d1);
  const y1 = y0.map((y, i) => y + direction * h0 * f0[i]!);
  const f1 = new Float64Array(y0.length);
  rhs(t0 + direction * h0, y1, f1);
  const difference = f1.map((f, i) => f - f0[i]!);
  const d2 = scaledNorm(difference, y0, y0, atol, rtol) / h0;
  const largest = Math.max(d1, d2);
  const h1 = largest <= 1e-15 ? Math.max(1e-6, h0 * 1e-3) : root(0.01 / largest, embeddedOrder + 1);
  return Math.min(100 * h0, h1, interval);
}
