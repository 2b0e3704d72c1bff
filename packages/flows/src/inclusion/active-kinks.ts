import type { ActiveKink } from './active-kink.js';
import { baseOf, type Pattern } from './pattern.js';
import type { SlidingField } from './sliding-field.js';
import type { KinkWatch } from './watch.js';

/** What to decide about at y: what is held, what is met, and what is 0 within rounding. */
export function activeKinks(
  field: SlidingField,
  watch: KinkWatch,
  y: Float64Array,
  pattern: Pattern,
  scales: Float64Array,
  met: number,
  entry: number,
): ActiveKink[] {
  const { frozen } = field;
  const u = field.values;
  frozen.values(y, pattern.sides, u);
  const active: ActiveKink[] = [];
  const still: number[] = [];
  frozen.kinks.forEach((kink, index) => {
    const { kind, offset, size } = kink;
    if (index !== met && kind !== 'max' && watch.freshEntries.get(offset) === 0) {
      if (kink.nested) still.push(index);
      return;
    }
    const isHeld = pattern.held[index] === 1;
    if (kind === 'max') {
      const base = baseOf(kink, pattern);
      const ties: number[] = [];
      let isFresh = true;
      for (let e = offset; e < offset + size; e++) {
        const tiny = 1e-13 * (Math.abs(scales[e]!) + Math.abs(scales[base]!));
        const isTied = e === base || pattern.tied[e] === 1;
        const isNew = (index === met && e === entry) || Math.abs(u[e]! - u[base]!) <= tiny;
        if (!isTied && isNew && !watch.freshEntries.has(e)) isFresh = false;
        if (isTied || isNew || watch.freshEntries.has(e)) ties.push(e);
      }
      if (ties.length > 1) {
        active.push({ index, from: isHeld ? 'held' : isFresh ? 'fresh' : 'side', ties });
      }
      return;
    }
    if (isHeld) active.push({ index, from: 'held' });
    else if (index === met)
      active.push({ index, from: watch.freshEntries.has(offset) ? 'fresh' : 'side' });
    else if (watch.freshEntries.has(offset)) active.push({ index, from: 'fresh' });
    else if (isTiny(u, scales, offset, size)) active.push({ index, from: 'side' });
  });
  // what nothing moves stays where it is, unless a kink below it bends
  for (const index of still) {
    const row = { kink: index, entry: frozen.kinks[index]!.offset, base: -1 };
    const { slopes } = field.rowAt(y, pattern, row);
    if (active.some((one) => slopes?.[one.index] !== 0)) active.push({ index, from: 'fresh' });
  }
  return active.sort((a, b) => a.index - b.index);
}

function isTiny(u: Float64Array, scales: Float64Array, offset: number, size: number): boolean {
  for (let i = offset; i < offset + size; i++) {
    if (Math.abs(u[i]!) > 1e-13 * Math.abs(scales[i]!)) return false;
  }
  return true;
}
