import { requireFunction } from './require.js';

/** A function that calls `compute` when it is first called and returns the same value ever after. */
export function once<T>(compute: () => T): () => T {
  requireFunction('compute', compute);
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: compute() }).value;
}
