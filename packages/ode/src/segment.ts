/** The interpolant of one step: y(start + θ·step) = Σ_j coefficients[j]·θ^j for θ from 0 to (end − start)/step. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly coefficients: readonly Float64Array[];
  readonly degree: number;
}

/** The time at θ: the end itself at θ = 1, where rounding might otherwise pass it. */
export const timeWithin = ({ start, end, step }: Segment, theta: number): number =>
  theta === 1 ? end : start + theta * step;

/** The state at θ, into `out`. */
export function evaluate(
  { coefficients, degree }: Pick<Segment, 'coefficients' | 'degree'>,
  theta: number,
  out: Float64Array,
): void {
  const start = coefficients[0]!;
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let j = degree; j > 0; j--) sum = theta * (sum + coefficients[j]![i]!);
    out[i] = start[i]! + sum;
  }
}

/**
 * The control points b_k of the interpolant: y(θ) = Σ_k b_k·binomial(m, k)·θ^k·(1 − θ)^(m − k), by
 * b_k = Σ_(j ≤ k) c_j·binomial(k, j)/binomial(m, j). The curve stays in their convex hull.
 */
export function controlPoints(
  { coefficients, degree }: Pick<Segment, 'coefficients' | 'degree'>,
  out: readonly Float64Array[],
): void {
  const n = out[0]!.length;
  for (let k = 0; k <= degree; k++) {
    const point = out[k]!;
    point.set(coefficients[0]!);
    let weight = 1;
    for (let j = 1; j <= k; j++) {
      weight *= (k - j + 1) / (degree - j + 1);
      const coefficient = coefficients[j]!;
      for (let i = 0; i < n; i++) point[i] = point[i]! + weight * coefficient[i]!;
    }
  }
}

/** Index of the last segment that begins at or before `time`, by bisection. */
export function segmentAt(segments: readonly Segment[], time: number, direction: number): number {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (direction * (segments[middle]!.start - time) <= 0) low = middle;
    else high = middle - 1;
  }
  return low;
}
