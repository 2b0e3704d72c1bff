/** Mean and standard deviation of a sample. */
export interface Summary {
  readonly mean: number;
  /** Sample standard deviation, divisor count − 1; 0 for a single value. */
  readonly deviation: number;
  readonly count: number;
}

/** Mean and standard deviation of the values. */
export function summarize(values: readonly number[]): Summary {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : 0, count };
}

/**
 * |mean₁ − mean₂| in standard errors of the difference, √(s₁²/n₁ + s₂²/n₂): Welch's statistic, which counts
 * the spread of both samples. 0/0 (equal means without spread) is 0.
 */
export function standardErrorsApart(one: Summary, other: Summary): number {
  const difference = Math.abs(one.mean - other.mean);
  if (difference === 0) return 0;
  return (
    difference /
    Math.hypot(one.deviation / Math.sqrt(one.count), other.deviation / Math.sqrt(other.count))
  );
}

/** The middle value; the mean of the two middle ones of an even number. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)]!;
  return ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}
