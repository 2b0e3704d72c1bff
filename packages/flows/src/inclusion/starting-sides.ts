import type { FrozenFunction } from '@nonsmooth/autodiff';
import { direction } from './norms.js';
import { copyPattern, type Pattern } from './pattern.js';

/** Sides, winners and directions at x, kinks before those above them. */
export function startingSides(frozen: FrozenFunction, empty: Pattern, x: Float64Array): Pattern {
  const { kinks, size } = frozen;
  const pattern = copyPattern(empty);
  const u = new Float64Array(size);
  const before = new Float64Array(size);
  // each round settles at least the kinks of one more level
  for (let round = 0; round <= kinks.length; round++) {
    frozen.values(x, pattern.sides, u);
    for (const { kind, offset, size: length } of kinks) {
      if (kind === 'abs') pattern.sides[offset] = Math.sign(u[offset]!);
      else if (kind === 'norm') direction(u, offset, length, pattern.sides);
      else {
        let best = offset;
        for (let i = offset; i < offset + length; i++) if (u[i]! > u[best]!) best = i;
        pattern.sides.fill(0, offset, offset + length);
        pattern.sides[best] = 1;
      }
    }
    if (round > 0 && u.every((value, i) => value === before[i])) break;
    before.set(u);
  }
  return pattern;
}
