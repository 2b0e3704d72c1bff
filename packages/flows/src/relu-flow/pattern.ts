import type { ShallowProblem } from './kinks.js';

/** What the flow does at the kinks while nothing switches: the mode of the integration, as plain data. */
export interface Pattern {
  /** hidden × groups: 1 where the neuron is active. 0 where it is held. */
  readonly active: Uint8Array;
  /** For each neuron the groups, ascending, on whose kinks it slides or has died. */
  readonly held: (readonly number[])[];
  /** Held with no active group, so constant: 1; 2 once it could have left; 0 for all others. */
  readonly dead: Uint8Array;
}

/** A copy that can be changed into the next pattern. */
export function copyPattern({ active, held, dead }: Pattern): Pattern {
  return { active: active.slice(), held: [...held], dead: dead.slice() };
}

/** Whether a neuron is active on any group. */
export function isActive({ groups }: ShallowProblem, { active }: Pattern, j: number): boolean {
  return active.subarray(j * groups, (j + 1) * groups).includes(1);
}

/** Neurons that slide: held and not dead, in order. */
export function sliding({ held, dead }: Pattern): number[] {
  return [...held.keys()].filter((j) => held[j]!.length > 0 && dead[j] === 0);
}

/** Neurons that died on a kink and cannot leave it yet, in order. */
export function watched({ dead }: Pattern): number[] {
  return [...dead.keys()].filter((j) => dead[j] === 1);
}
