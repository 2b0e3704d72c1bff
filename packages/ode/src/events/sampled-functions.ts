import { evaluate, timeWithin, type Segment } from '../segment.js';
import { bracketedZero } from './bracket.js';
import { dip } from './dip.js';

/** A change of sign within a step. */
export interface Crossing {
  readonly index: number;
  /** Where in the step, 0 < θ ≤ 1; 0 if it is on the other side from the start. */
  readonly theta: number;
  /** From below to above zero or the other way. */
  readonly direction: 1 | -1;
}

/** Writes the values of all functions at (t, y). */
export type SampledValues = (t: number, y: Float64Array, out: Float64Array) => void;

/** How densely a step is sampled. */
export interface Sampling {
  /** The number of equidistant places. */
  readonly samples: number;
  /** Whether to look also where a function comes near zero between two of them. */
  readonly dips: boolean;
}

/** Where a function that has just crossed zero is looked at, to see where it went. */
const early = [2 ** -24, 2 ** -16, 2 ** -8, 2 ** -5];
/** A value below this part of the function's largest is rounding. */
const rounding = 1e-12;

/** Functions along the solution whose changes of sign are found by sampling each step and bracketing. */
export class SampledFunctions {
  /** Signs on the current side; 0 where not known yet: just crossed, or zero so far. */
  readonly sides: Int8Array;
  /** Values at the current point. */
  readonly startValues: Float64Array;
  readonly #values: SampledValues;
  readonly #dips: boolean;
  /** The places of the samples in a step, the early ones first; the values there, one row each. */
  readonly #places: readonly number[];
  readonly #samples: readonly Float64Array[];
  /** The step examined, and every function of the place in it. */
  #segment: Segment | undefined;
  readonly #functions: readonly ((theta: number) => number)[];
  readonly #state: Float64Array;
  /** All values at one place. */
  readonly #all: Float64Array;

  constructor(
    count: number,
    dimension: number,
    values: SampledValues,
    { samples, dips }: Sampling,
  ) {
    this.sides = new Int8Array(count);
    this.startValues = new Float64Array(count);
    this.#values = values;
    this.#dips = dips;
    this.#places = [...early, ...Array.from({ length: samples }, (_, k) => (k + 1) / samples)];
    this.#samples = this.#places.map(() => new Float64Array(count));
    this.#state = new Float64Array(dimension);
    this.#all = new Float64Array(count);
    this.#functions = Array.from({ length: count }, (_, i) => (theta) => {
      this.#evaluate(theta, this.#all);
      return this.#all[i]!;
    });
  }

  begin(t: number, y: Float64Array): void {
    this.#values(t, y, this.startValues);
    this.#takeSides();
  }

  /** Goes on from the end of the step just examined, where the values are known. */
  continue(): void {
    this.startValues.set(this.#samples.at(-1)!);
    this.#takeSides();
  }

  /** Goes on from the end of the step, or from where it was cut, where `crossed` are zero up to rounding. */
  advance(t: number, y: Float64Array, crossed: readonly number[]): void {
    this.begin(t, y);
    for (const index of crossed) this.sides[index] = 0;
  }

  /**
   * Changes of sign within a step that ends in this state, in order. The interpolant may miss it by rounding: what is
   * zero there, and where the next step begins on the other side, would not be seen.
   */
  find(segment: Segment, end: Float64Array): Crossing[] {
    this.#segment = segment;
    const first = this.sides.includes(0) ? 0 : early.length;
    const last = this.#places.length - 1;
    for (let k = first; k < last; k++) this.#evaluate(this.#places[k]!, this.#samples[k]!);
    this.#values(segment.end, end, this.#samples[last]!);
    const crossings: Crossing[] = [];
    for (let i = 0; i < this.sides.length; i++) this.#collect(i, crossings);
    return crossings.sort((p, q) => p.theta - q.theta || p.index - q.index);
  }

  /** The first change of sign within the step, of one function or several at once, where all sides are known. */
  findFirst(segment: Segment): Crossing[] {
    this.#segment = segment;
    const { sides, startValues } = this;
    const all = [...sides.keys()];
    const atOnce = all.filter((i) => startValues[i]! * sides[i]! < 0);
    if (atOnce.length > 0) return this.#crossings(atOnce, 0);
    let low = 0;
    let before = startValues;
    for (let k = early.length; k < this.#places.length; k++) {
      const place = this.#places[k]!;
      const sample = this.#samples[k]!;
      this.#evaluate(place, sample);
      const candidates = this.#crossed(sample, all);
      if (candidates.length > 0) {
        return this.#firstOf(candidates, low, before, place, sample);
      }
      low = place;
      before = sample;
    }
    return [];
  }

  #takeSides(): void {
    for (let i = 0; i < this.sides.length; i++) this.sides[i] = Math.sign(this.startValues[i]!);
  }

  #evaluate(theta: number, out: Float64Array): void {
    const segment = this.#segment!;
    evaluate(segment, theta, this.#state);
    this.#values(timeWithin(segment, theta), this.#state, out);
  }

  /** Adds the changes of sign of function i, whose samples are known. */
  #collect(i: number, crossings: Crossing[]): void {
    const f = this.#functions[i]!;
    const known = this.sides[i] !== 0;
    const departure = known ? -1 : this.#departure(i);
    if (departure === undefined) return;
    let side = known ? this.sides[i]! : Math.sign(this.#samples[departure]![i]!);
    const change = (theta: number): void => {
      crossings.push({ index: i, theta, direction: side > 0 ? -1 : 1 });
      side = -side;
    };
    if (known && this.startValues[i]! * side < 0) change(0);
    let low = known ? 0 : this.#places[departure]!;
    let atLow = known ? this.startValues[i]! : this.#samples[departure]![i]!;
    if (atLow * side <= 0) atLow = side * Number.MIN_VALUE;
    for (let k = known ? early.length : departure + 1; k < this.#places.length; k++) {
      const theta = this.#places[k]!;
      const value = this.#samples[k]![i]!;
      if (value * side <= 0) {
        change(value === 0 ? theta : bracketedZero(f, low, theta, atLow, value));
      } else if (this.#dips) {
        const bottom = dip(f, side, low, theta, atLow, value);
        if (bottom !== undefined) {
          const deepest = f(bottom);
          change(bracketedZero(f, low, bottom, atLow, deepest));
          change(bracketedZero(f, bottom, theta, deepest, value));
        }
      }
      low = theta;
      atLow = value === 0 ? side * Number.MIN_VALUE : value;
    }
  }

  /** The first sample at which function i, which was zero, is more than rounding; undefined if it stays zero. */
  #departure(i: number): number | undefined {
    let largest = 0;
    for (const sample of this.#samples) largest = Math.max(largest, Math.abs(sample[i]!));
    if (largest === 0) return undefined;
    return this.#samples.findIndex((sample) => Math.abs(sample[i]!) > rounding * largest);
  }

  #crossed(values: Float64Array, among: readonly number[]): number[] {
    return among.filter((i) => values[i]! * this.sides[i]! <= 0);
  }

  #crossings(indices: readonly number[], theta: number): Crossing[] {
    return indices.map((index) => ({ index, theta, direction: this.sides[index]! > 0 ? -1 : 1 }));
  }

  /** The first zero of functions that have all crossed between two places; each one found bounds the others. */
  #firstOf(
    crossed: readonly number[],
    low: number,
    before: Float64Array,
    place: number,
    sample: Float64Array,
  ): Crossing[] {
    let candidates = crossed;
    let high = place;
    let after = sample;
    let first: number[] = [];
    while (candidates.length > 0) {
      const index = candidates.find((i) => after[i] !== 0) ?? candidates[0]!;
      const side = this.sides[index]!;
      if (after[index] !== 0) {
        const atLow = before[index]! * side > 0 ? before[index]! : side * Number.MIN_VALUE;
        high = bracketedZero(this.#functions[index]!, low, high, atLow, after[index]!);
        this.#evaluate(high, this.#all);
        after = this.#all.slice();
      }
      const others = candidates.filter((i) => i !== index);
      first = [index, ...others.filter((i) => after[i] === 0)];
      candidates = this.#crossed(after, others).filter((i) => after[i] !== 0);
    }
    return this.#crossings(first, high);
  }
}
