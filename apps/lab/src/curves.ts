import type { Fit } from './fit.js';
import type { Facts, MemberFile } from './member-file.js';
import type { Member } from './members.js';

/** What a report shows of a member: its facts, and few enough points of its columns to be drawn. */
export interface Curves {
  readonly member: Member;
  readonly facts: Facts;
  /** Points in order of t. */
  readonly columns: ReadonlyMap<string, Float64Array>;
  /** What the network realizes at the end, of the first start of each variation. */
  readonly fit?: Fit | undefined;
}

/** Points per curve, at most: as many as there are pixels in a plot; fewer of very many members. */
export function pointsPerCurve(members: number): number {
  return Math.max(20, Math.min(400, Math.floor(1e6 / members)));
}

/** Events that a report shows of a member, at most. */
const mostEvents = 500;

/** Starts of each variation whose events a report may show. */
const startsWithEvents = 8;

/** Every k-th row, at most `points`, and the last. */
export function thinned(member: Member, { facts, columns }: MemberFile, points: number): Curves {
  const rows = columns.get('t')!.length;
  const step = Math.max(1, Math.ceil(rows / points));
  const chosen = Int32Array.from({ length: Math.ceil(rows / step) }, (_, i) => i * step);
  if (rows > 0 && chosen.at(-1) !== rows - 1) chosen[chosen.length - 1] = rows - 1;
  return {
    member,
    facts: {
      ...facts,
      events: member.start < startsWithEvents ? facts.events.slice(0, mostEvents) : [],
    },
    columns: new Map(
      [...columns].map(([name, values]) => [name, Float64Array.from(chosen, (i) => values[i]!)]),
    ),
  };
}
