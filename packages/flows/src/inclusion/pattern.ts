import type { FrozenKink } from '@nonsmooth/autodiff';

/**
 * What every kink does while nothing switches, as plain data. A kink is on a side or held: |u| at u = 0, ‖u‖ at u = 0,
 * a maximum where its tied entries are equal.
 */
export interface Pattern {
  /**
   * By argument: the side ±1 of u for |u|, 1 for the entry that a maximum takes (its base) and 0 for the others, the
   * direction of u for ‖u‖; all 0 for |u| and ‖u‖ where they are held.
   */
  readonly sides: Float64Array;
  /** By argument: 1 for the entries of a held maximum that are tied, the base among them. */
  readonly tied: Uint8Array;
  /** By kink: 1 where it is held. */
  readonly held: Uint8Array;
}

/** A copy to be changed into the next pattern. */
export function copyPattern({ sides, tied, held }: Pattern): Pattern {
  return { sides: sides.slice(), tied: tied.slice(), held: held.slice() };
}

/** The entry that a maximum takes. */
export function baseOf({ offset, size }: FrozenKink, { sides }: Pattern): number {
  for (let i = offset; i < offset + size; i++) if (sides[i] === 1) return i;
  return offset;
}

/** A function that is 0 while a kink is held: u_entry, or u_entry − u_base of a maximum. */
export interface HeldRow {
  readonly kink: number;
  readonly entry: number;
  /** −1 if there is none. */
  readonly base: number;
}

/** The functions that are 0 where these kinks are held. */
export function heldRows(
  kinkAt: (index: number) => FrozenKink,
  pattern: Pattern,
  which: Iterable<number>,
): HeldRow[] {
  const rows: HeldRow[] = [];
  for (const kink of which) {
    const found = kinkAt(kink);
    const { kind, offset, size } = found;
    const base = kind === 'max' ? baseOf(found, pattern) : -1;
    for (let entry = offset; entry < offset + size; entry++) {
      if (kind === 'max' && (entry === base || pattern.tied[entry] === 0)) continue;
      rows.push({ kink, entry, base });
    }
  }
  return rows;
}

/** The kinks that are held, in order. */
export function heldKinks({ held }: Pattern): number[] {
  const found: number[] = [];
  for (let i = held.indexOf(1); i >= 0; i = held.indexOf(1, i + 1)) found.push(i);
  return found;
}

/** Puts a kink on a side: the sign of |u|, the winning entry of a maximum, the direction of ‖u‖. */
export function setSide(
  { kind, offset, size }: FrozenKink,
  index: number,
  pattern: Pattern,
  side: number | Float64Array,
): void {
  pattern.held[index] = 0;
  pattern.tied.fill(0, offset, offset + size);
  if (typeof side !== 'number') pattern.sides.set(side, offset);
  else if (kind === 'max') {
    pattern.sides.fill(0, offset, offset + size);
    pattern.sides[side] = 1;
  } else pattern.sides[offset] = side;
}

/** Holds a kink; a maximum at these tied entries. */
export function setHeld(
  { kind, offset, size }: FrozenKink,
  index: number,
  pattern: Pattern,
  ties: readonly number[] = [],
): void {
  const { sides, tied, held } = pattern;
  held[index] = 1;
  if (kind !== 'max') {
    sides.fill(0, offset, offset + size);
    return;
  }
  const base = ties.find((entry) => sides[entry] === 1) ?? ties[0]!;
  sides.fill(0, offset, offset + size);
  tied.fill(0, offset, offset + size);
  sides[base] = 1;
  for (const entry of ties) tied[entry] = 1;
}
