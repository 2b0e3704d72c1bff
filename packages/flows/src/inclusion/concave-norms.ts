import type { ActiveKink } from './active-kink.js';
import type { CornerFunction } from './corner-function.js';
import { multiplierSets, shortestVelocity } from './multiplier-sets.js';
import type { Way } from './way.js';

/** Whether a norm among the active kinks bends down: its argument can leave 0 in many directions. */
export function hasConcaveNorm({ kinks }: CornerFunction, { rows, bounds, noise }: Way): boolean {
  return rows.some(
    ({ kink, length }) => kinks[kink]!.kind === 'norm' && bounds[kink]! * length < -noise,
  );
}

/**
 * The shortest element of Clarke's set, negated, where one norm and nothing else bends, and it bends down: the set
 * g + Jᵀλ, ‖λ‖ ≤ |bound|, is that of the norm that bends up, as balls are symmetric.
 */
export function pastConcaveNorm(
  { kinks }: CornerFunction,
  { rows, bounds, velocity, lambda }: Way,
  active: readonly ActiveKink[],
): Float64Array | undefined {
  if (active.length !== 1) return undefined;
  const gradient = velocity.map((v) => -v);
  for (const [i, row] of rows.entries()) {
    if (row.kink !== active[0]!.index) return undefined;
    for (let j = 0; j < gradient.length; j++) gradient[j]! -= lambda[i]! * row.gradient[j]!;
  }
  const sets = multiplierSets(
    (kink) => kinks[kink]!.kind,
    rows,
    (kink) => Math.abs(bounds[kink]!),
  );
  const shortest = new Float64Array(velocity.length);
  const ended = shortestVelocity(gradient, rows, sets, new Float64Array(rows.length), shortest);
  return ended ? shortest : undefined;
}
