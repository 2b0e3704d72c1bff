import { emit, pairOf, type Operand, type Value } from '../emit.js';
import type { ComparisonAttributes } from '../program.js';
import { commonShape } from '../shape.js';

// What derivative rules compare by. Those of `choice.ts` also tell the trace that its function made them.

function compare(
  op: Exclude<keyof ComparisonAttributes, 'sign' | 'argmax'>,
  a: Operand,
  b: Operand,
): Value {
  const operands = pairOf(a, b);
  return emit(op, operands, commonShape(operands[0].shape, operands[1].shape), {});
}

/** 1 where a > b, else 0. */
export const greater = (a: Operand, b: Operand): Value => compare('greater', a, b);
/** 1 where a ≥ b, else 0. */
export const greaterEqual = (a: Operand, b: Operand): Value => compare('greaterEqual', a, b);
/** 1 where a = b, else 0. */
export const equal = (a: Operand, b: Operand): Value => compare('equal', a, b);
/** 1 where a < b, else 0. */
export const less = (a: Operand, b: Operand): Value => greater(b, a);
/** 1 where a ≠ b, else 0. */
export const notEqual = (a: Operand, b: Operand): Value => equal(equal(a, b), 0);
