import type { Key } from '@nonsmooth/core';
import { counterDomain, philox } from '@nonsmooth/kernels';

// The counter (c0, c1, c2, c3) of a draw: c3 separates keys, sequences and batches (kernels), c2 the
// distributions below, so that no two uses of one key read the same block. 53-bit draw i of a sequence is
// half i mod 2 of block c0 = ⌊i/2⌋, c1 = 0; bounded integer i reads blocks c0 = i, c1 = 0, 1, … until accepted.

/** Third counter word by distribution. */
export const distribution = { uniform: 0, normal: 1, integers: 2, permutation: 3 } as const;

const words = new Uint32Array(4);

/** Calls `take` with the two words of each of the draws i = 0 … n − 1. */
export function forEachDraw(
  key: Key,
  use: number,
  n: number,
  take: (i: number, high: number, low: number) => void,
): void {
  for (let i = 0; i < n; i++) {
    if (i % 2 === 0) philox(key, i / 2, 0, use, counterDomain.sequence, words);
    const pair = 2 * (i % 2);
    take(i, words[pair]!, words[pair + 1]!);
  }
}

/**
 * Integer i of a sequence, uniform on 0 … bound − 1 without bias, 1 ≤ bound ≤ 2³²: the first word below the
 * largest multiple of `bound` in 2³², reduced modulo `bound`.
 */
export function boundedInteger(key: Key, use: number, i: number, bound: number): number {
  const limit = 2 ** 32 - (2 ** 32 % bound);
  for (let attempt = 0; ; attempt++) {
    philox(key, i, attempt, use, counterDomain.sequence, words);
    for (const word of words) if (word < limit) return word % bound;
  }
}
