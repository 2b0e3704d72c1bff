/** A change of the pattern that can be taken back. */
export interface PatternChange {
  undo(): void;
  redo(): void;
}

/** Where a flow across kinks is, as its phases share it. */
export interface RunState {
  /** The time of the integrator. */
  t: number;
  readonly end: number;
  readonly y: Float64Array;
  /** Why it has ended; empty while it goes on. */
  reason: string;
  /** Since when it is at rest, if it ended because of that. */
  restingSince: number | undefined;
  /** The last whole step, before any that was cut or retried; 0 before there is one. */
  ordinary: number;
  /** ‖Θ'‖ where the last step ended, before any decision there. */
  speedBefore: number;
  /** The last change of the pattern, if it ended the last step: the pattern was another one during the step. */
  last: PatternChange | undefined;
}

/** What tells ordinary steps from those at kinks that do not do what their forces say. */
export class Patience {
  /** A step that would change the start by a tenth. */
  expected = 0;
  /** How often steps were shortened since the last ordinary one, and tried again in succession. */
  shortened = 0;
  retries = 0;
  /** How many events have followed each other closely. */
  close = 0;
  /** Whether the slide that was decided last has seemed to end at once again and again. */
  isDoubted = false;
}
