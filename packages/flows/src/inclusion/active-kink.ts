/** A kink at its bend: what it did before, and the entries of a maximum that are equal. */
export interface ActiveKink {
  readonly index: number;
  /** It arrives from its side, was held, has just been put on its side, or stands there at the start. */
  readonly from: 'side' | 'held' | 'fresh' | 'start';
  readonly ties?: readonly number[];
}
