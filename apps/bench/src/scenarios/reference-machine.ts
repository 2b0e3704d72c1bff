import { peakLoop, type Dtype } from '@nonsmooth/kernels';
import { timed, type Case } from '../case.js';
import { boundError } from '../check.js';
import type { Comparison } from '../comparison.js';

// Times of other systems were measured on one core of a machine with this limit of 128-bit multiplications and
// additions; here they are scaled by the limit of this machine, measured in windows beside the work.
const referenceLimit = 20.7e9;

/** The register-only loop, whose speed is the limit of the portable kernels on this machine. */
export const limitCases: Readonly<Record<Dtype, Case>> = {
  f64: limitCase('f64'),
  f32: limitCase('f32'),
};

function limitCase(dtype: Dtype): Case {
  return timed<number>({
    name: `limit ${dtype}`,
    unit: 'flop',
    baseline: true,
    prepare() {
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
    },
    check: (error) => [boundError('error', error, 0)],
  });
}

/** How many times faster than another system, whose time for one call of the work was taken on the reference machine. */
export function fasterThanScaled(
  system: string,
  systemSeconds: number,
  own: { readonly name: string },
  mark: number,
  partsPerCall = 1,
): Comparison {
  return {
    quantity: `${system} (scaled) ÷ ${own.name}`,
    cases: [limitCases.f64, own],
    ratio(rates) {
      const limit = rates.rate(limitCases.f64);
      const seconds = rates.secondsPerCall(own);
      if (limit === undefined || seconds === undefined) return undefined;
      return (systemSeconds * referenceLimit * partsPerCall) / (limit * seconds);
    },
    mark,
  };
}

/** The same for work that is shared by threads: units per second on one of them. */
export function throughputAgainstScaled(
  system: string,
  systemRate: number,
  own: { readonly name: string },
  mark: number,
): Comparison {
  return {
    quantity: `${own.name} ÷ ${system} (scaled)`,
    cases: [limitCases.f64],
    ratio(rates) {
      const limit = rates.rate(limitCases.f64);
      const rate = rates.throughput(own, 1);
      if (limit === undefined || rate === undefined) return undefined;
      return (rate * referenceLimit) / (systemRate * limit);
    },
    mark,
  };
}
