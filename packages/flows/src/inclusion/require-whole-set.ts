import { ArgumentError } from '@nonsmooth/core';
import type { TracedObjective } from '@nonsmooth/autodiff';
import { defaultKinks, type Kinks } from '@nonsmooth/kernels';

const instead = "for flows across kinks; kinks: 'ignored' follows the objective's own gradient";

/**
 * Throws ArgumentError for an objective that is computed or differentiated in a way of its own: a flow across kinks
 * follows Clarke's whole set, of which no element is chosen, in double precision.
 */
export function requireWholeSet({
  dtype = 'f64',
  kinks = defaultKinks,
}: Pick<TracedObjective, 'dtype' | 'kinks'>): void {
  if (dtype !== 'f64') throw new ArgumentError('objective.dtype', dtype, `f64 ${instead}`);
  const isDefault = Object.entries(kinks).every(
    ([name, value]) => name in defaultKinks && value === defaultKinks[name as keyof Kinks],
  );
  if (!isDefault) throw new ArgumentError('objective.kinks', kinks, `the default ${instead}`);
}
