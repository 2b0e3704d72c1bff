import type { ShallowProblem } from './kinks.js';

/** What the flow does at the kinks while nothing switches: the mode of the integration, as plain data. */
export interface Pattern {
  /** hidden × groups: 1 where the neuron is active. Off where it is pinned. */
  readonly active: Uint8Array;
  /** Group on whose surface the neuron slides or has died, −1 if none. */
  readonly pinned: Int32Array;
  /** Died on its kink: no active sample, constant from then on; 2 once it could have left, 0 for all others. */
  readonly dead: Uint8Array;
}

/** A copy that can be changed into the next pattern. */
export function copyPattern({ active, pinned, dead }: Pattern): Pattern {
  return { active: active.slice(), pinned: pinned.slice(), dead: dead.slice() };
}

/** How many groups a neuron is active on. */
export function activeCount({ groups }: ShallowProblem, { active }: Pattern, j: number): number {
  let count = 0;
  for (let g = 0; g < groups; g++) count += active[j * groups + g]!;
  return count;
}

/** Neurons that slide: pinned and not dead, in order. */
export function sliding({ pinned, dead }: Pattern): number[] {
  return [...pinned.keys()].filter((j) => pinned[j]! >= 0 && dead[j] === 0);
}

/** Neurons that died on a kink and cannot leave it yet, in order. */
export function watched({ pinned, dead }: Pattern): number[] {
  return [...pinned.keys()].filter((j) => pinned[j]! >= 0 && dead[j] === 1);
}
