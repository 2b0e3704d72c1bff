import type { ActiveKink } from './active-kink.js';
import type { Pattern } from './pattern.js';

/** Which solution to follow where there are several. */
export type Choice = 'minimalNorm' | 'steepestDescent';

/** An argument that is 0 now and will leave 0 with t^order; order 0: it stays there. */
export interface FreshEntry {
  readonly entry: number;
  readonly order: 0 | 1 | 2;
  /** Whether what is held keeps it at 0. Default false. */
  readonly isKept?: boolean;
}

/** How the flow goes on from a point at kinks: its pattern of signs and its velocity. */
export interface Decision {
  readonly pattern: Pattern;
  readonly velocity: Float64Array;
  /** −velocity is an element of Clarke's set of length 0, within rounding. */
  readonly atRest: boolean;
  readonly fresh: readonly FreshEntry[];
  /** The flow could go on in another way too. */
  readonly several: boolean;
  /** A kink that bends down, if one is met. */
  readonly concave?: number | undefined;
  /** Why the way on could not be decided. */
  readonly undecided: string | undefined;
}

/** What is known at a point about the kinks that bend there. */
export interface Corner {
  readonly x: Float64Array;
  readonly active: readonly ActiveKink[];
  readonly before: Pattern;
}
