import type { CornerFunction } from './corner-function.js';
import type { Corner } from './decision.js';
import { copyPattern, setSide, type Pattern } from './pattern.js';
import type { Way } from './way.js';

/**
 * Sides of arguments that nothing moves while the kinks below them are held: those they have in every direction, as
 * far as some show. They matter to the bounds of these kinks.
 */
export function stillSides(
  frozen: CornerFunction,
  { x, active, before }: Corner,
  neutral: Pattern,
  { rows }: Way,
): ReadonlyMap<number, number> {
  const { kinks, dimension, size } = frozen;
  const still = new Map<number, number>();
  const negligible = 1e-13 * rows.reduce((most, { length }) => Math.max(most, length), 0);
  for (const { kink, length } of rows) {
    const { kind, nested } = kinks[kink]!;
    if (kind === 'abs' && nested && length <= negligible) still.set(kink, 0);
  }
  if (still.size === 0) return still;
  const direction = new Float64Array(dimension);
  const rates = new Float64Array(size);
  const mixed = new Set<number>();
  for (let probe = 0; probe < 8; probe++) {
    for (let i = 0; i < dimension; i++) {
      direction[i] = Math.cos(1 + probe + (i + 1) * (probe + 2)) * (probe % 2 === 0 ? 1 : -1);
    }
    const pattern = copyPattern(neutral);
    // in evaluation order: each kink takes the side to which it moves
    for (const { index } of active) {
      const kink = kinks[index]!;
      if (kink.kind !== 'abs') continue;
      frozen.velocities(x, pattern.sides, direction, rates);
      const side = Math.sign(rates[kink.offset]!);
      setSide(kink, index, pattern, side);
      const known = still.get(index);
      if (known === undefined || side === 0) continue;
      if (known !== 0 && known !== side) mixed.add(index);
      still.set(index, side);
    }
  }
  for (const index of still.keys()) {
    const own = before.sides[kinks[index]!.offset]!;
    if (mixed.has(index) || still.get(index) === 0) still.set(index, own === 0 ? -1 : own);
  }
  return still;
}
