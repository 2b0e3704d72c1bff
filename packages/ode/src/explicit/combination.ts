/**
 * out = y + h·Σ weights_i·k_i in this order, from 0 without y; weights that are 0 take no part. One pass over the
 * components for up to seven terms: what is summed stays in registers.
 */
export class Combination {
  private readonly weights: Float64Array;
  private readonly terms: readonly Float64Array[];

  constructor(weights: readonly number[], stages: readonly Float64Array[]) {
    const used = weights.flatMap((weight, i) => (weight === 0 ? [] : [i]));
    this.weights = Float64Array.from(used, (i) => weights[i]!);
    this.terms = used.map((i) => stages[i]!);
  }

  write(y: Float64Array | undefined, h: number, out: Float64Array): void {
    const { weights, terms } = this;
    const n = out.length;
    const { length } = weights;
    if (y) {
      if (y !== out) for (let j = 0; j < n; j++) out[j] = y[j]!;
    } else if (length > 0) {
      // nothing is added to −0
      const a = h * weights[0]!;
      const p = terms[0]!;
      for (let j = 0; j < n; j++) out[j] = 0 + a * p[j]!;
    } else out.fill(0);
    for (let i = y ? 0 : 1; i < length;) i = this.add(i, h, out);
  }

  /** Adds up to four terms from the i-th one; returns the next. */
  private add(i: number, h: number, out: Float64Array): number {
    const { weights, terms } = this;
    const n = out.length;
    const left = weights.length - i;
    const a = h * weights[i]!;
    const p = terms[i]!;
    if (left === 1) {
      for (let j = 0; j < n; j++) out[j] = out[j]! + a * p[j]!;
      return i + 1;
    }
    const b = h * weights[i + 1]!;
    const q = terms[i + 1]!;
    if (left === 2) {
      for (let j = 0; j < n; j++) out[j] = out[j]! + a * p[j]! + b * q[j]!;
      return i + 2;
    }
    const c = h * weights[i + 2]!;
    const r = terms[i + 2]!;
    if (left === 3) {
      for (let j = 0; j < n; j++) out[j] = out[j]! + a * p[j]! + b * q[j]! + c * r[j]!;
      return i + 3;
    }
    const d = h * weights[i + 3]!;
    const s = terms[i + 3]!;
    for (let j = 0; j < n; j++) out[j] = out[j]! + a * p[j]! + b * q[j]! + c * r[j]! + d * s[j]!;
    return i + 4;
  }
}
