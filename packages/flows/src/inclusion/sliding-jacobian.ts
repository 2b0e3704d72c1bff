import { maxAbs, once, VectorBlock } from '@nonsmooth/core';
import type { SlidingField } from './sliding-field.js';

/**
 * ∂Θ'/∂Θ of the field of a pattern for implicit steps, by differences and restricted to what is held: P·A·P with P the
 * projection on the tangent space there and A symmetric. Steps then stay on what is held to rounding, where the errors of
 * plain differences would leave it.
 */
export class SlidingJacobian {
  private readonly field: SlidingField;
  /** Most flows never ask for a matrix. */
  private readonly vectors: () => Record<'here' | 'there' | 'moved', Float64Array>;

  constructor(field: SlidingField, dimension: number) {
    this.field = field;
    this.vectors = once(() => {
      const block = new VectorBlock(3 * dimension);
      const next = (): Float64Array => block.next(dimension);
      return { here: next(), there: next(), moved: next() };
    });
  }

  /** Writes the matrix at x, row by row. */
  matrix(x: Float64Array, out: Float64Array): void {
    const { field } = this;
    const { here, there, moved } = this.vectors();
    const n = here.length;
    field.velocity(x, here);
    const smallest = 1e-3 * maxAbs(x) || 1;
    moved.set(x);
    for (let j = 0; j < n; j++) {
      moved[j] = x[j]! + rootOfRounding * Math.max(Math.abs(x[j]!), smallest);
      const step = moved[j]! - x[j]!;
      field.velocity(moved, there);
      moved[j] = x[j]!;
      for (let i = 0; i < n; i++) out[j * n + i] = (there[i]! - here[i]!) / step;
    }
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        const mean = (out[i * n + j]! + out[j * n + i]!) / 2;
        out[i * n + j] = mean;
        out[j * n + i] = mean;
      }
    }
    if (!field.isSliding) return;
    // rows and multipliers are those of the last evaluation again
    field.velocity(x, here);
    for (let i = 0; i < n; i++) field.toTangent(out.subarray(i * n, (i + 1) * n));
    for (let j = 0; j < n; j++) {
      for (let i = 0; i < n; i++) there[i] = out[i * n + j]!;
      field.toTangent(there);
      for (let i = 0; i < n; i++) out[i * n + j] = there[i]!;
    }
  }
}

const rootOfRounding = 2 ** -26;
