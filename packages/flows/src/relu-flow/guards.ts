import { holdingMargin, holdingShares, steepestRay, type Corner } from './corner.js';
import type { FindFlat, Flat } from './flat.js';
import { sliding, watched, type Pattern } from './pattern.js';

/** On which side of which held groups a neuron goes on; the groups not listed stay held. */
export type Exit = readonly {
  readonly group: number;
  readonly side: 1 | -1;
  /** It could as well go on otherwise: the kink has turned from attracting into repelling. */
  readonly several: boolean;
}[];

/** Functions that are positive while a neuron is held where it is. */
export interface Guards {
  readonly neuron: number;
  readonly count: number;
  /** Writes them into `out` from `at` on. */
  values(corner: Corner, out: Float64Array, at: number): void;
  /** Where the neuron goes at the zero of guard k; undefined: it could leave, but need not. */
  exit(corner: Corner, k: number): Exit | undefined;
}

/**
 * The guards of a pattern, neuron by neuron. A neuron on independent kinks leaves kink g to the side off where β_g
 * falls to 0, and to the side on where β_g rises to pull_g; there its velocity across the kink is 0, so that it leaves
 * tangentially and the other kinks go on holding it. On dependent ones it leaves where 0 reaches the boundary of the
 * hull of the cells' gradients. A dead neuron could leave as soon as the risk falls along some ray.
 * `slack`, relative to the forces, is how far beyond these points neurons are still held: with less than the noise of
 * the integration a neuron would leave and return without end where its forces stay in balance. Where forces vanish
 * altogether, their rounding is not taken for them either.
 */
export function guardsOf(pattern: Pattern, findFlat: FindFlat, slack: number): Guards[] {
  return [
    ...sliding(pattern).map((neuron) => {
      const flat = findFlat(pattern.held[neuron]!);
      return flat.duals === undefined
        ? dependentKinks(neuron, flat, slack)
        : independentKinks(neuron, flat, slack);
    }),
    ...watched(pattern).map((neuron) => deadNeuron(neuron, findFlat(pattern.held[neuron]!))),
  ];
}

/** Relative distance from an end of what holds a neuron within which it is taken to be at that end. */
const ambiguous = 1e-3;

function independentKinks(neuron: number, { groups }: Flat, slack: number): Guards {
  return {
    neuron,
    count: 2 * groups.length,
    values(corner, out, at) {
      holdingShares(corner)!.forEach((share, k) => {
        const pull = corner.pulls[k]!;
        const more = slack * (Math.abs(share) + Math.abs(pull)) + corner.noise;
        out[at + 2 * k] = share + more;
        out[at + 2 * k + 1] = pull - share + more;
      });
    },
    // Off is open where β ≤ 0, on where β ≥ pull. Where v or the residual passes 0, β and pull vanish together and both
    // guards with them: beyond such a point both are open, before it neither is.
    exit(corner, k) {
      const share = holdingShares(corner)![k >> 1]!;
      const pull = corner.pulls[k >> 1]!;
      const off = share <= ambiguous * Math.abs(pull);
      const on = share >= pull - ambiguous * Math.abs(pull);
      return [{ group: groups[k >> 1]!, side: on && !off ? 1 : -1, several: on === off }];
    },
  };
}

function dependentKinks(neuron: number, { groups }: Flat, slack: number): Guards {
  return {
    neuron,
    count: 1,
    values(corner, out, at) {
      const forces = corner.pulls.reduce((sum, pull) => sum + Math.abs(pull), 0);
      out[at] = holdingMargin(corner).margin + slack * forces + corner.noise;
    },
    exit(corner) {
      const { margin, exit } = holdingMargin(corner);
      const forces = corner.pulls.reduce((sum, pull) => sum + Math.abs(pull), 0);
      const several = margin > ambiguous * forces;
      return groups
        .map((group, k) => ({ group, side: exit[k] as 1 | -1, several }))
        .filter((_, k) => exit[k] !== 0);
    },
  };
}

function deadNeuron(neuron: number, { arrangement }: Flat): Guards {
  return {
    neuron,
    count: 1,
    values(corner, out, at) {
      out[at] = steepestRay(corner, arrangement!);
    },
    exit: () => undefined,
  };
}
