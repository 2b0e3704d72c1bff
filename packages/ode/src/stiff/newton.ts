/**
 * How small, relative to the tolerance of a step, the error left by Newton's iteration has to be: not to be seen
 * beside the error of the step, nor below rounding.
 */
export function newtonTolerance(rtol: number): number {
  return Math.max((10 * Number.EPSILON) / rtol, 0.03);
}
