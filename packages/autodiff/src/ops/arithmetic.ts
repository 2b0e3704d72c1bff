import { constantOf, emit, toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import type { ArithmeticAttributes } from '../program.js';
import { broadcastShapes, sameShape } from '../shape.js';

function binary(op: keyof ArithmeticAttributes, a: Operand, b: Operand): Value {
  const [u, v] = [toValue(a), toValue(b)];
  return emit(op, [u, v], broadcastShapes(u.shape, v.shape), {});
}

/** `a`, if it has the shape of a product with `b` and `b` is 1 throughout. */
function unlessOne(a: Operand, b: Operand): Value | undefined {
  const [u, v] = [toValue(a), toValue(b)];
  const one = constantOf(v)?.data.every((entry) => entry === 1);
  return one && sameShape(broadcastShapes(u.shape, v.shape), u.shape) ? u : undefined;
}

/** a + b, entry by entry with broadcasting, like all arithmetic here. */
export function add(a: Operand, b: Operand): Value {
  return binary('add', a, b);
}

/** a − b, entry by entry, with broadcasting. */
export function sub(a: Operand, b: Operand): Value {
  return binary('sub', a, b);
}

/** a·b, entry by entry, with broadcasting. */
export function mul(a: Operand, b: Operand): Value {
  return unlessOne(a, b) ?? unlessOne(b, a) ?? binary('mul', a, b);
}

/** a/b; its derivative at b = 0 throws NotLipschitzError. */
export function div(a: Operand, b: Operand): Value {
  return unlessOne(a, b) ?? binary('div', a, b);
}

/** The angle of the point (x, y) = (b, a), in (−π, π]. */
export function atan2(a: Operand, b: Operand): Value {
  return binary('atan2', a, b);
}

/** x·log y, and 0 where x = 0, whatever y ≥ 0 is. */
export function xlogy(x: Operand, y: Operand): Value {
  return binary('xlogy', x, y);
}
