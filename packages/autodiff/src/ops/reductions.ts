import { ArgumentError, requireKnownOptions } from '@nonsmooth/core';
import { emit, toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import type { ReductionAttributes } from '../program.js';
import { normalizeAxes, sizeOf, withoutAxes, withUnitAxes } from '../shape.js';
import { div } from './arithmetic.js';
import { abs } from './kinks.js';
import { reshape } from './structure.js';

/** Axes to reduce over: all by default, negative ones count from the end. */
export type Axes = number | readonly number[];

/** What is left of the axes that are reduced. */
export interface ReduceOptions {
  /** Whether they stay in the shape as extents of 1, so that the result broadcasts against the argument. Default false. */
  readonly keepdims?: boolean;
}

type ReduceOp = Exclude<keyof ReductionAttributes, 'softmax' | 'logSoftmax'>;

function reduce(
  op: ReduceOp,
  a: Operand,
  axes: Axes | undefined,
  options: ReduceOptions | undefined,
): Value {
  const value = toValue(a);
  return shaped(value, axes, options, reduced(op, value, axes));
}

function reduced(op: ReduceOp, value: Value, axes: Axes | undefined): Value {
  const over = normalizeAxes(value.shape.length, axes);
  const extents = over.map((axis) => value.shape[axis]!);
  if (op !== 'sum' && op !== 'norm' && sizeOf(extents) === 0) {
    throw new ArgumentError('axes', axes, `axes with entries: there is no ${op} of nothing`);
  }
  // Over extents of 1 only, there is nothing to reduce.
  if (sizeOf(extents) === 1) {
    const flat = reshape(value, withoutAxes(value.shape, over));
    return op === 'norm' ? abs(flat) : flat;
  }
  return emit(op, [value], withoutAxes(value.shape, over), { axes: over });
}

/** Sum over the axes, which disappear from the shape, as in every reduction here. */
export const sum = (a: Operand, axes?: Axes, options?: ReduceOptions): Value =>
  reduce('sum', a, axes, options);

/** The mean over the axes; over all of them by default. */
export function mean(a: Operand, axes?: Axes, options?: ReduceOptions): Value {
  const value = toValue(a);
  const over = normalizeAxes(value.shape.length, axes);
  return div(sum(value, over, options), sizeOf(over.map((axis) => value.shape[axis]!)));
}

/** The largest entry; where several attain it, see the kink policy. */
export const max = (a: Operand, axes?: Axes, options?: ReduceOptions): Value =>
  reduce('max', a, axes, options);
/** The smallest entry along the axes; over all of them by default. */
export const min = (a: Operand, axes?: Axes, options?: ReduceOptions): Value =>
  reduce('min', a, axes, options);

/** log Σ exp(a), without overflow. */
export const logSumExp = (a: Operand, axes?: Axes, options?: ReduceOptions): Value =>
  reduce('logSumExp', a, axes, options);

/** Euclidean norm, with a kink where all entries are 0 (derivative 0 there). */
export const norm = (a: Operand, axes?: Axes, options?: ReduceOptions): Value =>
  reduce('norm', a, axes, options);

/** Sum of the absolute values. */
export const oneNorm = (a: Operand, axes?: Axes, options?: ReduceOptions): Value =>
  sum(abs(a), axes, options);

/** Largest absolute value. */
export const maximumNorm = (a: Operand, axes?: Axes, options?: ReduceOptions): Value =>
  max(abs(a), axes, options);

/** exp(a)/Σ exp(a) along the axes (default: the last). */
export function softmax(a: Operand, axes: Axes = -1): Value {
  const value = toValue(a);
  return emit('softmax', [value], value.shape, { axes: normalizeAxes(value.shape.length, axes) });
}

/** a − log Σ exp(a) along the axes (default: the last), without a difference of rounded numbers. */
export function logSoftmax(a: Operand, axes: Axes = -1): Value {
  const value = toValue(a);
  return emit('logSoftmax', [value], value.shape, {
    axes: normalizeAxes(value.shape.length, axes),
  });
}

/** What was reduced, with its axes kept if the options say so. */
export function shaped(
  a: Value,
  axes: Axes | undefined,
  options: ReduceOptions | undefined,
  result: Value,
): Value {
  if (options === undefined) return result;
  requireKnownOptions('options', options, ['keepdims']);
  return options.keepdims === true ? keepAxes(a, result, axes) : result;
}

/** A reduction of `a` with its axes kept as extents of 1, so that it broadcasts against `a`. */
export function keepAxes(a: Operand, reduced: Operand, axes?: Axes): Value {
  const { shape } = toValue(a);
  return reshape(reduced, withUnitAxes(shape, normalizeAxes(shape.length, axes)));
}
