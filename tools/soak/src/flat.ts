/** Memory after a round, in megabytes, and when. */
export interface Sample {
  readonly seconds: number;
  /** Objects and buffers that are alive after a collection. */
  readonly live: number;
  /** What the system counts. */
  readonly resident: number;
}

/** How memory went. */
export interface Trend {
  /** The median slope of live memory, in megabytes per hour, and by how much it grew over all samples. */
  readonly perHour: number;
  readonly growth: number;
  /** Of resident memory, from the median of the first half to that of the second. */
  readonly residentGrowth: number;
  readonly isFlat: boolean;
}

/** Growth over all samples that passes for noise, of live and of resident memory. */
const allowed = { megabytes: 4, part: 0.05, residentPart: 0.15 };

/**
 * Whether memory is flat after warming up: the first fifth of the samples is left out. The slope is the median of those
 * between all pairs of samples (Theil 1950, Sen 1968), which single rounds do not move.
 */
export function trendOf(samples: readonly Sample[]): Trend {
  const later = samples.slice(Math.ceil(samples.length / 5));
  const slopes: number[] = [];
  later.forEach((b, j) => {
    for (const a of later.slice(0, j)) slopes.push((b.live - a.live) / (b.seconds - a.seconds));
  });
  const slope = median(slopes);
  const [first, last] = [later[0]!, later.at(-1)!];
  const growth = slope * (last.seconds - first.seconds);
  const half = later.length >> 1;
  const resident = [later.slice(0, half), later.slice(half)].map((part) =>
    median(part.map((sample) => sample.resident)),
  );
  const residentGrowth = resident[1]! - resident[0]!;
  const limit = Math.max(allowed.megabytes, allowed.part * first.live);
  return {
    perHour: 3600 * slope,
    growth,
    residentGrowth,
    isFlat: growth <= limit && residentGrowth <= allowed.residentPart * resident[0]!,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
