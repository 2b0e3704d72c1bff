import type { EventOccurrence, ZeroEvents } from '../events/event.js';
import type { ModeChange } from '../modes/modes.js';
import type { IntegrationOptions } from '../options.js';
import type { Statistics } from '../problem.js';
import type { Segment } from '../segment.js';
import type { Checkpoint } from './checkpoint.js';

/** One accepted step. Its arrays are reused by the next one: copy what is to be kept. */
export interface Step {
  readonly start: number;
  readonly end: number;
  /** State at the end. */
  readonly y: Float64Array;
  /** The interpolant, if asked for by `dense` or needed. */
  readonly segment: Segment | undefined;
  /** The mode during the step. */
  readonly mode: unknown;
  /**
   * Writes the state at a time within the step, by its interpolant and then projected; needs
   * `dense`, `segments` or `saveAt`. Returns `out`.
   */
  readonly stateAt: (t: number, out: Float64Array) => Float64Array;
}

/** An integration under way, step by step. */
export interface Integration<Mode = unknown, Note = unknown> extends Iterable<Step> {
  readonly t: number;
  /** The current state; changes with every step. */
  readonly y: Float64Array;
  readonly statistics: Statistics;
  /** Whether it has come to t1 or was ended by an event or mode. */
  readonly finished: boolean;
  /** Why it has ended; empty while it goes on. */
  readonly reason: string;
  readonly events: readonly EventOccurrence[];
  readonly zeroEvents: ZeroEvents;
  readonly modeChanges: readonly ModeChange<Mode, Note>[];
  /** Takes one step; undefined at the end. @throws IntegrationError */
  next(): Step | undefined;
  /** |h| proposed for the next step. */
  readonly proposedStep: number;
  /**
   * Begins again from a state y at a time on the last step, with a first step of this size, as if the integration began
   * there: for those who cut steps by rules of their own. @throws IntegrationError
   */
  restart(t: number, y: Float64Array, firstStep: number): void;
  checkpoint(): Checkpoint;
}

/** Options of `integrate`. */
export interface StreamOptions extends IntegrationOptions {
  /**
   * Compute the interpolant of every step, and keep it within the tolerance: methods with a coarse interpolant take
   * shorter steps for it. Default false.
   */
  readonly dense?: boolean;
  /** Compute the interpolant of every step, as accurate as it is. Default false. */
  readonly segments?: boolean;
  /** Times, in order, at which the steps of methods with a coarse interpolant end; others have `stateAt`. */
  readonly saveAt?: ArrayLike<number>;
  /** Go on from here instead of (t0, y0). Problem, method and options must be the same, t1 may be a later one. */
  readonly from?: Checkpoint;
}
