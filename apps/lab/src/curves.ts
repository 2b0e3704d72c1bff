import type { Facts, MemberFile } from './member-file.js';
import type { Member } from './members.js';

/** What a report shows of a member: its facts, and few enough points of its columns to be drawn. */
export interface Curves {
  readonly member: Member;
  readonly facts: Facts;
  /** Points in order of t. */
  readonly columns: ReadonlyMap<string, Float64Array>;
}

/** Points per curve, at most: more than there are pixels in half a plot. */
const mostPoints = 400;

/** Every k-th row, and the last. */
export function thinned(member: Member, { facts, columns }: MemberFile): Curves {
  const rows = columns.get('t')!.length;
  const step = Math.max(1, Math.ceil(rows / mostPoints));
  const chosen = Int32Array.from({ length: Math.ceil(rows / step) }, (_, i) => i * step);
  if (rows > 0 && chosen.at(-1) !== rows - 1) chosen[chosen.length - 1] = rows - 1;
  return {
    member,
    facts: { ...facts, events: [] },
    columns: new Map(
      [...columns].map(([name, values]) => [name, Float64Array.from(chosen, (i) => values[i]!)]),
    ),
  };
}
