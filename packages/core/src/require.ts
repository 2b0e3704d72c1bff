import { ArgumentError, NonFiniteError, ShapeError } from './errors.js';
import { requireObject } from './options.js';

/** Throws NonFiniteError at the first entry of `values` that is not a finite number. */
export function requireFinite(argument: string, values: ArrayLike<number>): void {
  if (!isList(values)) throw new ArgumentError(argument, values, 'a list of finite numbers');
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw new NonFiniteError(argument, i, values[i]!);
  }
}

/** Throws ArgumentError unless `value` is a list of numbers: an array of them or a typed array. */
export function requireNumbers(
  argument: string,
  value: unknown,
): asserts value is ArrayLike<number> {
  if (value instanceof Float64Array || value instanceof Float32Array) return;
  if (!isList(value)) throw new ArgumentError(argument, value, 'a list of numbers');
  for (let i = 0; i < value.length; i++) {
    if (typeof value[i] !== 'number') {
      throw new ArgumentError(`${argument}[${i}]`, value[i], 'a number');
    }
  }
}

/** Throws ShapeError unless `array` has exactly `length` entries, ArgumentError unless all are numbers. */
export function requireLength(argument: string, array: ArrayLike<number>, length: number): void {
  if (array?.length !== length) {
    throw new ShapeError(`${argument}.length`, array?.length, String(length));
  }
  requireNumbers(argument, array);
}

/** Throws unless `out` is a Float64Array or Float32Array, for results, with exactly `length` entries. */
export function requireOutput(
  argument: string,
  out: Float64Array | Float32Array,
  length: number,
): void {
  if (out?.length !== length) {
    throw new ShapeError(`${argument}.length`, out?.length, String(length));
  }
  requireFloatArray(argument, out);
}

/** Throws ArgumentError unless `value` is a Float64Array or a Float32Array, which results are written to. */
export function requireFloatArray(
  argument: string,
  value: unknown,
): asserts value is Float64Array | Float32Array {
  if (!(value instanceof Float64Array || value instanceof Float32Array)) {
    throw new ArgumentError(argument, value, 'a Float64Array or Float32Array');
  }
}

/** Throws ArgumentError unless `value` is a function. */
export function requireFunction(argument: string, value: unknown): void {
  if (typeof value !== 'function') throw new ArgumentError(argument, value, 'a function');
}

/** Throws ArgumentError unless `value` is a finite number. */
export function requireNumber(argument: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new ArgumentError(argument, value, 'a finite number');
  }
}

/** Throws ArgumentError unless every setting is a finite number > 0. */
export function requirePositive(settings: Readonly<Record<string, unknown>>): void {
  requireObject('settings', settings);
  for (const [name, value] of Object.entries(settings)) {
    if (!(typeof value === 'number' && value > 0 && value < Infinity)) {
      throw new ArgumentError(name, value, 'a finite number > 0');
    }
  }
}

/** Throws ArgumentError unless `value` is a positive integer. */
export function requireCount(argument: string, value: unknown): asserts value is number {
  if (!Number.isSafeInteger(value) || (value as number) <= 0) {
    throw new ArgumentError(argument, value, 'a positive integer');
  }
}

/** Throws ArgumentError unless `value` is an integer with 0 ≤ value < count. */
export function requireIndex(
  argument: string,
  value: unknown,
  count: number,
): asserts value is number {
  if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) >= count) {
    throw new ArgumentError(
      argument,
      value,
      count === Infinity
        ? 'an integer ≥ 0'
        : count > 0
          ? `an integer from 0 to ${count - 1}`
          : 'none',
    );
  }
}

/** Throws unless there is at least one index, and all are integers from 0 to count − 1. */
export function requireIndices(argument: string, indices: ArrayLike<number>, count: number): void {
  if (!isList(indices)) throw new ArgumentError(argument, indices, 'a list of indices');
  if (indices.length === 0) throw new ShapeError(`${argument}.length`, 0, 'at least 1');
  for (let j = 0; j < indices.length; j++) {
    const index = indices[j]!;
    if (!(typeof index === 'number' && index >= 0 && index < count && index % 1 === 0)) {
      requireIndex(`${argument}[${j}]`, index, count);
    }
  }
}

/** Throws ArgumentError unless `value`, an option that may be absent, is true or false. */
export function requireBoolean(argument: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new ArgumentError(argument, value, 'true or false');
  }
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** Throws unless `value` is a list of one vector or more, all of the same length and of finite numbers. */
export function requireVectors(
  argument: string,
  value: unknown,
): asserts value is readonly ArrayLike<number>[] {
  const length = (value as ArrayLike<ArrayLike<number>> | undefined)?.[0]?.length;
  if (!Array.isArray(value) || typeof length !== 'number') {
    throw new ArgumentError(argument, value, 'a list of one vector or more');
  }
  for (let i = 0; i < value.length; i++) {
    requireLength(`${argument}[${i}]`, value[i] as ArrayLike<number>, length);
    requireFinite(`${argument}[${i}]`, value[i] as ArrayLike<number>);
  }
}
