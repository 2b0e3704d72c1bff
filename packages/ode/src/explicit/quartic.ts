import { Combination } from './combination.js';

/** So many stages are read in one pass. */
const most = 7;

/**
 * The interpolants of degree 4 over at most seven stages: c_j = h·Σ p_ij·k_i, the coefficients of θ², θ³ and θ⁴ in one
 * pass, in which every stage is read once. The same bits as of four combinations.
 */
export class Quartic {
  private readonly first: Combination;
  private readonly weights: Float64Array;
  private readonly used: Int32Array;

  private constructor(p: readonly (readonly number[])[], used: readonly number[]) {
    this.first = new Combination(p.map((row) => row[0]!));
    // stages of weight 0 fill the places that are left
    const places = Array.from({ length: most }, (_, i) => used[i] ?? used[0]!);
    this.used = Int32Array.from(places);
    this.weights = Float64Array.from(
      [1, 2, 3].flatMap((j) => places.map((stage, i) => (i < used.length ? p[stage]![j]! : 0))),
    );
  }

  /** The interpolant of these weights, unless it is another one. */
  static of(p: readonly (readonly number[])[]): Quartic | undefined {
    const used = p.flatMap((row, i) => (row.slice(1).some((weight) => weight !== 0) ? [i] : []));
    const isOne = p[0]!.length === 4 && used.length > 0 && used.length <= most;
    return isOne ? new Quartic(p, used) : undefined;
  }

  /** Writes the coefficients of θ to θ⁴ behind that of 1; `zero` is as long as they are. */
  write(
    stages: Float64Array,
    zero: Float64Array,
    h: number,
    coefficients: readonly Float64Array[],
  ): void {
    this.first.write(stages, zero, h, coefficients[1]!);
    higherPowers(stages, this.used, this.weights, h, coefficients);
  }
}

function higherPowers(
  k: Float64Array,
  used: Int32Array,
  weights: Float64Array,
  h: number,
  coefficients: readonly Float64Array[],
): void {
  const second = coefficients[2]!;
  const third = coefficients[3]!;
  const fourth = coefficients[4]!;
  const n = second.length;
  const p = n * used[0]!;
  const q = n * used[1]!;
  const r = n * used[2]!;
  const s = n * used[3]!;
  const t = n * used[4]!;
  const u = n * used[5]!;
  const v = n * used[6]!;
  const a2 = h * weights[0]!;
  const b2 = h * weights[1]!;
  const c2 = h * weights[2]!;
  const d2 = h * weights[3]!;
  const e2 = h * weights[4]!;
  const f2 = h * weights[5]!;
  const g2 = h * weights[6]!;
  const a3 = h * weights[7]!;
  const b3 = h * weights[8]!;
  const c3 = h * weights[9]!;
  const d3 = h * weights[10]!;
  const e3 = h * weights[11]!;
  const f3 = h * weights[12]!;
  const g3 = h * weights[13]!;
  const a4 = h * weights[14]!;
  const b4 = h * weights[15]!;
  const c4 = h * weights[16]!;
  const d4 = h * weights[17]!;
  const e4 = h * weights[18]!;
  const f4 = h * weights[19]!;
  const g4 = h * weights[20]!;
  for (let j = 0; j < n; j++) {
    const a = k[p + j]!;
    const b = k[q + j]!;
    const c = k[r + j]!;
    const d = k[s + j]!;
    const e = k[t + j]!;
    const f = k[u + j]!;
    const g = k[v + j]!;
    second[j] = 0 + a2 * a + b2 * b + c2 * c + d2 * d + e2 * e + f2 * f + g2 * g;
    third[j] = 0 + a3 * a + b3 * b + c3 * c + d3 * d + e3 * e + f3 * f + g3 * g;
    fourth[j] = 0 + a4 * a + b4 * b + c4 * c + d4 * d + e4 * e + f4 * f + g4 * g;
  }
}
