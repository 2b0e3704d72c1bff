import { key, uniform } from '@nonsmooth/tensor';

/** Rows of uniform doubles in (−1, 1), from a seed. */
export function randomNumbers(count: number, length: number, seed: number): number[][] {
  const { data } = uniform(key(seed), [count * length], { low: -1, high: 1 });
  return Array.from({ length: count }, (_, i) =>
    Array.from(data.slice(i * length, (i + 1) * length)),
  );
}

/** Rows of integers from −size to size. */
export function randomIntegers(
  count: number,
  length: number,
  size: number,
  seed: number,
): number[][] {
  return randomNumbers(count, length, seed).map((row) => row.map((x) => Math.round(x * size) + 0));
}
