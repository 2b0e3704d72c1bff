import type { CornerFunction } from './corner-function.js';
import { baseOf, type Pattern } from './pattern.js';

/** How fast arguments of a kink of a corner can move at most, by unit velocities; those of a maximum against its base. */
export function reachAt(
  frozen: CornerFunction,
  x: Float64Array,
  pattern: Pattern,
  index: number,
  ties?: readonly number[],
): number {
  const kink = frozen.kinks[index]!;
  const base = kink.kind === 'max' ? baseOf(kink, pattern) : -1;
  let most = 0;
  const entries = ties ?? Array.from({ length: kink.size }, (_, i) => kink.offset + i);
  for (const entry of entries) {
    if (entry === base) continue;
    most = Math.max(most, frozen.rowAt(x, pattern, { kink: index, entry, base }).length);
  }
  return most;
}
