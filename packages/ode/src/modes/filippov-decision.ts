import type { FilippovEvent, FilippovMode } from './filippov-mode.js';
import type { Transition } from './modes.js';
import type { ActivatedField } from './switched-field.js';

/** A surface that is reached, and the side the solution comes from; unknown at the start. */
export interface Reached {
  readonly index: number;
  readonly from?: 1 | -1;
}

/** A surface on which sliding ends, and the side to which the solution leaves. */
export interface Exit {
  readonly index: number;
  readonly to: 1 | -1;
}

type OnSurface = NonNullable<Transition<FilippovMode>['onSurface']>[number];

/** What the velocities with the switch off and on say about a surface that is reached. */
function behaviourAt(
  from: 1 | -1 | undefined,
  minus: number,
  plus: number,
): FilippovEvent['kind'] | 'stayOff' {
  if (minus > 0 && plus < 0) return 'slide';
  if (minus > 0 || (from === -1 && minus === 0 && plus > 0)) return 'on';
  if (minus === 0) return 'die';
  if (plus > 0) return 'nonUnique';
  return from === undefined ? 'stayOff' : 'off';
}

/** The mode at a point where surfaces are reached and where sliding ends on others. */
export function decide(
  activated: ActivatedField,
  t: number,
  y: Float64Array,
  before: FilippovMode,
  reached: readonly Reached[],
  exits: readonly Exit[],
): Transition<FilippovMode, FilippovEvent> {
  const on = [...before.on];
  let sliding = before.sliding.filter((index) => !exits.some((exit) => exit.index === index));
  const onSurface: OnSurface[] = [];
  const notes: FilippovEvent[] = [];
  for (const { index, to } of exits) {
    on[index] = to > 0 ? 1 : 0;
    onSurface.push({ index, order: 2, side: to });
    notes.push({ kind: to > 0 ? 'exitOn' : 'exitOff', surface: index });
  }
  if (reached.length > 0) {
    activated.set({ ...before, on, sliding });
    const open = [...sliding, ...reached.map(({ index }) => index)];
    activated.compare(t, y, open);
    const decisions = reached.map(({ index, from }) => {
      const [minus, plus] = [activated.off[index]!, activated.on[index]!];
      return { index, minus, plus, behaviour: behaviourAt(from, minus, plus) };
    });
    activated.requireIndependent(t, y, open);
    for (const { index, minus, plus, behaviour } of decisions) {
      if (behaviour !== 'stayOff') notes.push({ kind: behaviour, surface: index });
      if (behaviour === 'slide') {
        sliding = [...sliding, index].sort((p, q) => p - q);
        continue;
      }
      on[index] = behaviour === 'on' ? 1 : 0;
      const side = behaviour === 'on' ? 1 : -1;
      // a surface that is not left at first order: the first step says where to
      const resting = behaviour === 'on' ? plus === 0 : minus === 0;
      onSurface.push(resting ? { index, order: 1 } : { index, order: 1, side });
    }
  }
  return { mode: { ...before, on, sliding }, onSurface, notes };
}
