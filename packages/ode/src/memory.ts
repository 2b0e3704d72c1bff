import { ArgumentError } from '@nonsmooth/core';

/** Numbers and vectors that a stepper carries from step to step: plain data, which a checkpoint copies. */
export interface Memory {
  readonly [name: string]: number | Float64Array | Memory;
}

/** A copy of a memory as JSON may hold it. */
export interface SavedMemory {
  readonly [name: string]: number | readonly number[] | SavedMemory;
}

/** Copies a memory. */
export function savedMemory(memory: Memory): SavedMemory {
  return Object.fromEntries(
    Object.entries(memory).map(([name, value]) => [
      name,
      typeof value === 'number'
        ? value
        : value instanceof Float64Array
          ? Array.from(value)
          : savedMemory(value),
    ]),
  );
}

/** Checks that an object has these keys and no others. @throws ArgumentError naming the first that is not so. */
export function requireKeys(
  where: string,
  value: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
): void {
  if (typeof value !== 'object' || value === null) {
    throw new ArgumentError(where, value, `an object with ${required.join(', ')}`);
  }
  for (const key of required) {
    if (!Object.hasOwn(value, key)) {
      throw new ArgumentError(`${where}.${key}`, undefined, 'a value: the key is missing');
    }
  }
  for (const key of Object.keys(value)) {
    if (!required.includes(key) && !optional.includes(key)) {
      throw new ArgumentError(`${where}.${key}`, 'given', `the keys ${required.join(', ')}`);
    }
  }
}

/** JSON has null for what is not finite. */
const numberOf = (where: string, value: unknown): number => {
  if (value === null) return Number.NaN;
  if (typeof value !== 'number') throw new ArgumentError(where, value, 'a number');
  return value;
};

/** The numbers of a list of known length. @throws ArgumentError */
export function numbersOf(where: string, value: unknown, length: number): number[] {
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) {
    throw new ArgumentError(where, value, `a list of ${length} numbers`);
  }
  const list = value as unknown as ArrayLike<unknown>;
  if (list.length !== length) {
    throw new ArgumentError(`${where}.length`, list.length, String(length));
  }
  return Array.from(list, (one, i) => numberOf(`${where}[${i}]`, one));
}

/**
 * Writes a copy back, into the vectors that the stepper uses.
 * @throws ArgumentError for keys that are missing or unknown, and for vectors of another length.
 */
export function restoreMemory(memory: Memory, saved: unknown, where: string): void {
  requireKeys(where, saved, Object.keys(memory));
  for (const [name, value] of Object.entries(saved as SavedMemory)) {
    const current = memory[name]!;
    const at = `${where}.${name}`;
    if (current instanceof Float64Array) current.set(numbersOf(at, value, current.length));
    else if (typeof current !== 'number') restoreMemory(current, value, at);
    else (memory as Record<string, number>)[name] = numberOf(at, value);
  }
}
