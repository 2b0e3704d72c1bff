import { VectorBlock } from '@nonsmooth/core';

/** States of at most so many numbers, in all, lie in one piece of memory. */
const mostNumbers = 4096;

/** So many states have room in the first piece of memory, if it is not said how many there will be. */
const fewest = 32;

/**
 * Copies of states, many of them in one piece of memory, which costs less than one for each where they are small. Pieces
 * grow with the list, so that a short one takes little room.
 */
export class StateList {
  readonly states: Float64Array[] = [];
  private block: VectorBlock | undefined;
  private left = 0;
  private readonly expected: number;

  constructor(expected: number = fewest) {
    this.expected = expected;
  }

  /** Adds a copy of a state. */
  add(state: Float64Array): void {
    const n = state.length;
    if (this.left === 0) {
      this.left = Math.max(
        1,
        Math.min(this.expected + this.states.length, Math.floor(mostNumbers / n)),
      );
      this.block = new VectorBlock(this.left * n);
    }
    const copy = this.block!.next(n);
    for (let i = 0; i < n; i++) copy[i] = state[i]!;
    this.left--;
    this.states.push(copy);
  }
}
