import type { Value } from './emit.js';
import { sum } from './ops/reductions.js';
import { broadcastTo, reshape } from './ops/structure.js';
import type { Shape } from './program.js';
import { broadcastShapes, sameShape } from './shape.js';

/** Sums what was broadcast, broadcasts what is too small: `c` in the given shape. */
export function fit(c: Value, shape: Shape): Value {
  if (sameShape(c.shape, shape)) return c;
  const full = broadcastShapes(c.shape, shape);
  const lead = full.length - shape.length;
  const axes = full
    .map((_, axis) => axis)
    .filter((axis) => axis < lead || (shape[axis - lead] === 1 && full[axis] !== 1));
  return broadcastTo(reshapeAs(sum(broadcastTo(c, full), axes), full, axes, lead), shape);
}

function reshapeAs(c: Value, full: Shape, axes: readonly number[], lead: number): Value {
  const kept = full.map((extent, axis) => (axes.includes(axis) ? 1 : extent)).slice(lead);
  return reshape(c, kept);
}
