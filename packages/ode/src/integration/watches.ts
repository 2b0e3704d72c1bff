import type { Cut, Event, EventOccurrence, EventState, ZeroEvents } from '../events/event.js';
import { watchEvents, type EventWatch } from '../events/events.js';
import { requireKeys } from '../memory.js';
import { guardedModes } from '../modes/guarded.js';
import { ModeWatch, type WatchState } from '../modes/mode-watch.js';
import type { ModeChange, Modes, SwitchContext } from '../modes/modes.js';
import type { Segment } from '../segment.js';
import type { Position, System } from '../system.js';

/** What is known of events and modes at the current point, as plain data; undefined where there are none. */
export interface WatchesState {
  readonly events?: EventState;
  readonly modes?: WatchState;
  readonly mode?: unknown;
}

/** Looks for events and changes of mode within each step, and says where it has to be cut. */
export class Watches<Mode, Note> {
  readonly #position: Position<Mode>;
  readonly #events: EventWatch | undefined;
  readonly #modes: ModeWatch<Mode, Note> | undefined;
  readonly #guarded: Modes<Mode, Note> | undefined;
  #cutByMode = false;

  constructor(
    events: readonly Event[] | undefined,
    modes: Modes<Mode, Note> | undefined,
    position: Position<Mode>,
    system: System,
    degree: number,
  ) {
    this.#position = position;
    this.#events = events && watchEvents(events, system);
    this.#guarded = modes && guardedModes(modes, system);
    this.#modes = this.#guarded && new ModeWatch(this.#guarded, system.dimension, degree);
  }

  /** Whether the mode's projection moves the end of every step. */
  get project(): boolean {
    return this.#guarded?.project !== undefined;
  }

  get occurrences(): readonly EventOccurrence[] {
    return this.#events?.occurrences ?? [];
  }

  get zeroEvents(): ZeroEvents {
    return { atStart: this.#events?.zeroAtStart ?? [], always: this.#events?.alwaysZero ?? [] };
  }

  get changes(): readonly ModeChange<Mode, Note>[] {
    return this.#modes?.changes ?? [];
  }

  begin(t: number, y: Float64Array, direction: 1 | -1, context: SwitchContext): void {
    if (this.#modes) this.#position.mode = this.#modes.begin(t, y, direction, context);
    this.#events?.begin(t, y);
  }

  /** Puts a state back on the surfaces that a mode slides on. */
  projectState(t: number, y: Float64Array, mode: Mode): void {
    this.#guarded?.project?.(t, y, mode);
  }

  /** Where the step, which ends in this state, is to be cut, if it is. */
  examine(segment: Segment, end: Float64Array): Cut | undefined {
    const modeCut = this.#modes?.examine(segment, this.#position.mode);
    const cut = this.#events?.examine(segment, end, modeCut?.theta ?? 1) ?? modeCut;
    this.#cutByMode = cut !== undefined && cut === modeCut;
    return cut;
  }

  /** Whether the last cut was one by the modes, and not by an event. */
  get cutByMode(): boolean {
    return this.#cutByMode;
  }

  /** Goes on from the end of a whole step. */
  advance(t: number, y: Float64Array): void {
    this.#events?.advance(t, y);
    this.#modes?.advance(t, y, this.#position.mode);
  }

  /**
   * Resets the state and chooses the next mode at a cut. Returns why the integration ends there; empty if it does
   * not; undefined if the step is to be forgotten and tried again shorter.
   */
  change(t: number, y: Float64Array, cut: Cut, context: SwitchContext): string | undefined {
    if (!this.#cutByMode) this.#events?.advance(t, y);
    if (cut.action === 'stop') return cut.reason;
    if (this.#modes) {
      const change = this.#modes.change(t, y, this.#position.mode, this.#cutByMode, context);
      if (change === 'retry') {
        this.#events?.withdraw();
        return undefined;
      }
      if ('stop' in change) return change.stop ?? cut.reason;
      this.#position.mode = change.mode;
    }
    if (this.#cutByMode) this.#events?.advance(t, y);
    return '';
  }

  save(): WatchesState {
    return {
      ...(this.#events && { events: this.#events.save() }),
      ...(this.#modes && { modes: this.#modes.save(), mode: this.#position.mode }),
    };
  }

  /** @throws ArgumentError unless it is what was saved with events and modes like these. */
  restore(state: WatchesState, t: number, y: Float64Array): void {
    const has = [...(this.#events ? ['events'] : []), ...(this.#modes ? ['modes'] : [])];
    requireKeys('from.watches', state, has, this.#modes ? ['mode'] : []);
    if (this.#modes) {
      this.#position.mode = state.mode as Mode;
      this.#modes.restore(state.modes!, t, y, this.#position.mode);
    }
    this.#events?.restore(state.events!, t, y);
  }
}

/** What an integrator asks of its watches. */
export type Watching<Mode, Note> = Pick<Watches<Mode, Note>, keyof Watches<Mode, Note>>;
