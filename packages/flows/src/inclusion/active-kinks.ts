import { dot, norm2 } from '@nonsmooth/core';
import type { ActiveKink } from './active-kink.js';
import type { Entries } from './kinked-function.js';
import { baseOf } from './pattern.js';
import { nearLimit } from './starting-sides.js';
import type { SlidingField } from './sliding-field.js';
import type { Crossing, KinkWatch } from './watch.js';

/** Arguments below this share of the terms that they are sums of are 0. */
const tiny = 1e-13;

/** What to decide about at the start: of the arguments that may be 0 there, or of all where these are given. */
export function activeAtStart(
  field: SlidingField,
  watch: KinkWatch,
  y: Float64Array,
  near: Entries,
  values: Float64Array | undefined,
): ActiveKink[] {
  if (values) return activeKinks(field, watch, y, undefined, values);
  const { kinked, pattern } = field;
  const gaps = new Float64Array(near.count);
  kinked.gapsAt(y, pattern, near, gaps);
  const active: ActiveKink[] = [];
  for (let i = 0; i < near.count; i++) {
    const index = near.list[i]!;
    if (Math.abs(gaps[i]!) > tiny * kinked.scaleOf(index)) continue;
    active.push({ index, from: 'side' });
  }
  return active.sort((a, b) => a.index - b.index);
}

/** What to decide about at y: what is held, what is met, and what is 0 within rounding; `values` are all arguments at y. */
export function activeKinks(
  field: SlidingField,
  watch: KinkWatch,
  y: Float64Array,
  met: Pick<Crossing, 'kink' | 'entry'> | undefined,
  values?: Float64Array,
): ActiveKink[] {
  const { kinked, pattern } = field;
  const active: ActiveKink[] = [];
  const still: number[] = [];
  const consider = (index: number, offset: number, isZero: boolean): void => {
    const isMet = index === met?.kink;
    if (!isMet && watch.orderOf(offset) === 0) {
      still.push(index);
    } else if (pattern.held[index]) active.push({ index, from: 'held' });
    else if (watch.has(offset)) active.push({ index, from: 'fresh' });
    else if (isMet || isZero) active.push({ index, from: 'side' });
  };
  if (kinked.onlyAbs && met) {
    const indices = new Set(field.held);
    for (const entry of watch.entries) indices.add(entry);
    indices.add(met.kink);
    watch.zeros(y, pattern, tiny, indices);
    for (const index of indices) consider(index, index, true);
  } else {
    const u = values ?? new Float64Array(kinked.size);
    if (!values) kinked.values(y, pattern.sides, u);
    const limit = nearLimit(u, (largest, i) => largest <= tiny * kinked.scaleOf(i));
    const isZero = (i: number): boolean => {
      const size = Math.abs(u[i]!);
      return size <= limit && size <= tiny * kinked.scaleOf(i);
    };
    if (kinked.onlyAbs) {
      for (let i = 0; i < u.length; i++) {
        const isNone = watch.size === 0 && pattern.held[i] === 0;
        if (isNone && Math.abs(u[i]!) > limit) continue;
        consider(i, i, isZero(i));
      }
    } else {
      for (let index = 0; index < kinked.count; index++) {
        const { kind, offset, size } = kinked.kink(index);
        if (kind === 'max') {
          const found = tiesAt(field, watch, u, index, met);
          if (found) active.push(found);
          continue;
        }
        let isAllZero = true;
        for (let i = offset; i < offset + size; i++) if (!isZero(i)) isAllZero = false;
        consider(index, offset, isAllZero);
      }
    }
  }
  // what nothing moves stays where it is, unless a kink below it bends, or only those that are held keep it there
  if (still.length === 0) return active.sort((a, b) => a.index - b.index);
  const row = new Float64Array(kinked.dimension);
  for (const kink of still) {
    const { kind, nested, offset, size } = kinked.kink(kink);
    for (let entry = offset; entry < offset + size; entry++) {
      kinked.row(y, pattern.sides, { kink, entry, base: -1 }, row);
      const isMoved = nested
        ? active.some(({ index }) => kinked.slopeOf(index) !== 0)
        : kind === 'abs' && isPulled(row, field.gradient);
      if (!isMoved) continue;
      active.push({ index: kink, from: 'fresh' });
      break;
    }
  }
  return active.sort((a, b) => a.index - b.index);
}

/** A maximum with ties. */
function tiesAt(
  { kinked, pattern }: SlidingField,
  watch: KinkWatch,
  u: Float64Array,
  index: number,
  met: Pick<Crossing, 'kink' | 'entry'> | undefined,
): ActiveKink | undefined {
  const kink = kinked.kink(index);
  const { kind, offset, size } = kink;
  if (kind !== 'max') return undefined;
  const base = baseOf(kink, pattern);
  const ties: number[] = [];
  let isFresh = true;
  for (let e = offset; e < offset + size; e++) {
    const slack = tiny * (kinked.scaleOf(e) + kinked.scaleOf(base));
    const isTied = e === base || pattern.tied[e] === 1;
    const isMet = index === met?.kink && e === met.entry;
    const isNew = isMet || Math.abs(u[e]! - u[base]!) <= slack;
    if (!isTied && isNew && !watch.has(e)) isFresh = false;
    if (isTied || isNew || watch.has(e)) ties.push(e);
  }
  if (ties.length <= 1) return undefined;
  return { index, from: pattern.held[index] ? 'held' : isFresh ? 'fresh' : 'side', ties };
}

/** Whether forces along this gradient are more than rounding. */
function isPulled(row: Float64Array, gradient: Float64Array): boolean {
  return Math.abs(dot(row, gradient)) > 1e-9 * norm2(row) * norm2(gradient);
}
