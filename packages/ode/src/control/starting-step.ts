import { VectorBlock } from '@nonsmooth/core';
import { power } from '../power.js';
import type { System } from '../system.js';

/** A first step size by Hairer, Nørsett, Wanner, Solving ODEs I, section II.4; costs one right-hand side. */
export function startingStep(
  system: System,
  t0: number,
  y0: Float64Array,
  f0: Float64Array,
  direction: number,
  interval: number,
  errorExponent: number,
): number {
  const { dimension, tolerance } = system;
  if (dimension === 0) return interval;
  const d0 = tolerance.size(y0, y0, y0);
  const d1 = tolerance.size(f0, y0, y0);
  // where y or y' is too small to say anything: a part of the interval, in which y moves by 1000 tolerances at most
  const short = Math.min(1e-6 * interval, 1e3 / d1);
  const h0 = Math.min(
    interval,
    !(d0 >= 1e-5) || !(d1 * interval >= 1e-5) ? short : (0.01 * d0) / d1,
  );
  const block = new VectorBlock(3 * dimension);
  const y1 = block.next(dimension);
  for (let i = 0; i < dimension; i++) y1[i] = y0[i]! + direction * h0 * f0[i]!;
  const f1 = block.next(dimension);
  system.rhs(t0 + direction * h0, y1, f1);
  const difference = block.next(dimension);
  for (let i = 0; i < dimension; i++) difference[i] = f1[i]! - f0[i]!;
  const d2 = tolerance.size(difference, y0, y0) / h0;
  const largest = Math.max(d1, d2);
  const h1 =
    largest * interval <= 1e-15
      ? Math.max(short, h0 * 1e-3)
      : power(0.01 / largest, 1 / errorExponent);
  const h = Math.min(100 * h0, h1, interval);
  return h > 0 ? h : h0;
}
