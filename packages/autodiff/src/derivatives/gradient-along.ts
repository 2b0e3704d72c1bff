import { lift, type Value } from '../emit.js';
import { broadcastTo } from '../ops/structure.js';
import type { Placed } from './differentiate.js';
import { gradientOf } from './gradient.js';

/** The derivative of the gradient of a placed function along v. */
export function alongGradient(placed: Placed, v: Value): Value {
  const gradient = lift(placed.at.builder, gradientOf(placed));
  return placed.forward(gradient, broadcastTo(v, placed.at.shape));
}
