import { dot, norm2 } from '@nonsmooth/core';
import type { ActiveKink } from './active-kink.js';
import { slideMargin } from './slide-margin.js';
import type { SlidingField } from './sliding-field.js';

/**
 * Crosses the one kink that is met, if that is clearly the only way on: puts it on its other side and writes Θ' there; else
 * no side is changed. All kinks are those of |u|; what is held, if anything, is not nested, and neither is what is met then. Both
 * velocities, those of the two sides, have to move the argument across, by more than rounding: with b < 0 no side but
 * the other one agrees with its velocity, for ⟨∇u, Θ'⟩ is monotone in the side; with b ≥ 0 the other side and what is
 * held are the minimum of a convex problem, if all multipliers are within their bounds.
 */
export function crossed(
  field: SlidingField,
  y: Float64Array,
  active: readonly ActiveKink[],
  kink: number,
  stateNoise: number,
  velocity: Float64Array,
): boolean {
  const { kinked, pattern } = field;
  if (!kinked.onlyAbs || pattern.held[kink] === 1) return false;
  for (const { index, from } of active) {
    if (from !== (index === kink ? 'side' : 'held')) return false;
    if (active.length > 1 && kinked.kink(index).nested) return false;
  }
  const side = pattern.sides[kink]!;
  field.velocity(y, velocity);
  const row = field.passingRow(y, { kink, entry: kink, base: -1 });
  const length = norm2(row);
  const isArriving = (): boolean => {
    const noise = field.noise() + stateNoise;
    const least = (1e-9 * norm2(velocity) + 4 * noise) * length;
    return side * dot(row, velocity) < -least;
  };
  if (!isArriving()) return false;
  const put = (to: number): void => {
    pattern.sides[kink] = to;
    kinked.changed(pattern.sides, kink);
    field.enter(nothingHeld);
  };
  put(-side);
  field.velocity(y, velocity);
  const noise = field.noise() + stateNoise;
  const isHeld = !field.isSliding || slideMargin(field, y, velocity).margin > 4 * noise;
  if (isHeld && isArriving()) return true;
  put(side);
  return false;
}

/** No kink is held that was not, or the other way round. */
const nothingHeld: readonly number[] = [];
