import { toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import { broadcastShapes } from '../shape.js';
import { logSumExp, norm } from './reductions.js';
import { broadcastTo, stack } from './structure.js';

function pair(u: Operand, v: Operand): Value {
  const [a, b] = [toValue(u), toValue(v)];
  const shape = broadcastShapes(a.shape, b.shape);
  return stack([broadcastTo(a, shape), broadcastTo(b, shape)]);
}

/** log(exp(u) + exp(v)), without overflow, entry by entry with broadcasting. */
export function logAddExp(u: Operand, v: Operand): Value {
  return logSumExp(pair(u, v), 0);
}

/** √(u² + v²), without overflow, entry by entry with broadcasting; a Euclidean norm, with its kink at 0. */
export function hypot(u: Operand, v: Operand): Value {
  return norm(pair(u, v), 0);
}
