/** Something that happens where a function of time and state changes its sign. */
export interface Event {
  readonly name?: string;
  readonly value: (t: number, y: Float64Array) => number;
  /** Only from below to above zero (1) or from above to below (−1). Default: both. */
  readonly direction?: 1 | -1;
  /** Ends the integration there, or at this many occurrences. Default false. */
  readonly terminal?: boolean | number;
  /** Changes the state there, in place. */
  readonly reset?: (t: number, y: Float64Array) => void;
}

/** One change of sign of an event's function. */
export interface EventOccurrence {
  /** Index of the event in the list. */
  readonly event: number;
  readonly name: string | undefined;
  readonly t: number;
  /** State there, before a reset. */
  readonly y: Float64Array;
  readonly direction: 1 | -1;
}

/** Events whose functions were zero at the start, and those that never were anything else. */
export interface ZeroEvents {
  readonly atStart: readonly number[];
  readonly always: readonly number[];
}

/** What is known of every event at the current point, as plain data. */
export interface EventState {
  readonly sides: readonly number[];
  /** How often each has occurred. */
  readonly counts: readonly number[];
  readonly zeroAtStart: readonly number[];
  readonly alwaysZero: readonly number[];
}

/** Where an event or a mode ends a step before its end. */
export interface Cut {
  /** 0 ≤ θ ≤ 1: the step is valid up to here. */
  readonly theta: number;
  readonly action: 'restart' | 'stop';
  readonly reason: string;
}
