import { ArgumentError } from './errors.js';

/** Two 32-bit words that name a random stream. */
export type Key = readonly [number, number];

/** Throws ArgumentError unless `value` is a key: a list of two integers from 0 to 2³² − 1. */
export function requireKey(argument: string, value: unknown): asserts value is Key {
  const isWord = (word: unknown): boolean =>
    Number.isInteger(word) && (word as number) >>> 0 === word;
  if (!Array.isArray(value) || value.length !== 2 || !value.every(isWord)) {
    throw new ArgumentError(argument, value, 'a key, made by key(seed), split or foldIn');
  }
}
