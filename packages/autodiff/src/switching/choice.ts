import type { Value } from '../emit.js';
import { add, mul } from '../ops/arithmetic.js';
import { sign, where } from '../ops/choice.js';
import { equal } from '../ops/comparisons.js';
import { keepAxes, norm } from '../ops/reductions.js';
import { emit } from '../emit.js';
import type { KinkChoice } from '../rules/context.js';
import { partOf } from './variables.js';
import type { PlacedSwitched } from './variables.js';

/** The choice given by a signature σ: weights (1 + σ)/2; and by units u for norms of 0, if there are any. */
export function signatureChoice(
  { blockOf, normOf }: PlacedSwitched,
  signature: Value,
  units?: Value,
): KinkChoice {
  return {
    upperWeight: (index) => {
      const block = blockOf.get(index);
      return block === undefined ? 0.5 : mul(0.5, add(1, partOf(signature, block)));
    },
    ...(units && { unitAtZero: (index) => partOf(units, normOf.get(index)!) }),
  };
}

/** As far as σ and u are not 0 the choice given by them, elsewhere that of the direction of motion. */
export function motionChoice(
  { blockOf, normOf }: PlacedSwitched,
  signature: Value,
  units: Value,
): KinkChoice {
  return {
    upperWeight: (index, _, dz) => {
      const sigma = partOf(signature, blockOf.get(index)!);
      return mul(0.5, add(1, where(equal(sigma, 0), sign(dz!()), sigma)));
    },
    unitAtZero: (index, { axes }, dx) => motionUnit(partOf(units, normOf.get(index)!), dx!, axes),
  };
}

/** u, or where u = 0 the unit vector along dx. */
export function motionUnit(u: Value, dx: Value, axes: readonly number[]): Value {
  return where(keepAxes(u, norm(u, axes), axes), u, emit('direction', [dx], dx.shape, { axes }));
}
