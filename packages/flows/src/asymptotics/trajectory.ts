import { ArgumentError, norm2, requirePositive } from '@nonsmooth/core';
import type { Flow } from '../flow/flow.js';
import type { Trajectory } from './classify.js';

/** What `classify` looks at, from the saved times t > 0 of a flow. */
export function trajectoryOf(flow: Pick<Flow, 't' | 'y' | 'loss' | 'speed'>): Trajectory {
  const kept = [...flow.t.keys()].filter((i) => flow.t[i]! > 0);
  return {
    times: kept.map((i) => flow.t[i]!),
    norms: kept.map((i) => norm2(flow.y[i]!)),
    speeds: kept.map((i) => flow.speed[i]!),
    losses: kept.map((i) => flow.loss[i]!),
  };
}

/** Times from `first` to `last`, both included, evenly spread in log t: so many per decade, fewer than 1e8 in all. */
export function logarithmicTimes(first: number, last: number, perDecade: number): Float64Array {
  if (!(first > 0 && first < last && last / first < Infinity)) {
    throw new ArgumentError(
      'first, last',
      [first, last],
      'finite numbers with 0 < first < last and a finite quotient',
    );
  }
  requirePositive({ perDecade });
  const count = Math.max(1, Math.round(Math.log10(last / first) * perDecade));
  if (count >= 1e8) {
    throw new ArgumentError('perDecade', perDecade, `fewer than 1e8 times in all, not ${count}`);
  }
  return Float64Array.from({ length: count + 1 }, (_, i) =>
    i === count ? last : first * (last / first) ** (i / count),
  );
}
