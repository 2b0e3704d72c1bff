import type { EventOccurrence, ZeroEvents } from './events/event.js';
import type { ModeChange } from './modes/modes.js';
import type { Statistics } from './problem.js';

/** What `solve` returns. */
export interface Solution<Mode = unknown, Note = unknown> {
  /** Times: t0 and every accepted step, or `saveAt`. */
  readonly t: Float64Array;
  /** States at the times `t`. */
  readonly y: readonly Float64Array[];
  /** Where it ended, saved or not. */
  readonly end: { readonly t: number; readonly y: Float64Array };
  /**
   * The interpolant at any time between t0 and the end; where an event resets the state, what it is after that.
   * @throws ArgumentError without `dense` or outside.
   */
  at(t: number): Float64Array;
  readonly statistics: Statistics;
  /** What rounding of the right-hand side alone may have done to the state at the end, if the problem tells. */
  readonly roundingError: number | undefined;
  /** finished: at t1; stopped: by an event, a mode or `observe`. */
  readonly status: 'finished' | 'stopped' | 'failed';
  /** Why it ended where it did. */
  readonly reason: string;
  /** What events found, in order. */
  readonly events: readonly EventOccurrence[];
  readonly zeroEvents: ZeroEvents;
  /** Changes of mode, in order: the itinerary. */
  readonly modeChanges: readonly ModeChange<Mode, Note>[];
}
