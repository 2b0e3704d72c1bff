import { Tracer } from '../builder.js';
import { emit, toValue, valuesOf } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import type { Shape } from '../program.js';
import { commonShape } from '../shape.js';
import * as comparisons from './comparisons.js';

function noted(comparison: Value): Value {
  if (comparison instanceof Tracer) comparison.builder.noteComparison(comparison);
  return comparison;
}

/**
 * 1 where a > b, else 0; like every comparison it has derivative 0. A function that is traced must use what its
 * comparisons give (UnusedComparisonError): JavaScript cannot branch on it.
 */
export const greater = (a: Operand, b: Operand): Value => noted(comparisons.greater(a, b));
/** 1 where a ≥ b, else 0. */
export const greaterEqual = (a: Operand, b: Operand): Value =>
  noted(comparisons.greaterEqual(a, b));
/** 1 where a < b, else 0. */
export const less = (a: Operand, b: Operand): Value => greater(b, a);
/** 1 where a ≤ b, else 0. */
export const lessEqual = (a: Operand, b: Operand): Value => greaterEqual(b, a);
/** 1 where a = b, else 0. */
export const equal = (a: Operand, b: Operand): Value => noted(comparisons.equal(a, b));
/** 1 where the argument is 0, else 0. */
export const not = (condition: Operand): Value => equal(condition, 0);
/** 1 where a ≠ b, else 0. */
export const notEqual = (a: Operand, b: Operand): Value => not(equal(a, b));

function commonShapeOf(values: readonly Value[]): Shape {
  return values.reduce<Shape>((shape, value) => commonShape(shape, value.shape), []);
}

/** −1, 0 or 1. */
export function sign(x: Operand): Value {
  const value = toValue(x);
  return emit('sign', [value], value.shape, {});
}

/**
 * a where the condition is not 0, b elsewhere. The branch that is not taken carries no derivative at all:
 * where(x > 0, √x, 0) has derivative 0 at x = 0.
 */
export function where(condition: Operand, a: Operand, b: Operand): Value {
  const values = valuesOf([condition, a, b]);
  return emit('where', values, commonShapeOf(values), {});
}

/** a where u > v, b where u < v, tie·a + (1 − tie)·b where u = v. */
export function branch(u: Operand, v: Operand, a: Operand, b: Operand, tie: Operand): Value {
  const values = valuesOf([u, v, a, b, tie]);
  return emit('branch', values, commonShapeOf(values), {});
}

/** The value as a constant: derivatives do not pass. */
export function stopGradient(x: Operand): Value {
  const value = toValue(x);
  return emit('stopGradient', [value], value.shape, {});
}
