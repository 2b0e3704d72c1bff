/** Three curves: a middle one and a band around it. */
export interface Band {
  readonly x: readonly number[];
  readonly low: readonly number[];
  readonly middle: readonly number[];
  readonly high: readonly number[];
}

/** Values of several members at the same x, those of members that have none left out. */
export interface Sampled {
  readonly x: number;
  readonly values: readonly number[];
}

/** Median and quartiles, interpolated between order statistics; ±∞ and NaN (as +∞) count. */
export function quartiles(samples: readonly Sampled[]): Band {
  return bandOf(samples, (values) => {
    const sorted = values.map((v) => (Number.isNaN(v) ? Infinity : v)).sort((a, b) => a - b);
    return [0.25, 0.5, 0.75].map((u) => quantile(sorted, u)) as [number, number, number];
  });
}

/** Mean and standard deviation of a sample (divided by n − 1). */
export function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  const n = values.length;
  const mean = values.reduce((sum, v) => sum + v / n, 0);
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { mean, deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : 0 };
}

/** Mean ± standard deviation; of logarithms on a logarithmic axis, where the band is then symmetric. */
export function deviations(samples: readonly Sampled[], isLogarithmic: boolean): Band {
  return bandOf(samples, (values) => {
    const { mean, deviation } = meanAndDeviation(isLogarithmic ? values.map(Math.log) : values);
    const back = isLogarithmic ? Math.exp : (v: number): number => v;
    return [back(mean - deviation), back(mean), back(mean + deviation)];
  });
}

function bandOf(
  samples: readonly Sampled[],
  three: (values: readonly number[]) => readonly [number, number, number],
): Band {
  const rows = samples.map(({ values }) => three(values));
  const column = (i: 0 | 1 | 2): number[] => rows.map((row) => row[i]);
  return { x: samples.map(({ x }) => x), low: column(0), middle: column(1), high: column(2) };
}

/** Of sorted values; between two of them linearly. */
export function quantile(sorted: readonly number[], u: number): number {
  const place = u * (sorted.length - 1);
  const below = Math.floor(place);
  const rest = place - below;
  const low = sorted[below]!;
  return rest === 0 ? low : low + rest * (sorted[below + 1]! - low);
}
