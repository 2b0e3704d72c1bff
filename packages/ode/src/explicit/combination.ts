/** So many terms are added in one pass. */
const mostAtOnce = 7;

/**
 * out = y + h·Σ weights_i·k_i in this order; weights that are 0 take no part. The stages k_i follow each other in one
 * piece of memory, and up to seven of them are added in one pass: what is summed stays in registers.
 */
export class Combination {
  private readonly weights: Float64Array;
  /** The stages with these weights. */
  private readonly used: Int32Array;

  constructor(weights: readonly number[]) {
    this.used = Int32Array.from(weights.flatMap((weight, i) => (weight === 0 ? [] : [i])));
    this.weights = Float64Array.from(this.used, (i) => weights[i]!);
  }

  write(stages: Float64Array, y: Float64Array, h: number, out: Float64Array): void {
    const { length } = this.weights;
    if (length === 0) out.set(y);
    for (let i = 0; i < length; i += mostAtOnce) this.add(stages, i === 0 ? y : out, i, h, out);
  }

  /** Adds the terms from the i-th one on. */
  private add(k: Float64Array, y: Float64Array, i: number, h: number, out: Float64Array): void {
    const { weights, used } = this;
    const n = out.length;
    const left = weights.length - i;
    const a = h * weights[i]!;
    const p = n * used[i]!;
    if (left === 1) {
      for (let j = 0; j < n; j++) out[j] = y[j]! + a * k[p + j]!;
      return;
    }
    const b = h * weights[i + 1]!;
    const q = n * used[i + 1]!;
    if (left === 2) {
      for (let j = 0; j < n; j++) out[j] = y[j]! + a * k[p + j]! + b * k[q + j]!;
      return;
    }
    const c = h * weights[i + 2]!;
    const r = n * used[i + 2]!;
    if (left === 3) {
      for (let j = 0; j < n; j++) {
        out[j] = y[j]! + a * k[p + j]! + b * k[q + j]! + c * k[r + j]!;
      }
      return;
    }
    const d = h * weights[i + 3]!;
    const s = n * used[i + 3]!;
    if (left === 4) {
      for (let j = 0; j < n; j++) {
        out[j] = y[j]! + a * k[p + j]! + b * k[q + j]! + c * k[r + j]! + d * k[s + j]!;
      }
      return;
    }
    const e = h * weights[i + 4]!;
    const t = n * used[i + 4]!;
    if (left === 5) {
      for (let j = 0; j < n; j++) {
        const sum = y[j]! + a * k[p + j]! + b * k[q + j]! + c * k[r + j]!;
        out[j] = sum + d * k[s + j]! + e * k[t + j]!;
      }
      return;
    }
    const f = h * weights[i + 5]!;
    const u = n * used[i + 5]!;
    if (left === 6) {
      for (let j = 0; j < n; j++) {
        const sum = y[j]! + a * k[p + j]! + b * k[q + j]! + c * k[r + j]!;
        out[j] = sum + d * k[s + j]! + e * k[t + j]! + f * k[u + j]!;
      }
      return;
    }
    const g = h * weights[i + 6]!;
    const v = n * used[i + 6]!;
    for (let j = 0; j < n; j++) {
      const sum = y[j]! + a * k[p + j]! + b * k[q + j]! + c * k[r + j]!;
      out[j] = sum + d * k[s + j]! + e * k[t + j]! + f * k[u + j]! + g * k[v + j]!;
    }
  }
}
