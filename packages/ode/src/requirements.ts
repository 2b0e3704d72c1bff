import {
  ArgumentError,
  ShapeError,
  requireFunction,
  requireNumbers,
  requireObject,
} from '@nonsmooth/core';

/** Throws ArgumentError unless every value is a function or absent. */
export function requireFunctions(functions: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(functions)) {
    if (value !== undefined && typeof value !== 'function') {
      throw new ArgumentError(name, value, 'a function');
    }
  }
}

/** Throws ArgumentError unless `value` is a string. */
export function requireText(argument: string, value: unknown): void {
  if (typeof value !== 'string') throw new ArgumentError(argument, value, 'a string');
}

/** Throws unless `rows` is an array of at least `count` lists of numbers. */
export function requireRows(argument: string, rows: unknown, count: number): void {
  if (!Array.isArray(rows)) throw new ArgumentError(argument, rows, 'an array of rows of numbers');
  if (rows.length < count) {
    throw new ShapeError(`${argument}.length`, rows.length, `at least ${count}`);
  }
  for (let i = 0; i < rows.length; i++) requireNumbers(`${argument}[${i}]`, rows[i]);
}

/** Throws ArgumentError unless `value` is an object that has these methods, and the optional ones or nothing there. */
export function requireMethods(
  argument: string,
  value: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
): void {
  requireObject(argument, value);
  const parts = value as Readonly<Record<string, unknown>>;
  for (const name of required) requireFunction(`${argument}.${name}`, parts[name]);
  for (const name of optional) {
    if (parts[name] !== undefined) requireFunction(`${argument}.${name}`, parts[name]);
  }
}
