import { ArgumentError, requireKey, type Key } from '@nonsmooth/core';
import { boundedInteger, distribution } from './sequence.js';

/**
 * A random order of 0 … n − 1, every order equally likely: the Fisher–Yates shuffle with unbiased integers.
 * @throws ArgumentError unless n is an integer in [0, 2³²).
 */
export function permutation(key: Key, n: number): Uint32Array {
  requireKey('key', key);
  if (typeof n !== 'number' || n >>> 0 !== n)
    throw new ArgumentError('n', n, 'integers 0 … 2³² − 1');
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let last = n - 1; last > 0; last--) {
    const chosen = boundedInteger(key, distribution.permutation, last, last + 1);
    const moved = order[last]!;
    order[last] = order[chosen]!;
    order[chosen] = moved;
  }
  return order;
}
