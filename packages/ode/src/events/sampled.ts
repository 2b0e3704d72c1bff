import { evaluate, timeWithin, type Segment } from '../segment.js';
import { bracketedZero } from './bracket.js';

/** A change of sign within a step. */
export interface Crossing {
  readonly index: number;
  /** Where in the step, 0 < θ ≤ 1; 0 if it is on the other side from the start. */
  readonly theta: number;
  /** From below to above zero or the other way. */
  readonly direction: 1 | -1;
}

/** Functions along the solution whose changes of sign are found by sampling each step and bracketing. */
export interface SampledFunctions {
  /** Signs on the current side; 0 where not known yet: just crossed, or zero so far. */
  readonly sides: Int8Array;
  /** Values at the current point. */
  readonly startValues: Float64Array;
  begin(t: number, y: Float64Array): void;
  /** Goes on from the end of the step just examined, where the values are known. */
  continue(): void;
  /** Changes of sign within the step, in order. */
  find(segment: Segment): Crossing[];
  /** The first change of sign within the step, of one function or several at once, where all sides are known. */
  findFirst(segment: Segment): Crossing[];
  /** Goes on from the end of the step, or from where it was cut, where `crossed` are zero up to rounding. */
  advance(t: number, y: Float64Array, crossed: readonly number[]): void;
}

const early = [2 ** -24, 2 ** -16, 2 ** -8, 2 ** -5];

/**
 * `values` writes `count` numbers. Each step is sampled at `samples` equidistant places; with `dips`, also where a
 * function comes near zero between two of them.
 */
export function sampledFunctions(
  count: number,
  dimension: number,
  values: (t: number, y: Float64Array, out: Float64Array) => void,
  { samples, dips }: { readonly samples: number; readonly dips: boolean },
): SampledFunctions {
  const sides = new Int8Array(count);
  const state = new Float64Array(dimension);
  const one = new Float64Array(count);
  const regular = Array.from({ length: samples }, (_, k) => (k + 1) / samples);
  const nodes = [...early, ...regular];
  const table = nodes.map(() => new Float64Array(count));
  const startValues = new Float64Array(count);

  const at = (segment: Segment, theta: number, out: Float64Array): void => {
    evaluate(segment, theta, state);
    values(timeWithin(segment, theta), state, out);
  };
  const valueAt = (segment: Segment, index: number, theta: number): number => {
    at(segment, theta, one);
    return one[index]!;
  };

  return {
    sides,
    startValues,
    begin(t, y) {
      values(t, y, startValues);
      for (let i = 0; i < count; i++) sides[i] = Math.sign(startValues[i]!);
    },
    continue() {
      startValues.set(table.at(-1)!);
      for (let i = 0; i < count; i++) sides[i] = Math.sign(startValues[i]!);
    },
    find(segment) {
      const crossings: Crossing[] = [];
      const fresh = sides.includes(0);
      nodes.forEach((theta, k) => {
        if (fresh || k >= early.length) at(segment, theta, table[k]!);
      });
      for (let i = 0; i < count; i++) {
        let side = sides[i]!;
        let first = early.length;
        if (side === 0) {
          // A function that has just crossed zero says where it went once it is more than rounding.
          let largest = 0;
          for (const row of table) largest = Math.max(largest, Math.abs(row[i]!));
          if (largest === 0) continue;
          first = table.findIndex((row) => Math.abs(row[i]!) > 1e-12 * largest);
          side = Math.sign(table[first]![i]!);
          first++;
        }
        const sideKnown = sides[i] !== 0;
        if (sideKnown && startValues[i]! * side < 0) {
          crossings.push({ index: i, theta: 0, direction: side > 0 ? -1 : 1 });
          side = -side;
        }
        let low = sideKnown ? 0 : nodes[first - 1]!;
        let atLow = sideKnown ? startValues[i]! : table[first - 1]![i]!;
        if (atLow * side <= 0) atLow = side * Number.MIN_VALUE;
        for (let k = first; k < nodes.length; k++) {
          const theta = nodes[k]!;
          const value = table[k]![i]!;
          if (value * side > 0) {
            const bottom = dips ? dip(segment, i, side, low, atLow, theta, value) : undefined;
            if (bottom !== undefined) {
              const f = (x: number): number => valueAt(segment, i, x);
              const deepest = f(bottom);
              crossings.push({
                index: i,
                theta: bracketedZero(f, low, bottom, atLow, deepest),
                direction: side > 0 ? -1 : 1,
              });
              crossings.push({
                index: i,
                theta: bracketedZero(f, bottom, theta, deepest, value),
                direction: side > 0 ? 1 : -1,
              });
            }
          } else {
            const theta0 =
              value === 0
                ? theta
                : bracketedZero((x) => valueAt(segment, i, x), low, theta, atLow, value);
            crossings.push({ index: i, theta: theta0, direction: side > 0 ? -1 : 1 });
            side = -side;
          }
          low = theta;
          atLow = value === 0 ? side * Number.MIN_VALUE : value;
        }
      }
      return crossings.sort((p, q) => p.theta - q.theta || p.index - q.index);
    },
    findFirst(segment) {
      const all = [...sides.keys()];
      const crossed = (row: Float64Array, among: readonly number[]): number[] =>
        among.filter((i) => row[i]! * sides[i]! <= 0);
      const crossings = (indices: readonly number[], theta: number): Crossing[] =>
        indices.map((index) => ({ index, theta, direction: sides[index]! > 0 ? -1 : 1 }));
      const atOnce = all.filter((i) => startValues[i]! * sides[i]! < 0);
      if (atOnce.length > 0) return crossings(atOnce, 0);
      let low = 0;
      let before = startValues;
      for (let k = early.length; k < nodes.length; k++) {
        const row = table[k]!;
        at(segment, nodes[k]!, row);
        let candidates = crossed(row, all);
        let high = nodes[k]!;
        let after: Float64Array = row;
        let first: number[] = [];
        // each zero found is an upper bound for those that have crossed there already
        while (candidates.length > 0) {
          const index = candidates.find((i) => after[i] !== 0) ?? candidates[0]!;
          const side = sides[index]!;
          if (after[index] !== 0) {
            const atLow = before[index]! * side > 0 ? before[index]! : side * Number.MIN_VALUE;
            const value = after[index]!;
            high = bracketedZero((x) => valueAt(segment, index, x), low, high, atLow, value);
            at(segment, high, one);
            after = one.slice();
          }
          const others = candidates.filter((i) => i !== index);
          first = [index, ...others.filter((i) => after[i] === 0)];
          candidates = crossed(after, others).filter((i) => after[i] !== 0);
        }
        if (first.length > 0) return crossings(first, high);
        low = nodes[k]!;
        before = row;
      }
      return [];
    },
    advance(t, y, crossed) {
      this.begin(t, y);
      for (const index of crossed) sides[index] = 0;
    },
  };

  /** Where a function that keeps its sign at both ends of an interval has lost it between, if it has. */
  function dip(
    segment: Segment,
    index: number,
    side: number,
    low: number,
    atLow: number,
    high: number,
    atHigh: number,
  ): number | undefined {
    const middle = (low + high) / 2;
    const quarter = valueAt(segment, index, middle) * side;
    if (quarter < 0) return middle;
    const [p, q] = [atLow * side, atHigh * side];
    // the parabola through three points: can its minimum come near zero?
    const curvature = p - 2 * quarter + q;
    if (!(curvature > 0) || quarter > Math.max(p, q)) return undefined;
    const slope = (q - p) / 2;
    if (quarter - (slope * slope) / (2 * curvature) > 0.3 * quarter) return undefined;
    let [a, b] = [low, high];
    const ratio = (Math.sqrt(5) - 1) / 2;
    let [x1, x2] = [b - ratio * (b - a), a + ratio * (b - a)];
    let [f1, f2] = [valueAt(segment, index, x1) * side, valueAt(segment, index, x2) * side];
    for (let iteration = 0; iteration < 60; iteration++) {
      if (f1 < 0) return x1;
      if (f2 < 0) return x2;
      if (f1 < f2) {
        [b, x2, f2] = [x2, x1, f1];
        x1 = b - ratio * (b - a);
        f1 = valueAt(segment, index, x1) * side;
      } else {
        [a, x1, f1] = [x1, x2, f2];
        x2 = a + ratio * (b - a);
        f2 = valueAt(segment, index, x2) * side;
      }
    }
    return undefined;
  }
}
