/**
 * How small, relative to the tolerance of a step, the error left by Newton's iteration has to be: the given fraction,
 * but not below rounding.
 */
export function newtonTolerance(rtol: number, fraction: number): number {
  return Math.max((10 * Number.EPSILON) / rtol, fraction);
}

/** How small, relative to the tolerance of Newton's iteration, the error of its linear systems has to be. */
export const linearFraction = 0.1;
