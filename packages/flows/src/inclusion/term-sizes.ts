import type { FrozenFunction } from '@nonsmooth/autodiff';

/** Sizes of the terms that arguments of kinks are sums of: their changes as a state changes by rounding. */
export class TermSizes {
  /** By argument. */
  readonly scales: Float64Array;
  private readonly frozen: FrozenFunction;
  private readonly signs: Float64Array;
  private readonly scratch: Float64Array;
  private readonly values: Float64Array;
  private readonly lost: Float64Array;
  private readonly here: Float64Array;

  constructor(frozen: FrozenFunction) {
    const { dimension, size } = frozen;
    this.frozen = frozen;
    this.scales = new Float64Array(size);
    this.values = new Float64Array(size);
    this.lost = new Float64Array(size);
    this.here = new Float64Array(size);
    this.scratch = new Float64Array(dimension);
    this.signs = mixedSigns(dimension);
  }

  /** At y, to which a step led from `start`. */
  measure(y: Float64Array, start: Float64Array, sides: Float64Array): void {
    const { frozen, scales, signs, scratch, values, lost, here } = this;
    // of the terms at y, and of those that were lost on the way there
    for (let i = 0; i < y.length; i++) scratch[i] = y[i]! - start[i]!;
    frozen.velocities(y, sides, scratch, values);
    for (let i = 0; i < y.length; i++) scratch[i] = y[i]! * signs[i]!;
    frozen.velocities(y, sides, scratch, scales);
    for (let i = 0; i < scales.length; i++) lost[i] = Math.abs(scales[i]!) + Math.abs(values[i]!);
    // of terms that cancel altogether: what is no derivative in small changes is rounding
    frozen.values(y, sides, here);
    for (const change of [2 ** -44, -(2 ** -43), 2 ** -42]) {
      for (let i = 0; i < y.length; i++) scratch[i] = y[i]! * (1 + change * signs[i]!);
      frozen.values(scratch, sides, values);
      for (let i = 0; i < scales.length; i++) {
        const rounding = values[i]! - here[i]! - change * scales[i]!;
        lost[i] = Math.max(lost[i]!, Math.abs(rounding) / (2 * Number.EPSILON));
      }
    }
    let largest = 0;
    for (const scale of lost) largest = Math.max(largest, scale);
    // products of rounding errors are nothing, too
    for (let i = 0; i < scales.length; i++) scales[i] = lost[i]! + 1e-14 * largest;
  }
}

/** Numbers in [−1, 1] of no pattern, always the same; not to be changed. */
export function mixedSigns(length: number): Float64Array {
  if (last.length !== length) {
    last = new Float64Array(length);
    for (let i = 0; i < length; i++) last[i] = Math.cos(1 + i * i);
  }
  return last;
}

/** Those that were asked for last. */
let last = new Float64Array(0);
