import { holdingMargin, holdingShares, steepestRay, type Corner } from './corner.js';
import type { FindFlat } from './flat.js';
import { sliding, watched, type Pattern } from './pattern.js';

/** On which side of which held groups a neuron goes on; the groups not listed stay held. */
export type Exit = readonly { readonly group: number; readonly side: 1 | -1 }[];

/** A function that is positive while a neuron is held where it is. */
export interface Guard {
  readonly neuron: number;
  value(corner: Corner): number;
  /** Where the neuron goes at its zero; undefined: it could leave, but need not. */
  exit(corner: Corner): Exit | undefined;
}

/**
 * The guards of a pattern. A neuron on independent kinks leaves kink g to the side off where β_g falls to 0, and to
 * the side on where β_g rises to pull_g; there its velocity across the kink is 0, so that it leaves tangentially and
 * the other kinks go on holding it. On dependent ones it leaves where 0 reaches the boundary of the hull of the
 * cells' gradients. A dead neuron could leave as soon as the risk falls along some ray.
 */
export function guardsOf(pattern: Pattern, findFlat: FindFlat): Guard[] {
  const guards: Guard[] = [];
  for (const neuron of sliding(pattern)) {
    const { groups, duals } = findFlat(pattern.held[neuron]!);
    if (duals === undefined) {
      guards.push({
        neuron,
        value: (corner) => holdingMargin(corner).margin,
        exit(corner) {
          const { exit } = holdingMargin(corner);
          return groups
            .map((group, k) => ({ group, side: exit[k] as 1 | -1 }))
            .filter((_, k) => exit[k] !== 0);
        },
      });
      continue;
    }
    groups.forEach((group, k) => {
      guards.push(
        {
          neuron,
          value: (corner) => holdingShares(corner)![k]!,
          exit: () => [{ group, side: -1 }],
        },
        {
          neuron,
          value: (corner) => corner.pulls[k]! - holdingShares(corner)![k]!,
          exit: () => [{ group, side: 1 }],
        },
      );
    });
  }
  for (const neuron of watched(pattern)) {
    const { arrangement } = findFlat(pattern.held[neuron]!);
    guards.push({
      neuron,
      value: (corner) => steepestRay(corner, arrangement!),
      exit: () => undefined,
    });
  }
  return guards;
}
