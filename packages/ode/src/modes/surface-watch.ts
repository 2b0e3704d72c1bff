import { bracketedZero } from '../events/bracket.js';
import { bernsteinOfValues, deflate, firstCrossing } from '../events/bernstein.js';
import { controlPoints, evaluate, timeWithin, type Segment } from '../segment.js';
import type { Modes, Switch, Transition } from './modes.js';
import { suspects } from './suspects.js';

/** A surface on which the state is. */
export type Zero = NonNullable<Transition<unknown>['onSurface']>[number];

/** Fewest intervals between the nodes at which curved surfaces are sampled. */
const fewestIntervals = 4;

/** Finds the first crossing of a surface within each step, on the polynomials that the functions are there. */
export class SurfaceWatch<Mode> {
  readonly #modes: Modes<Mode>;
  readonly #points: readonly Float64Array[];
  readonly #state: Float64Array;
  readonly #velocity: Float64Array;
  /** Of all surfaces at the control points, or at the nodes and then turned into coefficients. */
  #values: Float64Array[] = [];
  #here = new Float64Array(0);
  #slopes = new Float64Array(0);
  #candidates = new Int32Array(0);
  #curved: ArrayLike<number> | undefined;
  /** Where each surface is: ±1, or 0 where the first step will say. */
  sides: Int8Array = new Int8Array(0);
  /** Order of the zero that a surface has at the current point. */
  order: Int8Array = new Int8Array(0);
  onSurface: number[] = [];
  #degree = 0;

  constructor(modes: Modes<Mode>, dimension: number, degree: number) {
    this.#modes = modes;
    const rows = Math.max(degree, modes.curved ? fewestIntervals : 0) + 1;
    this.#points = Array.from({ length: rows }, () => new Float64Array(dimension));
    this.#state = new Float64Array(dimension);
    this.#velocity = new Float64Array(dimension);
  }

  get count(): number {
    return this.sides.length;
  }

  /** Makes room for the surfaces of a mode; what is known of them is lost if their number changes. */
  allot(mode: Mode): void {
    const modes = this.#modes;
    const length = typeof modes.count === 'function' ? modes.count(mode) : modes.count;
    this.#curved = modes.curved?.(mode);
    if (this.#values.length > 0 && length === this.count) return;
    this.#values = this.#points.map(() => new Float64Array(length));
    this.#here = new Float64Array(length);
    this.#slopes = new Float64Array(length);
    this.#candidates = new Int32Array(2 * length);
    this.sides = new Int8Array(length);
    this.order = new Int8Array(length);
  }

  /** Takes up the surfaces of a mode; all that are zero are on their surface, told or not. */
  enter(t: number, y: Float64Array, mode: Mode, zeros: readonly Zero[]): void {
    this.allot(mode);
    const here = this.valuesAt(t, y, mode);
    const { sides, order } = this;
    order.fill(0);
    for (let i = 0; i < sides.length; i++) sides[i] = Math.sign(here[i]!);
    this.onSurface = zeros.map(({ index }) => index);
    for (const { index, order: degreeOfZero, side = 0 } of zeros) {
      sides[index] = side;
      order[index] = degreeOfZero;
    }
    for (let i = 0; i < sides.length; i++) {
      if (sides[i] === 0 && order[i] === 0) {
        order[i] = 1;
        this.onSurface.push(i);
      }
    }
    this.#values[0]!.set(here);
  }

  /** All functions at a point, until the next call. */
  valuesAt(t: number, y: Float64Array, mode: Mode): Float64Array {
    this.#modes.surfaces(t, y, this.#here, mode);
    return this.#here;
  }

  /** Writes into `found` what switches first, before θ = 1 or there; returns θ, ∞ where nothing does. */
  examine(segment: Segment, mode: Mode, found: Switch[]): number {
    const length = this.#sample(segment, mode);
    if (this.onSurface.length > 0) this.#findSlopes(segment, mode);
    let first = Infinity;
    for (let c = 0; c < length; c++) {
      const index = this.#candidates[c]!;
      const side = this.#sideOf(index, segment.step);
      if (side === 0) continue;
      const theta = this.#crossing(index, side, segment, mode);
      if (theta === undefined || theta > first) continue;
      if (theta < first) found.length = 0;
      first = theta;
      if (found.some((one) => one.index === index)) continue;
      found.push({
        kind: 'surface',
        index,
        direction: side > 0 ? -1 : 1,
        evidence: this.#isCurved(index) ? 'sampled' : 'proved',
      });
    }
    return first;
  }

  /** Goes on from the end of the whole step. */
  advance(t: number, y: Float64Array, mode: Mode): void {
    const end = this.#values[this.#degree]!;
    const { order, sides } = this;
    if (this.onSurface.length > 0) {
      this.onSurface = this.onSurface.filter((index) => {
        // what has left its zero is an ordinary function from here on
        if (!this.hasMoved(index) || end[index] === 0) return true;
        order[index] = 0;
        sides[index] = Math.sign(end[index]!);
        return false;
      });
    }
    if (this.#modes.screen) return; // sampled where it is asked for
    if (this.#modes.project) this.#modes.surfaces(t, y, this.#values[0]!, mode);
    else this.#values[0]!.set(end);
  }

  /** Whether a surface that was zero at the start of the last step is not identically zero on it. */
  hasMoved(index: number): boolean {
    return this.#values.some(
      (row, k) => k <= this.#degree && row[index] !== this.#values[0]![index],
    );
  }

  /** Values at the current point; none for surfaces with a screen. */
  save(): number[] {
    return this.#modes.screen ? [] : Array.from(this.#values[0]!);
  }

  restore(values: readonly number[]): void {
    this.#values[0]!.set(values);
    this.onSurface = [...this.order.keys()].filter((i) => this.order[i] !== 0);
  }

  #isCurved(index: number): boolean {
    return this.#curved !== undefined && this.#curved[index] !== 0;
  }

  /** Bernstein coefficients of the functions along the step; returns how many may have a zero. */
  #sample(segment: Segment, mode: Mode): number {
    const { screen } = this.#modes;
    const candidates = this.#candidates;
    if (this.#curved) return this.#sampleNodes(segment, mode);
    const m = segment.degree;
    this.#degree = m;
    controlPoints(segment, this.#points);
    if (!screen) {
      for (let k = 1; k <= m; k++) {
        const t = timeWithin(segment, k / m);
        this.#modes.surfaces(t, this.#points[k]!, this.#values[k]!, mode);
      }
      return suspects(this.#values, m, this.sides, this.order, candidates);
    }
    let length = screen.candidates(this.#points, m + 1, candidates, mode);
    for (const index of this.onSurface) candidates[length++] = index;
    for (let c = 0; c < length; c++) {
      const index = candidates[c]!;
      for (let k = 0; k <= m; k++) {
        const t = timeWithin(segment, k / m);
        this.#values[k]![index] = screen.value(index, t, this.#points[k]!, mode);
      }
    }
    return length;
  }

  /** Functions that need not be affine: the polynomials through their values at equidistant nodes. */
  #sampleNodes(segment: Segment, mode: Mode): number {
    const m = Math.max(segment.degree, fewestIntervals);
    this.#degree = m;
    for (let k = 1; k <= m; k++) {
      const theta = k / m;
      evaluate(segment, theta, this.#state);
      this.#modes.surfaces(timeWithin(segment, theta), this.#state, this.#values[k]!, mode);
    }
    bernsteinOfValues(this.#values, m);
    return suspects(this.#values, m, this.sides, this.order, this.#candidates);
  }

  #findSlopes({ coefficients, start, step }: Segment, mode: Mode): void {
    if (!this.#modes.velocities) return;
    for (let i = 0; i < this.#velocity.length; i++) this.#velocity[i] = coefficients[1]![i]! / step;
    this.#modes.velocities(start, coefficients[0]!, this.#velocity, this.#slopes, mode);
  }

  /** The coefficients of one function, without the zero that it has at the start of the step. */
  #coefficients(index: number, step: number): Float64Array {
    let coefficients: Float64Array = Float64Array.from(
      { length: this.#degree + 1 },
      (_, k) => this.#values[k]![index]!,
    );
    for (let round = 0; round < this.order[index]!; round++) {
      coefficients = deflate(coefficients);
      if (round > 0 || !this.#modes.velocities) continue;
      // a zero of order 2 has no slope, whatever rounding says
      coefficients[0] = this.order[index] === 2 ? 0 : step * this.#slopes[index]!;
    }
    return coefficients;
  }

  /** The side of a function just after the start of the step; 0 if it stays zero. */
  #sideOf(index: number, step: number): number {
    if (this.order[index] === 0) return this.sides[index]!;
    const leading = this.#coefficients(index, step).find((value) => value !== 0);
    if (leading === undefined) return 0;
    return this.sides[index] || Math.sign(leading);
  }

  #crossing(index: number, side: number, segment: Segment, mode: Mode): number | undefined {
    const theta = firstCrossing(this.#coefficients(index, segment.step), side);
    if (theta === undefined || !this.#isCurved(index)) return theta;
    return this.#polished(index, side, theta, segment, mode);
  }

  /** The zero of the function itself near one of its polynomial; undefined if there is none from there on. */
  #polished(
    index: number,
    side: number,
    theta: number,
    segment: Segment,
    mode: Mode,
  ): number | undefined {
    const value = (at: number): number => {
      evaluate(segment, at, this.#state);
      return this.valuesAt(timeWithin(segment, at), this.#state, mode)[index]!;
    };
    if (theta === 0) return 0;
    let high = theta;
    let atHigh = value(high);
    for (let share = 2 ** -20; atHigh * side >= 0; share *= 16) {
      if (atHigh === 0) break;
      if (high === 1) return undefined;
      high = Math.min(1, theta + share * (1 - theta));
      if (share >= 1) high = 1;
      atHigh = value(high);
    }
    let low = theta;
    let atLow = value(low);
    for (let share = 2 ** -20; atLow * side <= 0; share *= 16) {
      if (share >= 1) return theta;
      low = theta * (1 - share);
      atLow = value(low);
    }
    return bracketedZero(value, low, high, atLow, atHigh);
  }
}
