import type { FrozenFunction } from '@nonsmooth/autodiff';
import { dot, norm2 } from '@nonsmooth/core';
import type { ActiveKink } from './active-kink.js';
import type { Decider } from './decider.js';
import type { FreshEntry } from './decision.js';
import { copyPattern, heldKinks, setHeld, type Pattern } from './pattern.js';
import type { SlidingField } from './sliding-field.js';

/** Whether a function has kinks of norms. */
export function hasNorms({ kinks }: FrozenFunction): boolean {
  return kinks.some(({ kind }) => kind === 'norm');
}

/** A norm has no direction at 0: one that leaves it begins a little way, `least`, along its direction. */
export function leaveZeros(
  field: SlidingField,
  y: Float64Array,
  pattern: Pattern,
  fresh: readonly FreshEntry[],
  least: number,
): void {
  const { frozen, values } = field;
  const { kinks } = frozen;
  for (const { entry } of fresh) {
    const index = kinks.findIndex(({ kind, offset }) => kind === 'norm' && offset === entry);
    if (index < 0 || pattern.held[index]) continue;
    const { offset, size } = kinks[index]!;
    frozen.values(y, pattern.sides, values);
    let along = 0;
    for (let i = offset; i < offset + size; i++) along += values[i]! * pattern.sides[i]!;
    if (along >= least) continue;
    for (let i = offset; i < offset + size; i++) {
      const { gradient, length } = field.rowAt(y, pattern, { kink: index, entry: i, base: -1 });
      const share = (least * pattern.sides[i]!) / (length * length || 1);
      for (let l = 0; l < y.length; l++) y[l] = y[l]! + share * gradient[l]!;
    }
  }
}

/** Directions of norms follow their arguments from step to step. */
export function turnNorms(
  { frozen, values }: SlidingField,
  y: Float64Array,
  pattern: Pattern,
): void {
  frozen.values(y, pattern.sides, values);
  frozen.kinks.forEach(({ kind, offset, size }, index) => {
    if (kind !== 'norm' || pattern.held[index]) return;
    const before = pattern.sides.slice(offset, offset + size);
    direction(values, offset, size, pattern.sides);
    // past 0 by a way that the dense output does not show
    if (dot(before, pattern.sides.subarray(offset, offset + size)) === 0)
      pattern.sides.set(before, offset);
  });
}

/**
 * The state next to y at which a norm, which is within the tolerance of 0 at y, is 0; undefined if the flow does not
 * hold it there.
 */
export function snapped(
  field: SlidingField,
  decider: Decider,
  y: Float64Array,
  pattern: Pattern,
  index: number,
  ahead: number,
  stateNoise: number,
): Float64Array | undefined {
  const { kinks } = field.frozen;
  const trial = copyPattern(pattern);
  setHeld(kinks[index]!, index, trial);
  const there = y.slice();
  field.enter(trial);
  field.project(there);
  const active = heldKinks(trial).map((one): ActiveKink => ({
    index: one,
    from: one === index ? 'side' : 'held',
    ...(kinks[one]!.kind === 'max' && { ties: tiesOf(trial, field.frozen, one) }),
  }));
  const decision = decider.decide(there, trial, active, ahead, stateNoise);
  field.enter(pattern);
  return decision.undecided === undefined && decision.pattern.held[index] ? there : undefined;
}

function tiesOf({ tied }: Pattern, { kinks }: FrozenFunction, index: number): number[] {
  const { offset, size } = kinks[index]!;
  const ties: number[] = [];
  for (let i = offset; i < offset + size; i++) if (tied[i]) ties.push(i);
  return ties;
}

/** Writes u/‖u‖ of the entries from `offset` on, or 0. */
export function direction(u: Float64Array, offset: number, size: number, out: Float64Array): void {
  const length = norm2(u.subarray(offset, offset + size));
  for (let i = offset; i < offset + size; i++) out[i] = length > 0 ? u[i]! / length : 0;
}
