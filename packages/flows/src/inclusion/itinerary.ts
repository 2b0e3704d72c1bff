import type { FrozenKink } from '@nonsmooth/autodiff';
import type { ActiveKink } from './active-kink.js';
import type { CornerFunction } from './corner-function.js';
import type { Decision } from './decision.js';
import type { SavedItinerary } from './inclusion-checkpoint.js';
import type { KinkEvent, KinkKind } from './kink-event.js';
import type { KinkedFunction } from './kinked-function.js';
import { baseOf, type Pattern } from './pattern.js';

/** Collects what happens at kinks. */
export class Itinerary {
  readonly events: KinkEvent[] = [];
  uniqueUntil: number | undefined;
  private readonly kinked: KinkedFunction;
  private readonly time: (s: number) => number;

  constructor(kinked: KinkedFunction, time: (s: number) => number) {
    this.kinked = kinked;
    this.time = time;
  }

  /** What is known so far, without names, and back. */
  saved(): SavedItinerary {
    const itinerary = this.events.map(({ t, index, kind }) => ({ t, index, kind }));
    return { itinerary, uniqueUntil: this.uniqueUntil ?? null };
  }

  restore({ itinerary, uniqueUntil }: SavedItinerary): void {
    for (const { t, index, kind } of itinerary) this.add(t, index, kind);
    this.uniqueUntil = uniqueUntil ?? undefined;
  }

  decided(
    s: number,
    corner: CornerFunction,
    before: Pattern,
    { pattern, fresh, several, concave, undecided }: Decision,
    active: readonly ActiveKink[],
  ): void {
    if (undecided !== undefined) return;
    const t = this.time(s);
    const entries: [number, KinkKind][] = [];
    for (const { index, from } of active) {
      const kink = corner.kinks[index]!;
      const stays = fresh.some(({ entry, order }) => entry === kink.offset && order === 0);
      const kind =
        kink.kind === 'abs'
          ? intervalEvent(kink, index, before, pattern, stays, from === 'start')
          : otherEvent(kink, index, before, pattern);
      if (kind) entries.push([index, kind]);
    }
    if (several) {
      this.uniqueUntil ??= t;
      const index = concave ?? entries[0]?.[0] ?? active[0]?.index;
      if (index !== undefined) this.add(t, corner.indexOf(index), 'several');
    }
    for (const [index, kind] of entries) this.add(t, corner.indexOf(index), kind);
  }

  crossed(s: number, index: number, side: number): void {
    this.add(this.time(s), index, side > 0 ? 'on' : 'off');
  }

  held(s: number, index: number): void {
    this.add(this.time(s), index, 'slide');
  }

  couldLeave(s: number, index: number): void {
    const t = this.time(s);
    this.uniqueUntil ??= t;
    this.add(t, index, 'could-leave');
  }

  private add(t: number, index: number, kind: KinkKind): void {
    this.events.push({ t, index, name: this.kinked.kink(index).name, kind });
  }
}

function intervalEvent(
  { offset }: FrozenKink,
  index: number,
  before: Pattern,
  after: Pattern,
  stays: boolean,
  isStart: boolean,
): KinkKind | undefined {
  const [was, is] = [before.held[index] === 1, after.held[index] === 1];
  const side = after.sides[offset]!;
  const way = side > 0 ? 'on' : 'off';
  if (is) return was ? undefined : 'slide';
  if (stays) return was || before.sides[offset] !== side || isStart ? 'die' : undefined;
  if (was) return `exit-${way}`;
  return before.sides[offset] === side && !isStart ? undefined : way;
}

function otherEvent(
  kink: FrozenKink,
  index: number,
  before: Pattern,
  after: Pattern,
): KinkKind | undefined {
  const [was, is] = [before.held[index] === 1, after.held[index] === 1];
  if (is && was) {
    const { offset, size } = kink;
    let [more, fewer] = [false, false];
    for (let i = offset; i < offset + size; i++) {
      if (after.tied[i]! > before.tied[i]!) more = true;
      if (after.tied[i]! < before.tied[i]!) fewer = true;
    }
    return more ? 'slide' : fewer ? 'exit' : undefined;
  }
  if (is) return 'slide';
  if (was) return 'exit';
  if (kink.kind === 'max') return baseOf(kink, before) === baseOf(kink, after) ? undefined : 'turn';
  return 'turn';
}
