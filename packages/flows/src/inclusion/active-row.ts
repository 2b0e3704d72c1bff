import type { HeldRow } from './pattern.js';

/** A function that is 0 while a kink is held, with its gradient. */
export interface ActiveRow extends HeldRow {
  readonly gradient: Float64Array;
  readonly length: number;
  /** Its derivative with respect to the values of kinks below; none unless they may matter. */
  readonly slopes: Float64Array | undefined;
}
