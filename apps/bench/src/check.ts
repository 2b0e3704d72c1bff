import { standardErrorsApart, type Summary } from './statistics.js';

/** A number, a text, or mean and deviation of a sample. */
export type Quantity = number | string | Summary;

/** One line of a correctness comparison. */
export interface Check {
  readonly quantity: string;
  readonly measured: Quantity;
  /** Absent where nothing is known to compare with. */
  readonly expected?: Quantity;
  /** Distance between the two, in `measure`. */
  readonly deviation?: number;
  readonly limit?: number;
  readonly measure?: 'standard errors' | 'relative' | 'absolute' | 'bits';
  readonly verdict: 'right' | 'wrong' | 'reported';
}

/** Compares the means of two samples: at most `limit` standard errors apart, both spreads counted. */
export function compareMeans(
  quantity: string,
  measured: Summary,
  expected: Summary,
  limit: number,
): Check {
  const deviation = standardErrorsApart(measured, expected);
  return judge({ quantity, measured, expected, deviation, limit, measure: 'standard errors' });
}

/** Compares a sample with the distribution that it should be from, of known mean and standard deviation. */
export function compareWithDistribution(
  quantity: string,
  measured: Summary,
  distribution: Pick<Summary, 'mean' | 'deviation'>,
  limit: number,
): Check {
  const expected = distribution.mean;
  const standardError = distribution.deviation / Math.sqrt(measured.count);
  const deviation = Math.abs(measured.mean - expected) / standardError;
  return judge({ quantity, measured, expected, deviation, limit, measure: 'standard errors' });
}

/** `measured` differs from `expected` by at most `limit`, relative to |expected| unless that is 0. */
export function compareNumbers(
  quantity: string,
  measured: number,
  expected: number,
  limit: number,
): Check {
  const scale = expected === 0 ? 1 : Math.abs(expected);
  const deviation = Math.abs(measured - expected) / scale;
  const measure = expected === 0 ? 'absolute' : 'relative';
  return judge({ quantity, measured, expected, deviation, limit, measure });
}

/** An error that was computed where the vectors are: at most `limit`. */
export function boundError(
  quantity: string,
  error: number,
  limit: number,
  measure: 'relative' | 'absolute' = 'relative',
): Check {
  return judge({ quantity, measured: error, expected: 0, deviation: error, limit, measure });
}

/** A claim that holds or does not. */
export function claim(quantity: string, measured: string, expected: string): Check {
  return { quantity, measured, expected, verdict: measured === expected ? 'right' : 'wrong' };
}

/** Results of different numbers of threads have the same bits, by their hashes. */
export function compareBits(threads: readonly number[], digests: readonly string[]): Check {
  const different = [...new Set(digests)];
  return {
    ...claim(`same bits on ${threads.join(', ')} threads`, different.join(' ≠ '), digests[0]!),
    measure: 'bits',
  };
}

/** A number that is shown and not judged. */
export function observation(quantity: string, measured: Quantity): Check {
  return { quantity, measured, verdict: 'reported' };
}

function judge(check: Omit<Check, 'verdict'> & { deviation: number; limit: number }): Check {
  // Written so that NaN is wrong.
  return { ...check, verdict: check.deviation <= check.limit ? 'right' : 'wrong' };
}
