import type { VectorBlock } from '@nonsmooth/core';
import type { SlidingField } from './sliding-field.js';
import { mixedSigns } from './term-sizes.js';

/** What rounding can make of forces: their changes as a state changes by rounding. */
export class StateNoise {
  /** 8 ε times the size of the changes of the gradient. */
  size = 0;
  /** How often it was asked for. */
  measured = 0;
  private readonly field: SlidingField;
  private readonly signs: Float64Array;
  private readonly scratch: Float64Array;
  private readonly here: Float64Array;
  private readonly there: Float64Array;

  constructor(field: SlidingField, block: VectorBlock) {
    const { dimension } = field.kinked;
    this.field = field;
    this.scratch = block.next(dimension);
    this.here = block.next(dimension);
    this.there = block.next(dimension);
    this.signs = mixedSigns(dimension);
  }

  /** What changes of the state by this share of it can make of forces. */
  ofShare(share: number): number {
    return (this.size * share) / (8 * Number.EPSILON);
  }

  /** At a state y under the pattern of the field. */
  measure(y: Float64Array): void {
    // curvature changes slowly
    if (this.measured++ % 8 !== 0) return;
    const { field, signs, scratch, here, there } = this;
    const part = 2 ** -30;
    field.sweepAt(y, here);
    for (let i = 0; i < y.length; i++) scratch[i] = y[i]! * (1 + part * signs[i]!);
    field.sweepAt(scratch, there);
    let change = 0;
    for (let i = 0; i < y.length; i++) change += (there[i]! - here[i]!) ** 2;
    this.size = (8 * Number.EPSILON * Math.sqrt(change)) / part;
  }
}
