import { nameOf } from '../members.js';
import type { Curves } from '../curves.js';

/** The members of one variation. */
export interface Group {
  readonly name: string;
  /** Its place among the variations of the study, or of a panel: how it looks. */
  readonly place: number;
  readonly members: readonly Curves[];
}

/** Variations of one figure, and what they have in common. */
export interface Panel {
  readonly common: string;
  readonly groups: readonly (Group & { /** What the others have not. */ readonly label: string })[];
}

/** Variations in the order of the study. */
export function groupsOf(results: readonly Curves[]): Group[] {
  const groups = new Map<string, Curves[]>();
  for (const one of results) {
    const name = nameOf(one.member.variation);
    const own = groups.get(name);
    if (own) own.push(one);
    else groups.set(name, [one]);
  }
  return [...groups].map(([name, members], place) => ({ name, place, members }));
}

/** More lines cannot be told apart. */
const mostPerPanel = 5;

/** The groups in as few panels as needed, about as many in each. */
export function panelsOf(groups: readonly Group[]): Panel[] {
  const count = Math.ceil(groups.length / mostPerPanel);
  const size = Math.ceil(groups.length / count);
  return Array.from({ length: count }, (_, i) => {
    const own = groups.slice(i * size, (i + 1) * size);
    const parts = own.map(({ name }) => name.split(', '));
    const isCommon = (part: string): boolean =>
      count > 1 && own.length > 1 && parts.every((others) => others.includes(part));
    const common = (parts[0] ?? []).filter(isCommon).join(', ');
    return {
      common: common === '' && count > 1 ? `${i + 1} of ${count}` : common,
      groups: own.map((group, k) => ({
        ...group,
        place: k,
        label: parts[k]!.filter((part) => !isCommon(part)).join(', '),
      })),
    };
  }).filter(({ groups: own }) => own.length > 0);
}
