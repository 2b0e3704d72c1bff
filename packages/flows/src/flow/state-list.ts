import { VectorBlock } from '@nonsmooth/core';

/** States of at most so many numbers, in all, lie in one piece of memory. */
const mostNumbers = 4096;

/**
 * Copies of states, many of them in one piece of memory, which costs less than one for each where they are small. Pieces
 * grow with the list, so that a short one takes little room.
 */
export class StateList {
  readonly states: Float64Array[] = [];
  private block: VectorBlock | undefined;
  private left = 0;

  /** Adds a copy of a state. */
  add(state: Float64Array): void {
    const n = state.length;
    if (this.left === 0) {
      this.left = Math.max(1, Math.min(8 + this.states.length, Math.floor(mostNumbers / n)));
      this.block = new VectorBlock(this.left * n);
    }
    const copy = this.block!.next(n);
    for (let i = 0; i < n; i++) copy[i] = state[i]!;
    this.left--;
    this.states.push(copy);
  }
}
