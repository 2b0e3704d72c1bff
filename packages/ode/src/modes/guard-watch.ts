import { SampledFunctions, type Crossing } from '../events/sampled-functions.js';
import type { Segment } from '../segment.js';
import type { Modes } from './modes.js';

/** Finds where a guard of the current mode falls below minus its noise. */
export class GuardWatch<Mode> {
  readonly #modes: Modes<Mode>;
  readonly #dimension: number;
  #noise = new Float64Array(0);
  #functions: SampledFunctions | undefined;

  constructor(modes: Modes<Mode>, dimension: number) {
    this.#modes = modes;
    this.#dimension = dimension;
  }

  /** Takes up the guards of a mode. */
  enter(t: number, y: Float64Array, mode: Mode): void {
    const count = this.#modes.guardCount?.(mode) ?? 0;
    this.#functions = undefined;
    if (count === 0) return;
    if (this.#noise.length !== count) this.#noise = new Float64Array(count);
    const noise = this.#noise;
    this.#functions = new SampledFunctions(
      count,
      this.#dimension,
      (time, state, out) => {
        this.#modes.guards!(time, state, out, mode);
        if (!this.#modes.guardNoise) return;
        this.#modes.guardNoise(time, state, noise, mode);
        for (let i = 0; i < count; i++) out[i] = out[i]! + noise[i]!;
      },
      { samples: 2, dips: false },
    );
    this.#functions.begin(t, y);
    this.#functions.sides.fill(1);
  }

  /** The first that do so within the step, at once. */
  examine(segment: Segment): readonly Crossing[] {
    return this.#functions?.findFirst(segment) ?? [];
  }

  /** Goes on from the end of the step just examined. */
  advance(): void {
    this.#functions?.continue();
    this.#functions?.sides.fill(1);
  }

  save(): number[] {
    return Array.from(this.#functions?.startValues ?? []);
  }

  restore(values: readonly number[]): void {
    this.#functions?.startValues.set(values);
  }
}
