import { peakLoop, type Dtype } from '@nonsmooth/kernels';
import type { Mark } from '../mark.js';
import type { Rates, Work } from '../scenario.js';

// Times of other systems were measured on one core of a machine with this limit of 128-bit multiplications and
// additions; here they are scaled by the limit of this machine, measured in the same run.
const referenceLimit = 20.7e9;

export const limitCaseName = (dtype: Dtype): string => `limit ${dtype}`;

/** The register-only loop as work; its answer is the error. */
export function limitWork(dtype: Dtype): Work<number> {
  const loop = peakLoop(dtype);
  const steps = 20_000;
  // the fixed point 1/2 of a ← a/2 + 1/4 in each of twelve chains
  const expected = 6;
  const found = new Float64Array(1);
  return {
    units: loop.operations(steps),
    run: () => void (found[0] = loop.run(steps)),
    answer: () => Math.abs(found[0]! - expected),
    fingerprint: () => [found],
  };
}

/** How many times faster than another system, whose time was taken on the reference machine. */
export function markAgainst(
  system: string,
  systemSeconds: number,
  rates: Rates,
  own: { readonly name: string; readonly seconds: number | undefined },
  mark: number,
): readonly Mark[] {
  const limit = rates.peak(limitCaseName('f64'));
  if (limit === undefined || own.seconds === undefined) return [];
  const scaled = (systemSeconds * referenceLimit) / limit;
  return [{ quantity: `${system} (scaled) ÷ ${own.name}`, ratio: scaled / own.seconds, mark }];
}
