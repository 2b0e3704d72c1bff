import { norm2 } from '@nonsmooth/core';
import type { ActiveKink } from './active-kink.js';
import { CornerFunction } from './corner-function.js';
import { Decider } from './decider.js';
import type { Choice, FreshEntry } from './decision.js';
import { copyPattern, heldKinks, setHeld } from './pattern.js';
import type { SlidingField } from './sliding-field.js';

/** How far the argument of a norm moves with a state, at most: the length of the longest gradient of its entries. */
export function reachOf(field: SlidingField, index: number, y: Float64Array): number {
  const { offset, size } = field.kinked.kink(index);
  let longest = 0;
  for (let entry = offset; entry < offset + size; entry++) {
    longest = Math.max(longest, field.rowAt(y, { kink: index, entry, base: -1 }).length);
  }
  return longest;
}

/** A norm has no direction at 0: a state that leaves it begins a little way, `least`, along its direction. */
export function leaveZeros(
  field: SlidingField,
  y: Float64Array,
  fresh: readonly FreshEntry[],
  least: number,
): void {
  const { kinked, pattern } = field;
  const u = new Float64Array(kinked.size);
  for (const { entry, order } of fresh) {
    const index = kinked.kinkAt(entry);
    const { kind, offset, size } = kinked.kink(index);
    if (order === 0 || kind !== 'norm' || entry !== offset || pattern.held[index]) continue;
    kinked.values(y, pattern.sides, u);
    let along = 0;
    for (let i = offset; i < offset + size; i++) along += u[i]! * pattern.sides[i]!;
    const way = least * reachOf(field, index, y);
    if (along >= way) continue;
    for (let i = offset; i < offset + size; i++) {
      const { gradient, length } = field.rowAt(y, { kink: index, entry: i, base: -1 });
      const share = (way * pattern.sides[i]!) / (length * length || 1);
      for (let l = 0; l < y.length; l++) y[l] = y[l]! + share * gradient[l]!;
    }
  }
}

/** Directions of norms follow their arguments from step to step. */
export function turnNorms(field: SlidingField, y: Float64Array): void {
  const { kinked, pattern } = field;
  const u = new Float64Array(kinked.size);
  kinked.values(y, pattern.sides, u);
  for (let index = 0; index < kinked.count; index++) {
    const { kind, offset, size } = kinked.kink(index);
    if (kind !== 'norm' || pattern.held[index]) continue;
    const before = pattern.sides.slice(offset, offset + size);
    direction(u, offset, size, pattern.sides);
    // 0 has no direction
    if (norm2(pattern.sides.subarray(offset, offset + size)) === 0)
      pattern.sides.set(before, offset);
  }
  field.forget();
}

/**
 * The state next to y at which a norm, which is within the tolerance of 0 at y, is 0; undefined if the flow does not
 * hold it there.
 */
export function snapped(
  field: SlidingField,
  index: number,
  y: Float64Array,
  choice: Choice,
  ahead: number,
  stateNoise: number,
): Float64Array | undefined {
  const { pattern } = field;
  const arrived = arrivedWith(field, index, y);
  const held = [...heldKinks(pattern), index, ...arrived].sort((a, b) => a - b);
  const corner = new CornerFunction(field, held);
  const before = corner.pattern();
  const trial = copyPattern(before);
  const own = held.indexOf(index);
  for (const one of [index, ...arrived]) {
    const at = held.indexOf(one);
    setHeld(corner.kinks[at]!, at, trial);
  }
  corner.put(trial);
  const there = y.slice();
  field.project(there);
  const active = corner.kinks.map(({ kind, offset, size }, one): ActiveKink => {
    const from = one === own || arrived.includes(held[one]!) ? 'side' : 'held';
    if (kind !== 'max') return { index: one, from };
    const ties = Array.from({ length: size }, (_, i) => offset + i).filter((e) => trial.tied[e]);
    return { index: one, from, ties };
  });
  const decision = new Decider(corner, choice).decide(there, trial, active, ahead, stateNoise);
  corner.put(before);
  return decision.undecided === undefined && decision.pattern.held[own] ? there : undefined;
}

/** Kinks of absolute values that are 0 where this norm is: those of its own entries, say. */
function arrivedWith(field: SlidingField, index: number, y: Float64Array): number[] {
  const { kinked, pattern } = field;
  const { offset, size } = kinked.kink(index);
  const here = new Float64Array(kinked.size);
  const there = new Float64Array(kinked.size);
  kinked.values(y, pattern.sides, here);
  const moved = y.slice();
  field.project(
    moved,
    Array.from({ length: size }, (_, i) => ({ kink: index, entry: offset + i, base: -1 })),
  );
  kinked.values(moved, pattern.sides, there);
  const arrived: number[] = [];
  for (let other = 0; other < kinked.count; other++) {
    const { kind, offset: entry } = kinked.kink(other);
    if (kind !== 'abs' || pattern.held[other]) continue;
    if (Math.abs(there[entry]!) <= 1e-9 * Math.abs(here[entry]!)) arrived.push(other);
  }
  return arrived;
}

/** Writes u/‖u‖ of the entries from `offset` on, or 0. */
export function direction(u: Float64Array, offset: number, size: number, out: Float64Array): void {
  const length = norm2(u.subarray(offset, offset + size));
  for (let i = offset; i < offset + size; i++) out[i] = length > 0 ? u[i]! / length : 0;
}
