import type { Pattern } from './pattern.js';
import type { SlidingField } from './sliding-field.js';

/** What rounding can make of arguments and gradients: their changes as a state changes by rounding. */
export class Rounding {
  /** By argument: the size of the terms that it is a sum of. */
  readonly scales: Float64Array;
  /** The size of changes of the gradient, times 8 ε. */
  stateNoise = 0;
  private readonly field: SlidingField;
  private readonly signs: Float64Array;
  private readonly scratch: Float64Array;
  private readonly lost: Float64Array;
  private readonly here: Float64Array;
  private readonly otherGradient: Float64Array;
  private measured = 0;

  constructor(field: SlidingField) {
    const { dimension, size } = field.frozen;
    this.field = field;
    this.scales = new Float64Array(size);
    this.lost = new Float64Array(size);
    this.here = new Float64Array(size);
    this.scratch = new Float64Array(dimension);
    this.otherGradient = new Float64Array(dimension);
    // fixed, of no pattern
    this.signs = Float64Array.from({ length: dimension }, (_, i) => Math.cos(1 + i * i));
  }

  /** At y, to which a step led from `start`. */
  measure(y: Float64Array, start: Float64Array, { sides }: Pattern): void {
    const { field, scales, signs, scratch, lost, here } = this;
    const { frozen } = field;
    // of the terms at y, and of those that were lost on the way there
    for (let i = 0; i < y.length; i++) scratch[i] = y[i]! - start[i]!;
    frozen.velocities(y, sides, scratch, field.values);
    for (let i = 0; i < y.length; i++) scratch[i] = y[i]! * signs[i]!;
    frozen.velocities(y, sides, scratch, scales);
    for (let i = 0; i < scales.length; i++) {
      lost[i] = Math.abs(scales[i]!) + Math.abs(field.values[i]!);
    }
    // of terms that cancel altogether: what is no derivative in small changes is rounding
    frozen.values(y, sides, here);
    for (const change of [2 ** -44, -(2 ** -43), 2 ** -42]) {
      for (let i = 0; i < y.length; i++) scratch[i] = y[i]! * (1 + change * signs[i]!);
      frozen.values(scratch, sides, field.values);
      for (let i = 0; i < scales.length; i++) {
        const rounding = field.values[i]! - here[i]! - change * scales[i]!;
        lost[i] = Math.max(lost[i]!, Math.abs(rounding) / (2 * Number.EPSILON));
      }
    }
    let largest = 0;
    for (const scale of lost) largest = Math.max(largest, scale);
    // products of rounding errors are nothing, too
    for (let i = 0; i < scales.length; i++) scales[i] = lost[i]! + 1e-14 * largest;
    // curvature changes slowly
    if (this.measured++ % 8 === 0) this.measureForces(y, sides);
  }

  private measureForces(y: Float64Array, sides: Float64Array): void {
    const { field, signs, scratch, otherGradient } = this;
    const { frozen, gradient, values, bounds } = field;
    const part = 2 ** -30;
    field.forget();
    field.sweeps += 2;
    frozen.sweep(y, sides, undefined, otherGradient, values, bounds);
    for (let i = 0; i < y.length; i++) scratch[i] = y[i]! * (1 + part * signs[i]!);
    frozen.sweep(scratch, sides, undefined, gradient, values, bounds);
    let change = 0;
    for (let i = 0; i < y.length; i++) change += (gradient[i]! - otherGradient[i]!) ** 2;
    this.stateNoise = (8 * Number.EPSILON * Math.sqrt(change)) / part;
  }
}
