import { requireObject } from '@nonsmooth/core';
import type { Cut } from '../events/event.js';
import { numbersOf, requireKeys } from '../memory.js';
import type { Segment } from '../segment.js';
import { GuardWatch } from './guard-watch.js';
import type { ModeChange, Modes, Switch, SwitchContext } from './modes.js';
import { SurfaceWatch, type Zero } from './surface-watch.js';

/** What is known of surfaces and guards at the current point, as plain data. */
export interface WatchState {
  readonly sides: readonly number[];
  readonly order: readonly number[];
  /** Of the surfaces and of the guards, as the interpolant of the last step has them; none for surfaces with a screen. */
  readonly values: readonly number[];
  readonly guardValues: readonly number[];
}

/** The answer to a cut: the next mode, or why there is none. */
export type Change<Mode> =
  { readonly mode: Mode } | { readonly stop: string | undefined } | 'retry';

/** Watches the surfaces and guards of the current mode, and asks for the next one. */
export class ModeWatch<Mode, Note> {
  readonly changes: ModeChange<Mode, Note>[] = [];
  readonly #modes: Modes<Mode, Note>;
  readonly #surfaces: SurfaceWatch<Mode>;
  readonly #guards: GuardWatch<Mode>;
  /** What switches first in the step just examined, and where. */
  #found: Switch[] = [];
  #cutAt = 1;

  constructor(modes: Modes<Mode, Note>, dimension: number, degree: number) {
    this.#modes = modes;
    this.#surfaces = new SurfaceWatch(modes, dimension, degree);
    this.#guards = new GuardWatch(modes, dimension);
  }

  /** The first mode. */
  begin(t: number, y: Float64Array, direction: 1 | -1, context: SwitchContext): Mode {
    const transition = this.#modes.initial(t, y, direction, context);
    requireObject('what modes.initial returns', transition);
    const { mode, onSurface = [], notes = [] } = transition;
    if (notes.length > 0) this.changes.push({ t, switches: [], mode, notes });
    return this.#enter(t, y, mode, onSurface);
  }

  /** Where the step is to be cut, if it is. */
  examine(segment: Segment, mode: Mode): Cut | undefined {
    const found: Switch[] = [];
    let first = this.#surfaces.examine(segment, mode, found);
    for (const { index, theta, direction } of this.#guards.examine(segment)) {
      if (theta > first) break;
      if (theta < first) found.length = 0;
      first = theta;
      found.push({ kind: 'guard', index, direction, evidence: 'sampled' });
    }
    this.#found = found;
    this.#cutAt = Math.min(1, first);
    return first === Infinity
      ? undefined
      : { theta: first, action: 'restart', reason: 'change of mode' };
  }

  /** Goes on from the end of a whole step. */
  advance(t: number, y: Float64Array, mode: Mode): void {
    this.#surfaces.advance(t, y, mode);
    this.#guards.advance();
  }

  /** At a cut: what follows. `switched` if it was the modes that cut the step. */
  change(
    t: number,
    y: Float64Array,
    mode: Mode,
    switched: boolean,
    context: SwitchContext,
  ): Change<Mode> {
    const here = this.#surfaces.valuesAt(t, y, mode);
    const kept = this.#stillZero(here);
    const switches = this.#switchesAt(here, switched);
    if (switches.length === 0) return { mode: this.#enter(t, y, mode, kept) };
    const answer = this.#modes.onSwitch(t, y, switches, mode, context);
    if (answer === 'retry') return 'retry';
    if (answer !== 'stop') requireObject('what modes.onSwitch returns', answer);
    if (answer === 'stop' || 'stop' in answer) {
      const reason = answer === 'stop' ? undefined : answer.stop;
      this.changes.push({ t, switches, mode, notes: [], stop: reason ?? 'stop' });
      return { stop: reason };
    }
    this.changes.push({ t, switches, mode: answer.mode, notes: answer.notes ?? [] });
    const told = answer.onSurface ?? crossed(switches);
    const others = kept.filter(({ index }) => !told.some((one) => one.index === index));
    return { mode: this.#enter(t, y, answer.mode, [...told, ...others]) };
  }

  save(): WatchState {
    return {
      sides: Array.from(this.#surfaces.sides),
      order: Array.from(this.#surfaces.order),
      values: this.#surfaces.save(),
      guardValues: this.#guards.save(),
    };
  }

  /** @throws ArgumentError for another state than one of this mode. */
  restore(state: WatchState, t: number, y: Float64Array, mode: Mode): void {
    requireKeys('from.watches.modes', state, ['sides', 'order', 'values', 'guardValues']);
    const surfaces = this.#surfaces;
    surfaces.allot(mode);
    const { count } = surfaces;
    surfaces.sides.set(numbersOf('from.watches.modes.sides', state.sides, count));
    surfaces.order.set(numbersOf('from.watches.modes.order', state.order, count));
    surfaces.restore(state.values);
    this.#guards.enter(t, y, mode);
    this.#guards.restore(state.guardValues);
  }

  #enter(t: number, y: Float64Array, mode: Mode, zeros: readonly Zero[]): Mode {
    this.#surfaces.enter(t, y, mode, zeros);
    this.#guards.enter(t, y, mode);
    return mode;
  }

  /** Surfaces that were zero at the start of the step are so still if they did not move or hardly had time to. */
  #stillZero(here: Float64Array): Zero[] {
    const { onSurface, sides, order } = this.#surfaces;
    return onSurface
      .filter(
        (index) =>
          !this.#surfaces.hasMoved(index) || this.#cutAt < 1e-6 || here[index]! * sides[index]! < 0,
      )
      .map((index) => {
        const side = sides[index]!;
        const zero = { index, order: order[index] as 1 | 2 };
        return side === 0 ? zero : { ...zero, side: side as 1 | -1 };
      });
  }

  /** What was found in the step, and whatever else has changed its sign at this very point. */
  #switchesAt(here: Float64Array, switched: boolean): Switch[] {
    const { sides, order } = this.#surfaces;
    // cut by an event: its reset may have thrown the state across surfaces
    const switches = switched ? [...this.#found] : [];
    for (let i = 0; i < sides.length; i++) {
      if (order[i] !== 0 || here[i]! * sides[i]! > 0) continue;
      if (!switched && here[i] === 0) continue;
      if (switches.some((one) => one.kind === 'surface' && one.index === i)) continue;
      const direction = sides[i]! > 0 ? -1 : 1;
      switches.push({ kind: 'surface', index: i, direction, evidence: 'sampled' });
    }
    return switches;
  }
}

/** Surfaces that have switched, on their zero, to the side of their direction. */
const crossed = (switches: readonly Switch[]): Zero[] =>
  switches
    .filter(({ kind }) => kind === 'surface')
    .map(({ index, direction }) => ({ index, order: 1, side: direction }));
