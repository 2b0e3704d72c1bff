import { constantOf, emit, pairOf } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import type { ArithmeticAttributes } from '../program.js';
import { commonShape, sameShape } from '../shape.js';

function binary(op: keyof ArithmeticAttributes, a: Operand, b: Operand): Value {
  const operands = pairOf(a, b);
  return emit(op, operands, commonShape(operands[0].shape, operands[1].shape), {});
}

/** `u`, if it has the shape of a product with `v` and `v` is 1 throughout. */
function unlessOne(u: Value, v: Value): Value | undefined {
  if (constantOf(v)?.data.every(isOne) !== true) return undefined;
  return sameShape(commonShape(u.shape, v.shape), u.shape) ? u : undefined;
}

function isOne(entry: number): boolean {
  return entry === 1;
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
  const [u, v] = pairOf(a, b);
  return unlessOne(u, v) ?? unlessOne(v, u) ?? binary('mul', u, v);
}

/** a/b; its derivative at b = 0 throws NotLipschitzError. */
export function div(a: Operand, b: Operand): Value {
  const [u, v] = pairOf(a, b);
  return unlessOne(u, v) ?? binary('div', u, v);
}

/** The angle of the point (x, y) = (b, a), in (−π, π]. */
export function atan2(a: Operand, b: Operand): Value {
  return binary('atan2', a, b);
}

/** x·log y, and 0 where x = 0, whatever y ≥ 0 is. */
export function xlogy(x: Operand, y: Operand): Value {
  return binary('xlogy', x, y);
}
