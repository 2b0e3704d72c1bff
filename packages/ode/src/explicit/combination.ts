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
    const { length } = this.weights;
    let i: number;
    if (length === 0) {
      if (y) out.set(y);
      else out.fill(0);
      return;
    }
    if (y) i = this.addTo(y, stages, 0, h, out);
    else i = this.begin(stages, h, out);
    while (i < length) i = this.addTo(out, stages, i, h, out);
  }

  /** Writes the sum of up to four terms; nothing is added to −0. Returns how many. */
  private begin(stages: readonly Float64Array[], h: number, out: Float64Array): number {
    const { weights, used } = this;
    const n = out.length;
    const a = h * weights[0]!;
    const p = stages[used[0]!]!;
    if (weights.length < 4) {
      for (let j = 0; j < n; j++) out[j] = 0 + a * p[j]!;
      return 1;
    }
    const b = h * weights[1]!;
    const q = stages[used[1]!]!;
    const c = h * weights[2]!;
    const r = stages[used[2]!]!;
    const d = h * weights[3]!;
    const s = stages[used[3]!]!;
    for (let j = 0; j < n; j++) out[j] = 0 + a * p[j]! + b * q[j]! + c * r[j]! + d * s[j]!;
    return 4;
  }

  /** Writes y and up to four terms from the i-th one; returns the next. */
  private addTo(
    y: Float64Array,
    stages: readonly Float64Array[],
    i: number,
    h: number,
    out: Float64Array,
  ): number {
    const { weights, used } = this;
    const n = out.length;
    const left = weights.length - i;
    const a = h * weights[i]!;
    const p = stages[used[i]!]!;
    if (left === 1) {
      for (let j = 0; j < n; j++) out[j] = y[j]! + a * p[j]!;
      return i + 1;
    }
    const b = h * weights[i + 1]!;
    const q = stages[used[i + 1]!]!;
    if (left === 2) {
      for (let j = 0; j < n; j++) out[j] = y[j]! + a * p[j]! + b * q[j]!;
      return i + 2;
    }
    const c = h * weights[i + 2]!;
    const r = stages[used[i + 2]!]!;
    if (left === 3) {
      for (let j = 0; j < n; j++) out[j] = y[j]! + a * p[j]! + b * q[j]! + c * r[j]!;
      return i + 3;
    }
    const d = h * weights[i + 3]!;
    const s = stages[used[i + 3]!]!;
    for (let j = 0; j < n; j++) out[j] = y[j]! + a * p[j]! + b * q[j]! + c * r[j]! + d * s[j]!;
    return i + 4;
  }
}
