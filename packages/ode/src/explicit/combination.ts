/**
 * out = y + h·Σ weights_i·k_i in this order, from 0 without y; weights that are 0 take no part. One pass over the
 * components for up to four terms: what is summed stays in registers.
 */
export class Combination {
  private readonly weights: Float64Array;
  /** The stages with these weights. */
  private readonly used: readonly number[];

  constructor(weights: readonly number[]) {
    this.used = weights.flatMap((weight, i) => (weight === 0 ? [] : [i]));
    this.weights = Float64Array.from(this.used, (i) => weights[i]!);
  }

  write(
    stages: readonly Float64Array[],
    y: Float64Array | undefined,
    h: number,
    out: Float64Array,
  ): void {
    const { weights, used } = this;
    const n = out.length;
    const { length } = weights;
    if (y) {
      if (y !== out) for (let j = 0; j < n; j++) out[j] = y[j]!;
    } else if (length > 0) {
      // nothing is added to −0
      const a = h * weights[0]!;
      const p = stages[used[0]!]!;
      for (let j = 0; j < n; j++) out[j] = 0 + a * p[j]!;
    } else out.fill(0);
    for (let i = y ? 0 : 1; i < length;) i = this.add(stages, i, h, out);
  }

  /** Adds up to four terms from the i-th one; returns the next. */
  private add(stages: readonly Float64Array[], i: number, h: number, out: Float64Array): number {
    const { weights, used } = this;
    const n = out.length;
    const left = weights.length - i;
    const a = h * weights[i]!;
    const p = stages[used[i]!]!;
    if (left === 1) {
      for (let j = 0; j < n; j++) out[j] = out[j]! + a * p[j]!;
      return i + 1;
    }
    const b = h * weights[i + 1]!;
    const q = stages[used[i + 1]!]!;
    if (left === 2) {
      for (let j = 0; j < n; j++) out[j] = out[j]! + a * p[j]! + b * q[j]!;
      return i + 2;
    }
    const c = h * weights[i + 2]!;
    const r = stages[used[i + 2]!]!;
    if (left === 3) {
      for (let j = 0; j < n; j++) out[j] = out[j]! + a * p[j]! + b * q[j]! + c * r[j]!;
      return i + 3;
    }
    const d = h * weights[i + 3]!;
    const s = stages[used[i + 3]!]!;
    for (let j = 0; j < n; j++) out[j] = out[j]! + a * p[j]! + b * q[j]! + c * r[j]! + d * s[j]!;
    return i + 4;
  }
}
