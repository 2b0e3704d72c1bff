/** Times, in the direction of the integration, at which steps have to end. */
export class Stops {
  readonly #times: Float64Array;
  readonly #direction: 1 | -1;
  #next = 0;

  constructor(times: ArrayLike<number>, direction: 1 | -1) {
    this.#times = Float64Array.from(times).sort((p, q) => direction * (p - q));
    this.#direction = direction;
  }

  get isEmpty(): boolean {
    return this.#times.length === 0;
  }

  /** The first after t, or `end` if none comes before that. Asked about times in order. */
  after(t: number, end: number): number {
    const times = this.#times;
    if (this.#next === times.length) return end;
    while (this.#next < times.length && this.#direction * (times[this.#next]! - t) <= 0) {
      this.#next++;
    }
    const time = times[this.#next];
    return time !== undefined && this.#direction * (end - time) > 0 ? time : end;
  }

  /** Whether one is at t. */
  has(t: number): boolean {
    return this.#times.length > 0 && this.#times.includes(t);
  }
}
