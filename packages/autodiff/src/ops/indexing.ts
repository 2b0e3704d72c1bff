import { ArgumentError, requireKnownOptions } from '@nonsmooth/core';
import { toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import { gather, reshape, slice } from './structure.js';

/** Positions start, start + step, … before stop; negative ones count from the end, a negative step goes backwards. */
export interface Range {
  readonly start?: number;
  readonly stop?: number;
  readonly step?: number;
}

/** What to take along one axis: one position (the axis disappears), a list of positions, a range, or 'all'. */
export type Selector = number | readonly number[] | Range | 'all';

/**
 * Entries by one selector per axis, axes without one whole: `index(x, -1)`, `index(x, 'all', { start: 1, step: 2 })`.
 * @throws ArgumentError for positions that are not there.
 */
export function index(x: Operand, ...selectors: readonly Selector[]): Value {
  let value = toValue(x);
  const { shape } = value;
  if (selectors.length > shape.length) {
    throw new ArgumentError('selectors', selectors.length, `at most ${shape.length}, one per axis`);
  }
  const kept: number[] = [];
  selectors.forEach((selector, axis) => {
    value = select(value, selector, axis);
    if (typeof selector !== 'number') kept.push(axis);
  });
  for (let axis = selectors.length; axis < shape.length; axis++) kept.push(axis);
  return reshape(
    value,
    kept.map((axis) => value.shape[axis]!),
  );
}

/** The entry, or the part along the first axis, at position i; −1 is the last one. */
export function at(x: Operand, i: number): Value {
  if (typeof i !== 'number') throw new ArgumentError('i', i, 'an integer; for several use index');
  return index(x, i);
}

function select(value: Value, selector: Selector, axis: number): Value {
  const extent = value.shape[axis]!;
  const name = `selectors[${axis}]`;
  if (selector === 'all') return value;
  if (typeof selector === 'number')
    return part(value, axis, position(name, selector, extent), 1, 1);
  if (Array.isArray(selector)) {
    const list = Array.from(selector as readonly number[], (i) => position(name, i, extent));
    return gather(value, list, axis);
  }
  if (typeof selector !== 'object' || selector === null) {
    throw new ArgumentError(
      name,
      selector,
      "an integer, a list of integers, { start, stop, step } or 'all'",
    );
  }
  requireKnownOptions(name, selector, ['start', 'stop', 'step']);
  return range(value, selector as Range, axis, name);
}

function position(name: string, i: number, extent: number): number {
  const at = typeof i === 'number' && i < 0 ? i + extent : i;
  if (!Number.isInteger(at) || at < 0 || at >= extent) {
    throw new ArgumentError(name, i, `integers from ${-extent} to ${extent - 1}`);
  }
  return at;
}

function range(value: Value, { start, stop, step = 1 }: Range, axis: number, name: string): Value {
  const extent = value.shape[axis]!;
  if (!Number.isInteger(step) || step === 0) {
    throw new ArgumentError(`${name}.step`, step, 'integers other than 0');
  }
  const isForward = step > 0;
  const first = bound(`${name}.start`, start, isForward ? 0 : extent - 1, extent);
  const end = stop === undefined && !isForward ? -1 : bound(`${name}.stop`, stop, extent, extent);
  const count = Math.max(0, Math.ceil((end - first) / step));
  if (isForward) return part(value, axis, first, count, step);
  return gather(
    value,
    Array.from({ length: count }, (_, i) => first + i * step),
    axis,
  );
}

function bound(name: string, given: number | undefined, fallback: number, extent: number): number {
  if (given === undefined) return fallback;
  const at = typeof given === 'number' && given < 0 ? given + extent : given;
  if (!Number.isInteger(at) || at < 0 || at > extent) {
    throw new ArgumentError(name, given, `integers from ${-extent} to ${extent}`);
  }
  return at;
}

/** `count` entries along the axis. */
function part(value: Value, axis: number, start: number, count: number, step: number): Value {
  const end = count === 0 ? start : start + (count - 1) * step + 1;
  const along = (here: number, elsewhere: readonly number[]): number[] =>
    value.shape.map((_, i) => (i === axis ? here : elsewhere[i]!));
  return slice(
    value,
    along(
      start,
      value.shape.map(() => 0),
    ),
    along(end, value.shape),
    along(
      step,
      value.shape.map(() => 1),
    ),
  );
}
