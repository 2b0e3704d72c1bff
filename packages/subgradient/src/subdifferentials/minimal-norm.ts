import { requireVectors } from '@nonsmooth/core';
import { minimalNormPoint, type MinimalNormPoint } from '../cones/minimal-norm-point.js';

/**
 * The element of least norm of the convex hull of gradients: its negative is the direction of steepest descent, and
 * 0 exactly at Clarke-stationary points. The gap ‖x‖² − min⟨x, g_i⟩ bounds the error: ‖x − x*‖² ≤ gap.
 * @throws ArgumentError without generators; ShapeError, NonFiniteError.
 */
export function minimalNorm(generators: readonly ArrayLike<number>[]): MinimalNormPoint {
  requireVectors('generators', generators);
  return minimalNormPoint(generators.map((generator) => Float64Array.from(generator)));
}
